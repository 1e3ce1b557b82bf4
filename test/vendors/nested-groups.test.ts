import { expect, test } from 'vitest'
import { SHIPPED } from '../../src/paths.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { loadReader } from '../../src/vendor/reader.ts'
import { readVendor, resolveOptions } from '../../src/vendor/vendor.ts'

// Two groups on each level, each of which holds both of the next level: what the last ones hold is reached in 2^40 ways.

const LEVELS = 40
const LAST = ['x', 'y'].map((name) => `${name}${LEVELS}`)
const levels = Array.from({ length: LEVELS }, (_, level) => level).reverse()
const groups = (text: (name: string, members: readonly string[]) => string) =>
  levels
    .flatMap((level) => ['x', 'y'].map((name) => text(`${name}${level}`, [`x${level + 1}`, `y${level + 1}`])))
    .join('\n')
const last = (text: (name: string) => string) => LAST.map(text).join('\n')

const PALOALTO = `${last((name) => `set address ${name} ip-netmask 192.0.2.0/24\nset service s${name} protocol tcp port 443`)}
${groups((name, members) => `set address-group ${name} static [ ${members.join(' ')} ]`)}
${groups((name, members) => `set service-group s${name} members [ s${members.join(' s')} ]`)}
set rulebase security rules A from any to any source any destination x0 application any service sx0 action allow`

const FORTIGATE = `config firewall address
${last((name) => `edit ${name}\nset subnet 192.0.2.0/24\nnext`)}
end
config firewall addrgrp
${groups((name, members) => `edit ${name}\nset member ${members.join(' ')}\nnext`)}
end
config firewall service custom
${last((name) => `edit ${name}\nset tcp-portrange 443\nnext`)}
end
config firewall service group
${groups((name, members) => `edit ${name}\nset member ${members.join(' ')}\nnext`)}
end
config firewall policy
edit 1
set name A
set srcintf any
set dstintf any
set srcaddr all
set dstaddr x0
set action accept
set schedule always
set service x0
next
end`

const BOOK = 'set security address-book global'
const POLICY = 'set security policies from-zone trust to-zone untrust policy A'
const SRX = `${last((name) => `${BOOK} address ${name} 192.0.2.0/24\nset applications application ${name} protocol tcp destination-port 443`)}
${groups((name, members) => members.map((one) => `${BOOK} address-set ${name} ${LAST.includes(one) ? 'address' : 'address-set'} ${one}`).join('\n'))}
${groups((name, members) => members.map((one) => `set applications application-set ${name} ${LAST.includes(one) ? 'application' : 'application-set'} ${one}`).join('\n'))}
${POLICY} match source-address any
${POLICY} match destination-address x0
${POLICY} match application x0
${POLICY} then permit`

const asaMembers = (members: readonly string[]) => members.map((one) => ` group-object ${one}`).join('\n')
const ASA = `${last((name) => `object-group network n${name}\n network-object 192.0.2.0 255.255.255.0`)}
${last((name) => `object-group service s${name}\n service-object tcp destination eq 443`)}
${groups((name, members) => `object-group network n${name}\n${asaMembers(members.map((one) => `n${one}`))}`)}
${groups((name, members) => `object-group service s${name}\n${asaMembers(members.map((one) => `s${one}`))}`)}
access-list A extended permit object-group sx0 any object-group nx0
access-group A in interface inside`

const IOS = `${last((name) => `object-group network n${name}\n 192.0.2.0 255.255.255.0`)}
${last((name) => `object-group service s${name}\n tcp eq 443`)}
${groups((name, members) => `object-group network n${name}\n${asaMembers(members.map((one) => `n${one}`))}`)}
${groups((name, members) => `object-group service s${name}\n${asaMembers(members.map((one) => `s${one}`))}`)}
ip access-list extended A
 permit object-group sx0 any object-group nx0
interface GigabitEthernet0/1
 ip access-group A in`

const FAULTS = ASA.replaceAll('service-object tcp', 'service-object moon')

test.for<[vendor: string, text: string, notes: number]>([
  ['paloalto', PALOALTO, 0],
  ['fortigate', FORTIGATE, 0],
  ['juniper-srx', SRX, 0],
  ['cisco-asa', ASA, 0],
  ['cisco-asa', FAULTS, 1],
  ['cisco-ios', IOS, 0],
])('%s: groups within groups, many times over, are read once each', async ([name, text, count]) => {
  const vendor = readVendor(name, [SHIPPED.vendors])
  const context = { options: resolveOptions(vendor, {}, 'test'), purpose: 'audit', narrow: {}, kit: KIT } as const
  const readers = await loadReader(vendor)
  const { rules, notes } = readers?.read([{ part: 'file', family: undefined, text }], context) ?? {
    rules: [],
    notes: [],
  }
  expect(notes).toHaveLength(count)
  const found = rules.filter(({ direction, remote }) => direction === 'outbound' && !remote.addresses.isEmpty)
  const said = found.map(({ protocol, ports, remote }) => JSON.stringify([protocol, ports, remote.addresses.texts]))
  expect([...new Set(said)]).toEqual(count > 0 ? [] : ['["tcp",[{"first":443,"last":443}],["192.0.2.0/24"]]'])
})
