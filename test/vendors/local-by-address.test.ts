import { expect, test } from 'vitest'
import { formatPrefix } from '../../src/address/prefix.ts'
import { SHIPPED } from '../../src/paths.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { loadReader } from '../../src/vendor/reader.ts'
import { readVendor, resolveOptions } from '../../src/vendor/vendor.ts'

// A rule that lets some addresses go anywhere, where neither zones nor interfaces tell who is local.

const RULES: Readonly<
  Record<string, { readonly text: (source: string) => string; readonly narrow?: { readonly chain: string } }>
> = {
  iptables: {
    text: (source) => `*filter\n:FORWARD DROP [0:0]\n-A FORWARD -s ${source} -j ACCEPT\nCOMMIT\n`,
    narrow: { chain: 'FORWARD' },
  },
  nftables: {
    text: (source) =>
      `table inet f {\n chain forward {\n  type filter hook forward priority 0; policy drop;\n  ip saddr ${source} accept\n }\n}\n`,
    narrow: { chain: 'forward' },
  },
  mikrotik: {
    text: (source) =>
      `/ip firewall filter\nadd action=accept chain=forward src-address=${source}\nadd action=drop chain=forward\n/ipv6 settings\nset disable-ipv6=yes\n`,
  },
  'cisco-ios': {
    text: (source) =>
      `ip access-list extended in\n permit ip ${wild(source)} any\ninterface a\n ip access-group in in\n`,
  },
  'cisco-asa': {
    text: (source) => `access-list in extended permit ip ${masked(source)} any\naccess-group in in interface x\n`,
    narrow: { chain: 'in' },
  },
  'juniper-srx': {
    text: (source) =>
      [
        `set security address-book global address a ${source}`,
        'set security policies global policy p match source-address a destination-address any application any',
        'set security policies global policy p then permit',
      ].join('\n'),
  },
  paloalto: {
    text: (source) =>
      [
        `set address a ip-netmask ${source}`,
        'set rulebase security rules p from any to any source a destination any application any service any action allow',
      ].join('\n'),
  },
  fortigate: {
    text: (source) =>
      `config firewall address\n edit "a"\n  set subnet ${masked(source)}\n next\nend\nconfig firewall policy\n edit 1\n  set srcintf "any"\n  set dstintf "any"\n  set action accept\n  set srcaddr "a"\n  set dstaddr "all"\n  set schedule "always"\n  set service "ALL"\n next\nend\n`,
  },
}

const MASKS: Readonly<Record<string, string>> = { '10.0.0.0/8': '255.0.0.0', '192.0.2.0/24': '255.255.255.0' }
const masked = (prefix: string) => `${prefix.split('/')[0]} ${MASKS[prefix]}`
const wild = (prefix: string) =>
  `${prefix.split('/')[0]} ${MASKS[prefix]
    ?.split('.')
    .map((part) => 255 - Number(part))
    .join('.')}`

/** The local sides of what may go out to anywhere. */
async function localSides(name: string, source: string, remote: string): Promise<string[]> {
  const vendor = readVendor(name, [SHIPPED.vendors])
  const read = (await loadReader(vendor))?.read
  const { text, narrow = {} } = RULES[name] as (typeof RULES)[string]
  const reading = read?.([{ part: 'device', family: undefined, text: text(source) }], {
    ...{ options: resolveOptions(vendor, {}, 'test'), purpose: 'audit', narrow, kit: KIT },
    remotes: KIT.setOf([KIT.parsePrefix(remote)]),
  })
  return (reading?.rules ?? [])
    .filter(({ direction, action, local }) => direction === 'outbound' && action === 'allow' && local)
    .map(({ local }) => local?.addresses.prefixes.map(formatPrefix).join() ?? '')
}

test.for(Object.keys(RULES))('%s: private addresses are local, unless the policy has them as remote', async (name) => {
  expect(await localSides(name, '10.0.0.0/8', '20.0.0.0/8')).toEqual(['10.0.0.0/8'])
  expect(await localSides(name, '10.0.0.0/8', '10.4.0.0/16')).toEqual([])
  expect(await localSides(name, '192.0.2.0/24', '20.0.0.0/8')).toEqual([])
})
