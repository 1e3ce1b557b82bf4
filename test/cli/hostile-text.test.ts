import { expect, test } from 'vitest'
import { run } from '../../src/run.ts'
import { DOCUMENT, folderWith } from './harness.ts'

// Whatever others wrote (documents, policies, configurations, file names) is printed on one line, without control characters,
// and no CI service takes it for a command.

const EVIL =
  '\u001b[31mx\u001b]0;t\u0007\u009b2J\u202ey\r\n::error::pwned\n##vso[task.complete]pwned\n  pwned\u2028pwned'
const JSON_EVIL = JSON.stringify(EVIL).slice(1, -1)

const POLICY = (
  name: string,
  tag = 'AzureResourceManager',
) => `{"cloud": "public", "rules": [{"name": "${name}", "tags": ["${tag}"],
"direction": "outbound", "protocol": "tcp", "ports": [443], "priority": 150}], "targets": [{"name": "t", "vendor": "nsg", "out": "t.json"}]}`
const FILE = 'ServiceTags_Public_20251110.json'
const GOOD = { 'tagwall.yaml': POLICY('A'), [FILE]: DOCUMENT }
const document = (
  change: (json: { cloud: string; values: { name: string; properties: Record<string, unknown> }[] }) => void,
) => {
  const json = JSON.parse(DOCUMENT)
  change(json)
  return JSON.stringify(json)
}
const FETCH = ['fetch', '--from', FILE]
const nsg = (fields: object) =>
  JSON.stringify({
    securityRules: [
      {
        name: EVIL,
        properties: {
          access: 'Allow',
          priority: 100,
          direction: 'Outbound',
          protocol: 'Tcp',
          sourcePortRange: '*',
          destinationPortRange: '*',
          sourceAddressPrefix: '*',
          destinationAddressPrefix: '*',
          ...fields,
        },
      },
    ],
  })
const audit = (vendor: string, text: string): Case => [
  `a configuration of ${vendor}: ${text.slice(0, 20)}`,
  { ...GOOD, 'device.txt': text },
  ['audit', vendor, 'device.txt', '--snapshot', FILE],
]

type Case = [what: string, files: Record<string, string>, argv: string[], more?: string[]]

