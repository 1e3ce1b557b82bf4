import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from './fixtures.ts'

// What must not be lost when a page is shortened: warnings, limits with their precedents, dates, and all that nobody has tried on a device.
// A row is words of the page in their order, with `…` for any words between them. A page may say it in another way: then change the row with it.

const textOf = (page: string) => readFileSync(join(ROOT, page), 'utf8').replaceAll(/[*`]/g, '').replaceAll(/\s+/g, ' ')
const PAGES = [
  'README.md',
  'SECURITY.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

/** Whether a paragraph has the words of `row` in their order. */
function has(text: string, row: string): boolean {
  const words = row.split(' … ').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(words.join('.{0,400}?'), 'i').test(text)
}

/** Held by some page of docs/, README or SECURITY. */
const GENERAL: Readonly<Record<string, readonly string[]>> = {
  guards: [
    'older date … lower change number together with lost addresses',
    '25%',
    '13 weeks',
    'more than doubles',
    '/12',
    '14 days',
    'shorter than /8, or /16 in IPv6',
    'AzureCloud, its regions and base tags are exempt',
    '/17',
    '/44',
    'three /16',
    '/41',
    '/15',
    '/39',
    '/36',
    '/40',
    '/20',
    '/52',
    'more than 10% of its addresses',
    'at most a year older',
    'AzureServiceTagsJson … 2024-02-12',
    'azure-ips … 83',
    '64:ff9b::/96',
    '2025-10-09',
  ],
  'the week of Microsoft': [
    "Monday's date … two to nine days",
    'live … week after',
    'up to four weeks to reach it',
    'January 2026 … Microsoft TLS RSA Root G2',
    'NODE_OPTIONS=--use-system-ca',
    '446 to 778 seconds',
  ],
  'lists that devices fetch': [
    'PAN-OS … keeps the last list … stops enforcing the list',
    '50,000 (PA-5000 and PA-7000: 150,000)',
    'FortiGate … matches nothing, and the next one counts',
    '131,072 or 10 MB',
    'SonicWall … 0.0.0.0',
    'pfSense … 400,000',
    'OPNsense … table is empty',
    'Juniper SRX … hold-interval',
    'denies … lets everything through',
    'has not fetched for a week cuts services off',
    'IPv6 first',
    'only a part of it',
    'No list was loaded into one of these devices',
    'docs.paloaltonetworks.com/pan-os/7-1/',
    '677896/external-resource-entry-limit-enhancements-7-4-4',
    'FortiGate-behavior-when-external-threat-feed-list',
  ],
  'traps of automation': [
    'match: line',
    'match: none',
    'asa_config … load=lines',
    'src_format: set',
    'error_pattern',
    'Jinja',
    'ansible_buffer_read_timeout=0.001',
    'rstrip=False',
    'revert timer',
    'never --mode Complete … deletes everything else in the resource group',
    'No real device took part',
    'strict-transactional=yes',
    'never line by line',
  ],
  warnings: [
    'pull_request_target',
    "Azure's rule 65001 … outbound",
    'AZCM0026',
    'not a security boundary',
    'still allows traffic',
    'The image was not built',
    'the jobs have not … run on the services',
    'Cluster Connect and custom locations do not work with Private Link',
    'unsupported since 2025-10-28',
    'since April 2026',
    'Only iptables and nftables were loaded into the real thing',
  ],
  'when propose refuses': [
    'not committed as it is here',
    'behind a link or in a submodule',
    'not the one that the lock describes',
    'other bytes than tagwall wrote',
    'commits that no other branch',
    'is a mirror',
    'git ignores everything in the report but the lock',
  ],
  'the lock and git': [
    'merge without conflicts … lacks the state of a target',
    'main branch before this merge',
    'After a rebase',
    'take either side',
    'revert … older state than the devices hold',
    'UNCOMMITTED_DELTA',
    'never goes back in time by itself',
  ],
}

describe.each(Object.entries(GENERAL))('the pages keep, of %s', (_, rows) => {
  const pages = PAGES.map(textOf)
  test.for(rows)('%s', (row) => {
    expect(pages.some((text) => has(text, row))).toBe(true)
  })
})

/** Held by the page of the vendor. */
const OF_VENDORS: Readonly<Record<string, readonly string[]>> = {
  'arista-eos': [
    'No file was loaded into a switch',
    'stateless and drop all other traffic of the interface',
    'outside a session … each line takes effect at once',
    'without a gap',
    'no field-set ipv4 prefix NAME',
    'entering a field-set again adds to it',
    'ends with the next line of the mode around it',
    'lengths and characters of names',
    'last of two traffic-policy input lines',
    'Which platforms have traffic policies',
  ],
  'azure-firewall': [
    'No file was deployed to Azure',
    'as a destination only',
    'needs family: ipv4',
    'Deploying replaces all of it',
    'never --mode Complete',
    'limits page is from 2023-10',
    'two collections may have the same priority',
    'what Any and ICMP cover for IPv6',
    '20 or 50',
    'az network ip-group list … all groups of the subscription',
  ],
  'azure-route-table': [
    'A route allows nothing and denies nothing',
    'No ports, no protocols',
    'No direction',
    'The longest prefix wins',
    'replaces every route of a table with that name',
    'which still redirect packets',
    'also redirects',
    'never --mode Complete',
    'route by tag covers both families',
    'appliance needs the family of the prefix',
    'two routes with the same prefix are refused',
    'commands for removed routes',
  ],
  checkpoint: [
    'without a policy install',
    'No Check Point management fetched a file',
    'sk167210 … the fields',
    "API's reference alone",
    'depends only on the name and the option namespace',
  ],
  'cisco-asa': [
    'was loaded into an ASA',
    'Never the name of a list of yours',
    'ends with a denial of everything else',
    'and still allow traffic',
    'second access-group … takes the place of the first',
    'no commands inside a configuration session',
    'icmp entry over a group with IPv6 members',
    'refuses a second, equal entry',
    'no description',
    'FTD (Firepower)',
  ],
  'cisco-ios': [
    'was loaded into a router',
    'do not track connections',
    'and still allow traffic',
    'Ports after an object group',
    'Layer 3',
    'lengths of names and descriptions',
    'Every release accepts a command of configuration mode',
    'Removing an absent member',
  ],
  definitions: ['not in the files', 'YAML for aerleon', 'capirca 2.0.9'],
  fortigate: [
    'FortiOS before 6.4 is not supported',
    'No file was loaded into a FortiGate',
    'Ids 44000 to 53999 must be free',
    'overwrites a policy of yours',
    'order counts',
    'unknown name creates a VDOM',
    'which still allow',
    'append of a present member',
    'unset srcaddr',
    'srcaddr6 "all"',
    'ALL_ICMP and ALL_ICMP6',
    'move of a policy to its present place',
    'form of config vdom',
    '300 members per group',
    'may hold # comments',
    'goes on after a line with an error',
  ],
  iptables: ['Always use --noflush … deletes every other chain', 'Nothing known'],
  json: ['it never means any', 'Nothing known'],
  'juniper-srx': [
    'which still allow',
    'older order',
    'statement not found',
    'keeps its place while',
    'IPv6 prefix counts as four',
    'terms of an application',
    'predefined applications',
  ],
  kubernetes: [
    'everything that no policy allows is blocked',
    'A NetworkPolicy cannot',
    'and still allow',
    'No file was loaded into a cluster',
    '--server-side … as shown',
    'only ways to the API server',
    'global() … whole cluster',
    "Cilium's maps",
  ],
  list: ['use form=sets', 'without an error', 'No list was loaded into these firewalls'],
  mikrotik: [
    'No file was loaded into a router',
    'removes entries from every list with such a name',
    'removes all other rules from them',
    'Set both',
    'on-error',
    'find matches',
    'Mikrotik-Address-List',
    'several thousand entries',
  ],
  nftables: ['an accept is not final', 'times out', 'nft before 1.0'],
  nsg: [
    'No file was deployed to Azure',
    'replaces every rule of a group with that name',
    '@azure/arm-network … empty group',
    'never --mode Complete',
    "Azure's own public addresses",
    '65001',
    'and still allows traffic',
    'covers both families',
    'loadJsonContent and az rest',
    'MaxSecurityRuleAddressesOrPorts',
    'own resource tags',
  ],
  paloalto: [
    'No file was loaded into a PAN-OS device',
    'order counts',
    'unknown deviceGroup creates one',
    'prints a harmless error',
    'Never use mode replace',
    'PAN-OS refuses their delete',
    'which still allow',
    'Set both',
    'may name an entry that does not exist yet',
    'need no id … No request was sent',
    'move of a rule to its present place',
    'delete address-group',
    'merges into an existing entry',
    '2,500 to 80,000',
    'quotes inside of quotes',
  ],
  pf: [
    'No file was loaded with pfctl',
    'FreeBSD has no group egress',
    'commas between ports',
    'from within the anchor',
    'same transaction on every version',
  ],
  terraform: [
    'no addresses of that family',
    'replaces every route of that table',
    'No file was planned or applied',
    'next_hop_in_ip_address',
    '// is a comment',
    'in no fixed order',
    'terraform show -json',
  ],
}

describe.each(Object.entries(OF_VENDORS))('the page of %s keeps', (vendor, rows) => {
  test.for(rows)('%s', (row) => {
    expect(has(textOf(`vendors/${vendor}/README.md`), row)).toBe(true)
  })
})
