import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { ROOT } from '../fixtures.ts'
import { DOCUMENT, folderWith, tagwall } from './harness.ts'
import { smallVendor } from './small-vendor.ts'

// docs/schemas has every field that `--json` prints, for a policy that uses everything that a policy can have.

const POLICY = `cloud: public
local: [10.20.0.0/16, "2001:db8:20::/48"]
rules:
  - name: Login
    tags: [AzureActiveDirectory]
    prefixes: [198.51.100.0/24]
    except: [MicrosoftContainerRegistry, 198.51.100.8/32]
    direction: both
    ports: [443, 8000-8080]
    priority: 150
    description: sign in
    ticket: NET-1
    owner: network
  - { name: Manage, tags: [AzureResourceManager], direction: outbound, protocol: any, priority: 170, local: { object: k8s, object6: k8s-v6 } }
  - { name: Images, tags: [MicrosoftContainerRegistry], direction: outbound, protocol: icmp, action: deny, priority: 160 }
sites:
  - { name: berlin, vars: { lan: trust }, local: [10.1.0.0/16, "2001:db8:1::/48"] }
targets:
  - { name: edge, vendor: iptables, out: "rules/{site}/edge", widen: { maxPrefixes: 195, within: AzureResourceManager } }
`

// Wider ports, a wider local side, an address that the policy lacks, an unknown line, and another rule.
const RUNNING = `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT DROP [0:0]
-A FORWARD -s 10.0.0.0/8 -d 20.190.128.0/18 -p tcp --dport 443 -j ACCEPT
-A FORWARD -s 10.20.0.0/16 -d 20.190.128.0/18 -j ACCEPT
-A FORWARD -s 10.20.0.0/16 -d 8.8.8.8 -p udp --dport 53 -j ACCEPT
-A FORWARD -m strange --about it -j ACCEPT
COMMIT
`

/** A folder with the last three shipped snapshots and the policy. */
function folder(): string {
  const made = folderWith({
    'tagwall.yaml': POLICY,
    'running.v4': RUNNING,
    'cidrs.txt': '192.0.2.0/24\n',
    'document.json': DOCUMENT,
    'none.yaml':
      'rules:\n  - { name: Web, prefixes: [192.0.2.0/24], direction: outbound, ports: [443], priority: 1 }\n',
    // Without a reader, little is tried.
    ...Object.fromEntries(
      Object.entries(smallVendor())
        .filter(([name]) => /^vendor|hbs$/.test(name))
        .map(([name, text]) => [`small/${name}`, text]),
    ),
  })
  for (const date of ['2025-10-06', '2025-11-03', '2025-11-10']) {
    const file = `snapshots/public/${date}.json`
    cpSync(join(ROOT, file), join(made, file))
  }
  return made
}

test.for([
  'diff 2025-10-06 2025-11-10',
  'fetch --from document.json --published 2025-11-12 --accept shrink,rollback --dry-run',
  'update --from document.json --published 2025-11-12 --accept shrink,rollback --dry-run --report report',
  'plan',
  'plan --since 2025-10-06 --all',
  'build --dry-run',
  'build --dry-run --since 2025-10-06',
  'emit edge --set match=ipset',
  'emit edge --since 2025-10-06',
  'widen Login --max 195',
  'widen Login --curve',
  'audit edge running.v4',
  'audit edge running.v4 --strict',
  'lookup 20.190.128.1',
  'lookup 20.190.128.1 --summary',
  'aggregate cidrs.txt',
  'explain shrink',
  'list snapshots',
  'list tags',
  'list vendors',
  'list vendors paloalto',
  'list targets',
  'list targets --policy none.yaml',
  'list sites',
  'list policies tagwall.yaml',
  'init --dry-run --ci github',
  'vendor new mine --dir my-vendors',
  'vendor check small',
])('docs/schemas has every field of: %s', async (command) => {
  const { code, out, err } = await tagwall(folder(), [...command.split(' '), '--json'])
  expect(code, err).toBeLessThan(2)
  expect(problemsOf(command, JSON.parse(out))).toEqual([])
})

/** A schema that allows no other fields than those that it names; of several forms, each also has the common fields. */
function closed(schema: unknown): never {
  return JSON.parse(JSON.stringify(schema), (_, part) => {
    if (part?.type !== 'object' || !part.properties) return part
    if (!part.anyOf) return { additionalProperties: false, ...part }
    const forms = part.anyOf.map((form: typeof part) => ({
      ...form,
      properties: { ...part.properties, ...form.properties },
    }))
    return { ...part, anyOf: forms }
  }) as never
}

const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true })
const schemas = new Map(
  readdirSync(join(ROOT, 'docs/schemas')).map((file) => {
    const schema = JSON.parse(readFileSync(join(ROOT, 'docs/schemas', file), 'utf8'))
    return [file.replace(/\.json$/, ''), ajv.compile(closed(schema))]
  }),
)

/** The problems of what a command printed, by the schema of the command; also of fields that the schema does not have. */
function problemsOf(command: string, json: unknown): unknown[] {
  const [first = '', second = ''] = command.split(' ')
  const name = command.startsWith('list vendors ')
    ? 'list-vendor'
    : /^(?:list|vendor) /.test(command)
      ? `${first}-${second}`
      : /^lookup .*--summary/.test(command)
        ? 'lookup-summary'
        : first
  const validate = schemas.get(name)
  if (!validate) return [`no schema ${name}`]
  validate(json)
  return validate.errors ?? []
}

test.for<[command: string, code: string, facts: object]>([
  ['plan --nonsense', 'USAGE', { message: "unknown option '--nonsense'", fix: null, problems: [], findings: [] }],
  ['fetch --from document.json --published 2025-11-12 --dry-run', 'ROLLED_BACK', {}],
  [
    'plan --policy broken.yaml',
    'INVALID_INPUT',
    {
      problems: [
        { path: 'broken.yaml:1:1', message: 'unknown key "rulez"; did you mean "rules"?' },
        { path: 'broken.yaml:1:1', message: '"rules" is missing' },
      ],
    },
  ],
  ['lookup 10.0.0.1/8', 'INVALID_INPUT', { findings: [] }],
  [
    'fetch --from document.json --published 2025-11-12 --cloud china --dry-run',
    'INVALID_INPUT',
    { fix: 'to use this document, add --cloud public' },
  ],
])('a refusal is an object on standard output: %s', async ([command, code, facts]) => {
  const home = folder()
  writeFileSync(join(home, 'broken.yaml'), 'rulez: []\n')
  const { code: exit, out, err } = await tagwall(home, [...command.split(' '), '--json'])
  const json = JSON.parse(out)
  expect({ exit, code: json.error.code, starts: err.startsWith('tagwall: ') }).toEqual({ exit: 2, code, starts: true })
  expect(json.error).toMatchObject(facts)
  expect(problemsOf('error', json)).toEqual([])
})
