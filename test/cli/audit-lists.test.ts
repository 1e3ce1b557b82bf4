import { describe, expect, test } from 'vitest'
import { expectPage } from '../golden-page.ts'
import { folderWith, tagwall } from './harness.ts'

// Devices that fetch one list for each rule: every list is compared with the rule that its file is named after.

const POLICY = `cloud: public
rules:
  - { name: No, prefixes: [20.0.0.128/25], direction: outbound, ports: [443], priority: 100, action: deny }
  - { name: Web, prefixes: [20.0.0.0/24], direction: outbound, ports: [443], priority: 150 }
  - { name: My-Web, prefixes: [20.0.8.0/24, '2603:1::/48'], direction: outbound, ports: [80], priority: 160 }
targets:
  - { name: list, vendor: list, out: lists/edge, options: { form: sets } }
  - { name: feed, vendor: fortigate, out: lists/edge, options: { form: feed } }
  - { name: edl, vendor: paloalto, out: lists/edge, options: { form: edl } }
`
const LISTS = { No: '20.0.0.128/25\n', Web: '20.0.0.0/24\n', 'My-Web': '20.0.8.0/24\n2603:1::/48\n' }

type Family = { prefixes: string[] }
type Found = { rule: string; action: string; ipv4: Family; ipv6: Family }
type Noted = { text: string; reason: string }

const shown = ({ rule, action, ipv4, ipv6 }: Found) =>
  `${action === 'deny' ? 'denied ' : ''}${rule} ${[...ipv4.prefixes, ...ipv6.prefixes]}`

/** The findings of an audit of `files`. */
async function audited(target: string, files: Readonly<Record<string, string>>, policy = POLICY): Promise<string[]> {
  const folder = folderWith({ 'tagwall.yaml': policy, ...files })
  const names = Object.keys(files)
  const { code, out, err } = await tagwall(folder, ['audit', target, ...names, '--snapshot', '2025-11-10', '--json'])
  expect(err).toBe('')
  const { missing, wider, notUnderstood } = JSON.parse(out)
  return [
    ...missing.map((found: Found) => `missing ${shown(found)}`),
    ...wider.map((found: Found) => `wider ${shown(found)}`),
    ...notUnderstood.map(({ text, reason }: Noted) => `${text} ${reason}`),
    ...(code === 0 ? ['clean'] : []),
  ]
}

describe.each(['list', 'feed', 'edl'])('%s', (target) => {
  const AUDITED: Readonly<Record<string, Record<string, string>>> = {
    'as built, in any folder': {
      'a/edge-No.txt': LISTS.No,
      'b/edge-Web.txt': LISTS.Web,
      'edge-My-Web.txt': LISTS['My-Web'],
    },
    'with other words before the name of the rule': {
      'x-No.txt': LISTS.No,
      'x-Web.txt': LISTS.Web,
      'x-My-Web.txt': LISTS['My-Web'],
    },
    'the list of an allow and that of a denial, swapped': {
      'edge-No.txt': LISTS.Web,
      'edge-Web.txt': LISTS.No,
      'edge-My-Web.txt': LISTS['My-Web'],
    },
    'the lists of two allows, swapped': {
      'edge-No.txt': LISTS.No,
      'edge-Web.txt': LISTS['My-Web'],
      'edge-My-Web.txt': LISTS.Web,
    },
    'two of three missing': { 'edge-No.txt': LISTS.No },
    'a denial missing, whose addresses another list has': {
      'edge-Web.txt': LISTS.Web,
      'edge-My-Web.txt': LISTS['My-Web'],
    },
    'all in one file, or under other names': {
      'running.txt': `${LISTS.No}${LISTS.Web}${LISTS['My-Web']}`,
      'edge-web.txt': LISTS.Web,
    },
  }

  test('audits lists', async () => {
    const rows: [name: string, ...texts: (string | string[])[]][] = []
    for (const [name, files] of Object.entries(AUDITED)) {
      rows.push([name, await audited(target, files)])
    }
    await expectPage('audit-lists.txt', rows)
  })
})

test('the list of a rule that has addresses of another family only is still that of the rule', async () => {
  const policy = POLICY.replace('20.0.8.0/24, ', '').replaceAll(', out:', ', family: ipv4, out:')
  const files = { 'edge-No.txt': LISTS.No, 'edge-Web.txt': LISTS.Web, 'edge-My-Web.txt': LISTS['My-Web'] }
  expect(await audited('list', files, policy)).toEqual(['wider My-Web 20.0.8.0/24'])
})

test('the text says that a list is that of a denial', async () => {
  const folder = folderWith({
    'tagwall.yaml': POLICY,
    'edge-No.txt': '20.0.0.192/26\n20.0.9.0/24\n',
    'edge-Web.txt': LISTS.Web,
  })
  const { out } = await tagwall(folder, ['audit', 'list', 'edge-No.txt', 'edge-Web.txt', '--snapshot', '2025-11-10'])
  expect(out.slice(out.indexOf('\n\n'), out.indexOf('\nfindings'))).toBe(`

missing: allowed by the policy, but not by the device
  My-Web: 256 addresses of IPv4, 1.20e24 addresses of IPv6
    + 20.0.8.0/24
    + 2603:1::/48

missing: denied by the policy, but not in the list
  No: 64 addresses of IPv4
    + 20.0.0.128/26

wider: in the list of a denial, but not in the policy
  No: 256 addresses of IPv4
    - 20.0.9.0/24
`)
})

// Without its option, the vendor does not know that there is one list for each rule.
test.for([
  ['fortigate', 'is a threat feed; compare it with the rule that it is named after: --set form=feed'],
  ['paloalto', 'is an external dynamic list; compare it with the rule that it is named after: --set form=edl'],
] as const)('%s without its option', async ([vendor, reason]) => {
  const policy = POLICY.slice(0, POLICY.indexOf('targets:'))
  const folder = folderWith({ 'tagwall.yaml': policy, 'edge-Web.txt': `${LISTS.Web}${LISTS['My-Web']}` })
  const { code, out } = await tagwall(folder, ['audit', vendor, 'edge-Web.txt', '--snapshot', '2025-11-10'])
  expect({ code, found: out.split('\n').filter((line) => line.includes('line 1')) }).toEqual({
    code: 1,
    found: [`  edge-Web.txt line 1: the file: ${reason}`],
  })
})
