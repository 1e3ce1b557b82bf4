import { expect, test } from 'vitest'
import type { OptionValues } from '../../src/model/option.ts'
import { formFor } from './forms.ts'
import { wayBetween } from './options.ts'

// Both sides have the same rules: only options change.

const DENIES = 'a denial in between'
const PLACE = (name: string) =>
  `another value of ${name} changes how or where the device loads its files, not what they make there`
const NAMED = (name: string) =>
  `interfaces on the device name the value of ${name}: change these by hand after the full file, then remove what has the older name`

const UNPROVED = (name: string) => `no proved commands lead from one value of ${name} to the other`

test.for<[vendor: string, older: Record<string, string>, changed: OptionValues, policy: string, want: string]>([
  ['fortigate', { srcintf: 'lan' }, { srcintf: ['any'] }, 'base', '2, back 2'],
  ['fortigate', { srcintf: 'lan' }, { srcintf: ['dmz', 'lan'] }, DENIES, '28, back 28'],
  ['fortigate', {}, { schedule: 'office' }, DENIES, '28, back 28'],
  ['fortigate', {}, { objectPrefix: 'ms-', groupMembers: 2 }, 'base', '20, back 20'],
  ['fortigate', {}, { logtraffic: 'utm', nat: 'enable' }, DENIES, '3, back 28'],
  ['fortigate', {}, { vdom: 'edge' }, 'base', PLACE('vdom')],
  ['fortigate', {}, { beforePolicy: 7, srcintf: ['lan'] }, 'base', PLACE('beforePolicy')],
  ['fortigate', {}, { form: 'feed' }, 'base', PLACE('form')],
  ['paloalto', {}, { protectedZone: ['lan'] }, DENIES, '76, back 76'],
  ['paloalto', { form: 'xml' }, { internetZone: ['wan', 'dmz'] }, 'base', '14, back 14'],
  ['paloalto', { form: 'api' }, { profileGroup: 'strict', tag: ['azure'] }, 'base', '2, back 14'],
  ['paloalto', {}, { vsys: 'vsys2' }, 'base', PLACE('vsys')],
  ['paloalto', {}, { scope: 'shared' }, 'base', UNPROVED('scope')],
  ['juniper-srx', {}, { internetZone: ['wan', 'dmz'] }, DENIES, '1, back 1'],
  ['juniper-srx', { form: 'text' }, { scope: 'global' }, 'base', '1, back 1'],
  ['cisco-asa', {}, { outboundAcl: 'other' }, 'base', NAMED('outboundAcl')],
  ['cisco-asa', {}, { inboundAcl: 'other' }, 'base', '0, back 0'],
  ['cisco-ios', {}, { outboundAcl: 'other' }, 'base', NAMED('outboundAcl')],
  ['arista-eos', {}, { log: true }, DENIES, '1, back 1'],
  ['arista-eos', {}, { outboundPolicy: 'other' }, 'base', NAMED('outboundPolicy')],
  ['nftables', {}, { others: 'drop' }, DENIES, '1, back 1'],
  ['nftables', {}, { hook: 'router' }, 'base', UNPROVED('hook')],
  ['iptables', { match: 'ipset' }, { setPrefix: 'azure' }, DENIES, '53, back 53'],
  [
    'iptables',
    {},
    { chain: 'AZURE' },
    'base',
    'the rules of the hook script on the device name the value of chain: change these by hand after the full file, then remove what has the older name',
  ],
  ['mikrotik', {}, { log: true }, DENIES, '14, back 14'],
  ['mikrotik', {}, { prefix: 'ms-' }, 'one rule', UNPROVED('prefix')],
  ['nsg', { mode: 'prefixes' }, { ipv6PriorityOffset: 200 }, 'base', '2, back 2'],
  ['nsg', {}, { mode: 'prefixes' }, 'base', PLACE('mode')],
])('%s %j -> %j, %s', async ([vendor, older, changed, policy, want]) => {
  const form = formFor(vendor, older)
  expect((await wayBetween(form, changed, policy)).slice(0, want.length)).toBe(want)
})
