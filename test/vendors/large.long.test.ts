import { expect, test } from 'vitest'
import { SHIPPED } from '../../src/paths.ts'
import { readersOf } from '../../src/vendor/checked-device.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { readVendor, resolveOptions } from '../../src/vendor/vendor.ts'
import { read as definitions } from '../../vendors/definitions/reader.ts'
import { device as iptables } from '../../vendors/iptables/reader.ts'
import { device as nftables } from '../../vendors/nftables/reader.ts'
import { device as paloalto } from '../../vendors/paloalto/reader.ts'
import { read as pf } from '../../vendors/pf/reader.ts'
import { singly } from '../audit/notation.ts'
import { audit } from './fortigate-harness.ts'

// Configurations of tens of thousands of rules, which no list of arguments or recursion can hold.

test('fortigate: reads 20,000 objects and as many policies', () => {
  const count = 20_000
  const name = (index: number) => `"net-${index}"`
  const objects = Array.from({ length: count }, (_, index) => {
    return `    edit ${name(index)}\n        set uuid 1f2e3d4c\n        set subnet 20.${index >> 8}.${index & 255}.0 255.255.255.0\n    next\n`
  })
  const members = Array.from({ length: count }, (_, index) => `        append member ${name(index)}\n`)
  const rules = Array.from({ length: count }, (_, index) => {
    const fields = [
      ...['name p', 'srcintf internal', 'dstintf wan1', 'action accept', 'schedule always', 'service HTTPS'],
      ...['srcaddr "all"', `dstaddr ${index % 100 === 0 ? '"big"' : name(index % count)}`, 'logtraffic all'],
      `comments "number ${index}"`,
    ]
    return `    edit ${index + 1}\n${fields.map((field) => `        set ${field}\n`).join('')}    next\n`
  })
  const text = `config firewall address\n${objects.join('')}end\nconfig firewall addrgrp\n    edit "big"\n${members.join('')}    next\nend\nconfig firewall policy\n${rules.join('')}end\n`
  expect(audit(text, { options: { srcintf: 'internal', dstintf: 'wan1' } }).length).toBe(count)
})

const optionsOf = (vendor: string) => resolveOptions(readVendor(vendor, [SHIPPED.vendors]), {}, 'test')
const AUDIT = { purpose: 'audit', narrow: {}, kit: KIT } as const

test('iptables: reads 50,000 rules, comments and all', () => {
  const { read } = readersOf(iptables)
  const line = (index: number, rest: string) =>
    `-A OUTPUT -d ${10 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}.0/24 -p tcp -m tcp --dport ${rest} -j ACCEPT`
  const reading = (rest: (index: number) => string) => {
    const rules = Array.from({ length: 50_000 }, (_, index) => line(index * 2, rest(index)))
    const chains = ['INPUT', 'FORWARD', 'OUTPUT'].map((chain) => `:${chain} DROP [0:0]`)
    const text = ['*filter', ...chains, ...rules, 'COMMIT', ''].join('\n')
    const { rules: found, notes } = read([{ part: 'device', family: undefined, text }], {
      ...AUDIT,
      options: optionsOf('iptables'),
    })
    return [singly(found).length, notes]
  }
  // Rules of one port without a name are one; the policies of the two chains are two more.
  expect(reading(() => '443')).toEqual([3, []])
  expect(reading((index) => `443 -m comment --comment "rule ${index}"`)).toEqual([50_002, []])
})

test('paloalto: reads 20,000 addresses in 300 groups, and 2,000 rules', () => {
  const { read } = readersOf(paloalto)
  const lines = ['set service s protocol tcp port 443']
  for (let n = 0; n < 20_000; n++)
    lines.push(`set address a${n} ip-netmask 20.${n >> 8}.${n & 255}.0/24`, `set address-group g${n >> 6} static a${n}`)
  for (let n = 0; n < 2_000; n++) {
    const fields = ['from any', 'to any', 'source any', `destination [ g${n % 300} g${(n * 7) % 300} ]`]
    for (const field of [...fields, 'application any', 'service s', 'action allow'])
      lines.push(`set rulebase security rules r${n} ${field}`)
  }
  const text = lines.join('\n')
  const { rules, notes } = read([{ part: 'fw', family: undefined, text }], { ...AUDIT, options: optionsOf('paloalto') })
  expect([rules.length, notes]).toEqual([2_000, []])
})

test('one statement may hold 150,000 addresses', () => {
  const addresses = Array.from({ length: 150_000 }, (_, n) => `20.${n >> 15}.${(n >> 7) & 255}.${(n * 2) & 255}`)
  const contextOf = (vendor: string) => ({ ...AUDIT, options: optionsOf(vendor) })
  const file = (text: string) => [{ part: 'device', family: undefined, text }]

  const set = `type ipv4_addr\nelements = { ${addresses.join(', ')} }`
  const chain = 'type filter hook output priority 0\npolicy drop\nip daddr @s tcp dport 443 accept'
  const table = `table inet t {\nset s {\n${set}\n}\nchain o {\n${chain}\n}\n}\n`
  const { rules } = readersOf(nftables).read(file(table), contextOf('nftables'))
  expect(rules.find(({ action }) => action === 'allow')?.remote.addresses.count).toBe(150_000n)

  const found = pf(
    file(`table <t> { ${addresses.join(' ')} }\npass out quick proto tcp to <t> port 443\nblock all\n`),
    contextOf('pf'),
  )
  expect(found.rules[0]?.remote.addresses.count).toBe(150_000n)

  const { lists } = definitions(file(`AZURE_A = ${addresses.join(' ')}\n`), contextOf('definitions'))
  expect(lists[0]?.addresses.count).toBe(150_000n)

  const objects = addresses.map((address) => `edit "${address}"\nset subnet ${address}/32\nnext`)
  const group = `edit "g"\nset member "${addresses[0]}"\nappend member ${addresses.slice(1).join(' ')}\nnext`
  const policy =
    'edit 1\nset srcintf any\nset dstintf any\nset srcaddr all\nset dstaddr g\nset action accept\nset schedule always\nset service ALL\nnext'
  const tables = { address: objects.join('\n'), addrgrp: group, policy }
  const text = Object.entries(tables).map(([name, entries]) => `config firewall ${name}\n${entries}\nend\n`)
  expect(audit(text.join('')).length).toBeGreaterThan(0)
})
