import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DOCUMENT, POLICY, TABLE_TEXT } from '../doctor/harness.ts'
import { ROOT } from '../fixtures.ts'
import { folderWith, tagwall } from './harness.ts'

const EXAMPLES = join(ROOT, 'examples/doctor')
const example = (name: string) => readFileSync(join(EXAMPLES, `${name}.json`), 'utf8')

describe('a recorded observation', () => {
  test.for<[name: string, code: 0 | 1, findings: string[], argv?: string[]]>([
    ['healthy', 0, []],
    ['healthy', 0, [], ['--policy', 'arc-kubernetes-public', '--private-link']],
    ['healthy', 1, ['UNEXPECTEDLY_PRIVATE'], ['--no-private-link']],
    ['dns', 1, ['PRIVATE_AND_PUBLIC', 'PRIVATELINK_IS_PUBLIC']],
    ['dropped', 1, ['ALLOWED_BUT_DROPPED']],
    ['old-snapshot', 1, ['IN_NO_TAG']],
    ['proxy', 1, ['PRIVATE_THROUGH_PROXY']],
    ['inspected', 1, ['TLS_INSPECTED']],
    ['poisoned', 1, ['IN_NO_TAG']],
    ['hosts-file', 1, ['HOSTS_FILE_WRONG']],
    ['small-mtu', 1, ['LARGE_PACKETS_LOST']],
  ])('%s: exit code %i, %j', async ([name, code, findings, argv = []]) => {
    const folder = folderWith({ 'seen.json': example(name) })
    const result = await tagwall(folder, ['doctor', '--read', 'seen.json', '--json', ...argv])
    expect({ code: result.code, err: result.err }).toEqual({ code, err: '' })
    expect(JSON.parse(result.out).findings.map((finding: { code: string }) => finding.code)).toEqual(findings)
  })

  test('every example is one of them', () => {
    expect(readdirSync(EXAMPLES).map((file) => file.replace('.json', ''))).toEqual([
      ...['dns', 'dropped', 'healthy', 'hosts-file', 'inspected', 'old-snapshot', 'poisoned', 'proxy', 'small-mtu'],
    ])
  })

  test('is part of --json, so that it can be read again, and from standard input', async () => {
    const first = await tagwall(folderWith({ 'seen.json': example('dns') }), [
      'doctor',
      '--read',
      'seen.json',
      '--json',
    ])
    const again = await tagwall(folderWith(), ['doctor', '--read', '-', '--json'], { stdin: first.out })
    expect(again).toEqual(first)
  })

  test('is looked up in a published document with every tag', async () => {
    const seen = example('dropped')
    const folder = folderWith({
      'tagwall.yaml': POLICY,
      'endpoints.json': TABLE_TEXT,
      'document.json': DOCUMENT,
      'seen.json': seen
        .replaceAll('20.190.160.4', '13.107.246.9')
        .replaceAll('login.microsoftonline.com', 'images.test'),
    })
    const { out } = await tagwall(folder, ['doctor', '--read', 'seen.json', '--snapshot', 'document.json'])
    expect(out).toContain('13.107.246.9 of images.test is not in Images, where images.test belongs, but in Frontend')
  })

  test.for<[what: string, change: (endpoint: Record<string, unknown>) => object | undefined, finding: string]>([
    [
      'without curl',
      ({ host, port, lookup, dns }) => ({ host, port, lookup, dns }),
      'are looked up only: nothing connected to them',
    ],
    ['of TCP only', ({ tls, http, ...rest }) => rest, 'are checked by TCP only'],
    ['of TLS without HTTP', ({ http, ...rest }) => rest, 'are checked without HTTP'],
    ['without endpoints', () => undefined, 'are not checked: the record does not have them'],
  ])('%s is not well', async ([, change, finding]) => {
    const record = JSON.parse(example('healthy'))
    const endpoints = record.endpoints.flatMap((one: Record<string, unknown>) => change(one) ?? [])
    const folder = folderWith({ 'seen.json': JSON.stringify({ ...record, endpoints }) })
    const { code, out } = await tagwall(folder, ['doctor', '--read', 'seen.json'])
    expect(code).toBe(1)
    expect(out.replaceAll(/\s+/g, ' ')).toContain(finding)
    expect(out).not.toContain('no findings')
  })

  test('has private endpoints in networks of the user, too', async () => {
    const seen = example('healthy').replaceAll('10.1.0.', '198.51.100.')
    const folder = folderWith({ 'seen.json': seen })
    const read = ['doctor', '--read', 'seen.json', '--private-link']
    expect((await tagwall(folder, read)).code).toBe(1)
    const { code, out } = await tagwall(folder, [...read, '--own-network', '198.51.100.0/24'])
    expect({ code, isPrivate: out.includes('198.51.100.5 is private') }).toEqual({ code: 0, isPrivate: true })
  })

  test('that is hostile prints no control character', async () => {
    const seen = example('inspected').replaceAll('Example Corp TLS Inspection', 'Evil\\u001b[2J\\u202e\\n::error::x')
    const { out } = await tagwall(folderWith({ 'seen.json': seen }), ['doctor', '--read', 'seen.json'])
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/)
    expect(out).not.toMatch(/^\s*::error/m)
  })
})