const CASES: Case[] = [
  [
    'a cloud',
    {
      ...GOOD,
      [FILE]: document((json) => {
        json.cloud = EVIL
      }),
    },
    FETCH,
  ],
  [
    'the name of a tag',
    {
      ...GOOD,
      [FILE]: document((json) => {
        ;(json.values[0] as { name: string }).name = EVIL
      }),
    },
    FETCH,
  ],
  [
    'the name of a tag, listed',
    {
      ...GOOD,
      [FILE]: document((json) => {
        ;(json.values[0] as { name: string }).name = EVIL
      }),
    },
    ['list', 'tags', '--from', FILE],
  ],
  [
    'the name of a tag, compared',
    {
      ...GOOD,
      [FILE]: document((json) => {
        ;(json.values[0] as { name: string }).name = EVIL
      }),
      'old.json': DOCUMENT,
    },
    ['diff', 'old.json', FILE, '--all-tags'],
  ],
  [
    'prefixes',
    {
      ...GOOD,
      [FILE]: document((json) => {
        for (const { properties } of json.values) properties.addressPrefixes = [EVIL]
      }),
    },
    FETCH,
  ],
  [
    'a region',
    {
      ...GOOD,
      [FILE]: document((json) => {
        for (const { properties } of json.values) properties.region = EVIL
      }),
    },
    FETCH,
  ],
  [
    'a region, looked up',
    {
      ...GOOD,
      [FILE]: document((json) => {
        for (const { properties } of json.values) properties.region = EVIL
      }),
    },
    ['lookup', '20.40.2.1', '--from', FILE],
  ],
  [
    'a region and a service, listed',
    {
      ...GOOD,
      [FILE]: document((json) => {
        for (const { properties } of json.values) Object.assign(properties, { region: EVIL, systemService: EVIL })
      }),
    },
    ['list', 'tags', '--from', FILE],
  ],
  ['no JSON', { ...GOOD, [FILE]: `{"cloud": ${EVIL}` }, FETCH],
  ['a web page', { ...GOOD, [FILE]: `<html><title>${EVIL}</title>` }, FETCH],
  ['a policy that is no YAML', { ...GOOD, 'tagwall.yaml': `rules: [${EVIL}` }, ['build']],
  ['a key of a policy', { ...GOOD, 'tagwall.yaml': `{"${JSON_EVIL}": 1}` }, ['build']],
  ['the name of a rule', { ...GOOD, 'tagwall.yaml': POLICY(JSON_EVIL) }, ['build', '--snapshot', FILE]],
  ['a selector', { ...GOOD, 'tagwall.yaml': POLICY('A', JSON_EVIL) }, ['build', '--snapshot', FILE]],
  [
    'a snapshot',
    { ...GOOD, 'snapshots/public/2025-10-06.json': `{"format": "tagwall-snapshot-${JSON_EVIL}"}` },
    ['build'],
  ],
  ['arguments', GOOD, ['build', EVIL]],
  ['an option', GOOD, ['build', `--${EVIL}`]],
  ['a command', GOOD, [EVIL]],
  ['a file', GOOD, ['audit', 'nsg', EVIL]],
  ['a snapshot that is not there', GOOD, ['build', '--snapshot', EVIL]],
  ['an address', GOOD, ['lookup', EVIL]],
  ['a name to explain', GOOD, ['explain', EVIL]],
  ['a URL', GOOD, ['fetch', '--from', `https://a.example/${EVIL}`]],
  ['a host', GOOD, ['fetch', '--from', 'https://a.example/', '--allow-host', EVIL]],
  ['lines of CIDRs', { ...GOOD, 'c.txt': EVIL }, ['aggregate', 'c.txt']],
  audit('nsg', nsg({})),
  audit('nsg', nsg({ destinationAddressPrefix: EVIL })),
  audit('nsg', nsg({ protocol: EVIL })),
  audit('nsg', `{"securityRules": ${EVIL}}`),
  audit(
    'iptables',
    `*filter\n:${EVIL} - [0:0]\n-A OUTPUT -m comment --comment "${EVIL.replaceAll('\n', '')}" -j ACCEPT\nCOMMIT\n`,
  ),
  audit('iptables', `*filter\n-A OUTPUT -p ${EVIL.replaceAll(/\s/g, '')} -j ACCEPT\nCOMMIT\n`),
  audit(
    'fortigate',
    `config firewall policy\nedit 1\nset name "${EVIL}"\nset srcintf "any"\nset dstintf "any"\nset srcaddr "all"\nset dstaddr "all"\nset action accept\nset schedule "always"\nset service "ALL"\nnext\nend\n`,
  ),
  audit(
    'paloalto',
    `set rulebase security rules "${EVIL.replaceAll('\n', '')}" from any to any source any destination any application any service any action allow\nset ${EVIL}\n`,
  ),
  audit(
    'nftables',
    `table inet t {\nset ${EVIL} {\n}\nchain o {\ntype filter hook output priority 0; policy drop;\nip daddr ${EVIL.replaceAll('\n', '')} accept comment "${EVIL.replaceAll('\n', '').replaceAll('"', '')}"\n}\n}\n`,
  ),
  audit(
    'terraform',
    `{"format_version":"1.0","values":{"root_module":{"resources":[{"type":"azurerm_network_security_rule","address":${JSON.stringify(EVIL)},"values":{"name":${JSON.stringify(EVIL)},${JSON.stringify(EVIL)}:1,"network_security_group_name":${JSON.stringify(EVIL)}}}]}}}`,
  ),
  audit(
    'kubernetes',
    `kind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata:\n  name: ${JSON.stringify(EVIL)}\nspec:\n  ${JSON.stringify(EVIL)}: 1\n`,
  ),
  audit('definitions', `AZURE_A =\n  10.0.0.0/8\n${EVIL}\n`),
  audit('list', `10.0.0.0/8\n${EVIL}\n`),
]

const EXCEPTIONS = ['\n', '\t']

/** What is wrong with a text that is printed; own colours are left out. */
function problemsOf(text: string, isColored: boolean): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours
  const bare = isColored ? text.replaceAll(/\u001b\[\d\d?m/g, '') : text
  const controls = [...bare].filter(
    (character) => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(character) && !EXCEPTIONS.includes(character),
  )
  const lines = bare.split('\n').filter((line) => /^\s*(::error|pwned)|##(vso)?\[/.test(line))
  return [...controls.map((character) => `U+${character.charCodeAt(0).toString(16)}`), ...lines]
}

test.for(CASES.flatMap((entry) => [[false, ...entry] as const, [true, ...entry] as const]))(
  'with colours %s: %s',
  async ([isTerminal, , files, argv]) => {
    for (const json of [[], ['--json']]) {
      const printed: string[] = []
      const write = (text: string | Uint8Array) =>
        void printed.push(typeof text === 'string' ? text : Buffer.from(text).toString())
      await run([...argv, ...json], {
        cwd: folderWith(files),
        env: {},
        out: write,
        err: write,
        isTerminal,
        outColor: isTerminal,
        errColor: isTerminal,
        stdin: async () => Buffer.from(''),
        prompts: undefined,
        now: () => new Date('2025-11-12T10:00:00Z'),
        sleep: async () => {},
        random: () => 0.5,
        network: { hosts: [] },
      })
      expect(printed.join('').length).toBeGreaterThan(0)
      expect(problemsOf(printed.join(''), isTerminal)).toEqual([])
    }
  },
)
