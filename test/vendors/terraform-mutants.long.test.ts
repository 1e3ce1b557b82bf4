import { expect, test } from 'vitest'
import type { Reader } from '../../src/vendor/kit/reader-api.ts'
import { read as readerOf } from '../../vendors/terraform/reader.ts'
import {
  edited,
  goldensOf,
  type Json,
  lineMutants,
  type Mutant,
  nodesOf,
  plainMutants,
  problemsOf,
} from './json-harness.ts'

// Every golden file of two policies, with one edit at a time: the proof must fail, or the edit must not matter.

const read: Reader = readerOf

/** The policies that have most kinds of rules in a form. */
const TITLES =
  /^(icmp default|icmp form=locals|sides form=nsg$|several form=nsg,|one-rule form=ip-groups|icmp form=firewall,|outbound form=firewall$|one-rule form=route-table,)/

/** Other values of a text or number in its place. */
const OTHERS: Readonly<Record<string, readonly Json[]>> = {
  direction: ['Inbound', 'Outbound'],
  access: ['Allow', 'Deny', 'allow'],
  protocol: ['Tcp', 'Udp', 'Icmp', '*', 'Esp'],
  priority: [100, 4096, 101, 100.5],
  source_port_range: ['443', '1024-65535'],
  destination_port_range: ['*', '80', '443-444', '0-65535'],
  source_address_prefix: ['*', 'VirtualNetwork', 'Internet', 'Storage', '0.0.0.0/0', '10.0.0.0/8'],
  destination_address_prefix: ['*', 'VirtualNetwork', 'Internet', 'Storage', '0.0.0.0/0', '192.0.2.1'],
  local_object: ['other'],
  action: ['Allow', 'Deny', 'allow'],
  protocols: ['TCP', 'UDP', 'ICMP', 'Any', 'Tcp'],
  source_addresses: ['*', '0.0.0.0/0', 'Storage'],
  destination_addresses: ['*', 'Storage', 'AzureCloud'],
  address_prefix: ['Storage', '0.0.0.0/0', '198.51.100.0'],
  next_hop_type: ['None', 'Internet', 'VirtualAppliance', 'internet'],
  next_hop_in_ip_address: ['10.0.1.5', null],
  destination_ports: ['*', '80', '443-444', '0-65535'],
}

function prefixesNear(text: string): string[] {
  const [address = '', length] = text.split('/')
  if (!/^[0-9a-f.:]+$/.test(address) || length === undefined) return []
  const longest = address.includes(':') ? 128 : 32
  const near = [Number(length) - 1, Number(length) - 8, Number(length) + 1].filter((bits) => bits <= longest)
  const other = address.includes(':') ? '2001:db8:eeee::' : '198.18.0.0'
  return [...near.map((bits) => `${address}/${bits}`), `${other}/${length}`, address]
}

function valueMutants(text: string): Mutant[] {
  const root = JSON.parse(text) as Json
  return nodesOf(root).flatMap(([path, value]): Mutant[] => {
    const key = String(path.findLast((step) => typeof step === 'string') ?? '')
    if (typeof value === 'object') return []
    const others = [...(OTHERS[key] ?? []), ...(typeof value === 'string' ? prefixesNear(value) : [])]
    return others
      .filter((other) => other !== value)
      .map((other) => ({
        what: `set ${JSON.stringify(other)} at ${path.join('.')}`,
        key,
        was: JSON.stringify(value),
        text: JSON.stringify(
          edited(root, path, () => other),
          null,
          2,
        ),
      }))
  })
}

/** The edits that go uncaught because they cannot change what is allowed. */
const HARMLESS: readonly (readonly [test: (mutant: Mutant, form: string) => boolean, reason: string])[] = [
  [({ key }) => key === '//', 'a comment'],
  [({ was }) => was.startsWith('"//"'), 'a comment'],
  [({ key }) => key === 'description', 'descriptions are for people'],
  [({ was }) => was.startsWith('"description"'), 'descriptions are for people'],
  [({ what }) => what.startsWith('reverse'), 'the members of a list have no order'],
  [
    ({ key, was }, form) => key === 'tags' || (form !== 'nsg' && /^"(Azure|Storage|OnlyIPv6|Microsoft)/.test(was)),
    'tags say where addresses come from',
  ],
  [({ key, what }) => key === 'priority' && what.startsWith('set'), 'the order of the rules is the same'],
  [
    ({ what }, form) => what.startsWith('rename') && (form === 'tfvars' || form === 'locals'),
    'names of rules are for people',
  ],
  [({ was, what }) => was === '"*"' && what.startsWith('set "0-65535"'), '0-65535 is every port, as * is'],
  [
    ({ was, what }) => was === '"*"' && what.startsWith('set "0.0.0.0/0"'),
    'every IPv4 address is any where all is IPv4',
  ],
  [
    // 198.51.100.0/29 and 192.0.2.64/26 are in other rules of the same policy, on the same port.
    ({ was }) => /^"(198\.51\.100\.0\/30|192\.0\.2\.)/.test(was),
    'another rule allows the same addresses',
  ],
]

test('catches every edit of a golden file that could change what is allowed', () => {
  const survivors: string[] = []
  const harmless = new Map<string, number>()
  let tried = 0
  for (const golden of goldensOf('terraform').filter(({ title }) => TITLES.test(title))) {
    const form = String(golden.options.form)
    for (const mutant of [...plainMutants(golden.text), ...lineMutants(golden.text), ...valueMutants(golden.text)]) {
      if (mutant.text.trim() === golden.text.trim()) continue
      tried++
      if (problemsOf(read, golden, mutant.text).length > 0) continue
      const reason = HARMLESS.find(([test]) => test(mutant, form))?.[1]
      if (reason) harmless.set(reason, (harmless.get(reason) ?? 0) + 1)
      else survivors.push(`${golden.title}: ${mutant.what} (${mutant.was.slice(0, 60)})`)
    }
  }
  expect(survivors).toEqual([])
  const listed = [...harmless].map(([reason, count]) => `${count} ${reason}`).sort()
  console.log(`terraform: ${tried} mutants tried, all caught but these, which change nothing: ${listed.join('; ')}`)
  expect([...harmless.keys()].sort()).toEqual([...new Set(HARMLESS.map(([, reason]) => reason))].sort())
})