describe('refuses', () => {
  const healthy = example('healthy')
  test.for<[what: string, argv: string[], message: string, files?: Record<string, string>]>([
    ['a file that is not there', ['--read', 'seen.json'], 'there is no file seen.json'],
    ['a file that is cut off', ['--read', 's.json'], 's.json is not valid JSON: ', { 's.json': healthy.slice(0, 900) }],
    [
      'an unknown field',
      ['--read', 's.json'],
      's.json is not what "tagwall doctor --json" or its script prints: endpoints[0]: unknown key "hosts"; did you mean "host" or "hostsFile"?',
      { 's.json': healthy.replace('"host": "gbl', '"hosts": "", "host": "gbl') },
    ],
    [
      'a host that is none',
      ['--read', 's.json'],
      'endpoints[0].host: expected a host name or an address',
      { 's.json': healthy.replace('"gbl.his.arc.azure.com", "port"', '"a b\\u001b[2J", "port"') },
    ],
    [
      'an address that is none',
      ['--read', 's.json'],
      'endpoints[0].lookup.addresses[0]: expected an address',
      { 's.json': healthy.replace('["10.1.0.5"]', '["$(id)"]') },
    ],
    [
      'a name server that is lines of text',
      ['--read', 's.json'],
      'servers[0]: expected the address of a name server',
      {
        's.json': healthy.replace(
          '"servers": ["10.0.0.2"]',
          '"servers": ["10.0.0.2\\n\\nno findings: every endpoint answers"]',
        ),
      },
    ],
    ['a network that is none', ['--own-network', '10.0.0.0/99'], 'Expected a network, such as 198.51.100.0/24'],
    ['both --script and --read', ['--script', '--read', 's.json'], 'expected either --script or --read, not both'],
    ['a region with a quote', ['--location', "a'b"], 'Expected a region, such as westeurope.'],
    ['an endpoint that is none', ['--endpoint', 'a b:443'], 'Expected HOST:PORT, such as mcr.microsoft.com:443'],
    ['an address that is none', ['--endpoint', '[::::]:443'], 'Expected HOST:PORT, such as mcr.microsoft.com:443'],
    [
      'an IPv4 address that is none',
      ['--endpoint', '999.1.1.1:443'],
      'Expected HOST:PORT, such as mcr.microsoft.com:443',
    ],
    ['a port that is none', ['--endpoint', 'a.example:70000'], 'Expected HOST:PORT, such as mcr.microsoft.com:443'],
    ['a time that is none', ['--timeout', '0'], 'Expected a number of seconds from 0.1 to 60.'],
    [
      'an unknown feature',
      ['--features', 'cluster-conect'],
      'unknown feature "cluster-conect"; did you mean "cluster-connect"?',
    ],
    [
      'a policy without endpoints',
      [],
      'the policy tagwall.yaml names no endpoints, so there is nothing to check; add "endpoints: arc-kubernetes" to it, or name some with --endpoint HOST:PORT',
      { 'tagwall.yaml': POLICY.replace('endpoints: endpoints.json', '') },
    ],
    [
      'a table that is not there',
      [],
      'the policy tagwall.yaml names the endpoints "arc-kubernets": neither a file nor a built-in table has that name; did you mean "arc-kubernetes"?',
      { 'tagwall.yaml': POLICY.replace('endpoints.json', 'arc-kubernets') },
    ],
    ...(
      [
        ['a table elsewhere', '/etc/passwd', '/etc/passwd is outside the working directory'],
        ['a table that is a folder', '.', '. is a directory, not a file'],
      ] as const
    ).map(([what, path, message]): [string, string[], string, Record<string, string>] => [
      what,
      [],
      message,
      { 'tagwall.yaml': POLICY.replace('endpoints.json', path) },
    ]),
    [
      'a table of another cloud',
      [],
      'endpoints.json is for the cloud public; expected china',
      { 'tagwall.yaml': `cloud: china\n${POLICY}`, 'endpoints.json': TABLE_TEXT },
    ],
  ])('%s', async ([, argv, message, files]) => {
    const { code, out, err } = await tagwall(folderWith(files), ['doctor', ...argv])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(message)
  })
})

test('a script has nothing in it that a shell could misread', async () => {
  for (const policy of ['arc-kubernetes', 'arc-kubernetes-public', 'arc-servers', 'arc-servers-public'])
    for (const cloud of ['public', 'usgov', 'china']) {
      // A canary region has a number in its name.
      const argv = ['doctor', '--script', '--policy', policy, '--cloud', cloud, '--features', 'all']
      const { code, out } = await tagwall(folderWith(), [...argv, '--location', 'East US 2 EUAP'])
      const calls = out.split('\n').filter((line) => line.startsWith("  '"))
      expect(code).toBe(0)
      expect(calls.length).toBeGreaterThan(5)
      for (const line of calls) expect(line).toMatch(/^ {2}'[a-z0-9.-]+' \d+ '\/[\w./?=-]*'(?: \\)?$/)
    }
})
