import { expect, test } from 'vitest'
import { type ProtocolPorts, trafficText } from '../../src/model/traffic.ts'
import { expectPage } from '../golden-page.ts'
import { folderWith, tagwall } from './harness.ts'

// An allow whose addresses the file does not have is a finding on every port: they may be those of the policy, which has port 443 only.

const POLICY = `cloud: public
rules:
  - { name: Web, prefixes: [20.0.0.0/24], direction: outbound, ports: [443], priority: 150 }
`
const ASA = (entry: string) => `ASA Version 9.16(1)
interface GigabitEthernet0/0
 nameif outside
 security-level 0
interface GigabitEthernet0/1
 nameif inside
 security-level 100
object network web
 fqdn www.example.com
${entry}
access-group IN in interface inside
`
const IOS = (entry: string) => `version 17.9
interface GigabitEthernet1
 ip access-group IN in
ip access-list extended IN
 ${entry}
`
const ROUTEROS = (rule: string) => `/ip firewall address-list
add address=www.example.com list=names
/ip firewall filter
${rule}
add action=drop chain=forward
/ipv6 settings
set disable-ipv6=yes
`
const PF = (rule: string) => `set skip on lo\ntable <file> persist file "/etc/web"\nblock all\n${rule}\n`
const PAN = (action: string) => `set address web fqdn www.example.com
set service rdp protocol tcp port 3389
set rulebase security rules r from any
set rulebase security rules r to any
set rulebase security rules r source any
set rulebase security rules r destination web
set rulebase security rules r application any
set rulebase security rules r service rdp
set rulebase security rules r action ${action}
`
const FORTI = `config firewall address
edit web
set type fqdn
set fqdn www.example.com
next
end
config firewall policy
edit 1
set srcintf any
set dstintf any
set srcaddr all
set dstaddr web
set action accept
set schedule always
set service RDP
next
end
`
const SRX = `set version 22.4R1
set security address-book global address web dns-name www.example.com
set applications application rdp protocol tcp destination-port 3389
set security policies from-zone trust to-zone untrust policy p match source-address any
set security policies from-zone trust to-zone untrust policy p match destination-address web
set security policies from-zone trust to-zone untrust policy p match application rdp
set security policies from-zone trust to-zone untrust policy p then permit
`
const IPTABLES = `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT DROP [0:0]
-A OUTPUT -p tcp -m set --match-set gone dst -m tcp --dport 3389 -j ACCEPT
COMMIT
`
const NFT = (verdict: string) => `table inet filter {
  set web {
    type ipv4_addr
    flags dynamic
    elements = { 203.0.113.7 }
  }
  chain input {
    type filter hook input priority filter; policy drop;
  }
  chain output {
    type filter hook output priority filter; policy drop;
    ip daddr @web tcp dport 3389 ${verdict}
  }
}
`
const CILIUM = `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata:
  name: web
spec:
  endpointSelector: {}
  ingressDeny:
    - fromEntities: [all]
  egress:
    - toFQDNs:
        - matchName: www.example.com
      toPorts:
        - ports:
            - { port: "3389", protocol: TCP }
`
const FIREWALL = (rule: object) =>
  JSON.stringify([
    {
      name: 'group',
      properties: {
        priority: 100,
        ruleCollections: [
          {
            ...{ ruleCollectionType: 'FirewallPolicyFilterRuleCollection', name: 'c', priority: 100 },
            ...{ action: { type: 'Allow' }, rules: [{ name: 'web', sourceAddresses: ['*'], ...rule }] },
          },
        ],
      },
    },
  ])
const NSG = JSON.stringify([
  {
    ...{ name: 'web', priority: 100, direction: 'Outbound', access: 'Allow', protocol: 'Tcp', sourcePortRange: '*' },
    ...{ sourceAddressPrefix: '*', destinationPortRange: '3389' },
    destinationApplicationSecurityGroups: [{ id: '/x/web' }],
  },
])
const UNKNOWN: readonly [vendor: string, text: string][] = [
  ['cisco-asa', ASA('access-list IN extended permit tcp any object web eq 3389')],
  ['cisco-asa', ASA('access-list IN extended permit tcp any object-group gone eq 3389')],
  ['cisco-asa', ASA('access-list IN extended deny tcp any object web eq 3389')],
  ['cisco-ios', IOS('permit tcp any object-group gone eq 3389')],
  ['cisco-ios', IOS('deny tcp any object-group gone eq 3389')],
  ['mikrotik', ROUTEROS('add action=accept chain=forward dst-address-list=names dst-port=3389 protocol=tcp')],
  ['mikrotik', ROUTEROS('add action=drop chain=forward dst-address-list=names dst-port=3389 protocol=tcp')],
  ['pf', PF('pass out quick proto tcp to <file> port 3389')],
  ['pf', PF('block out quick proto tcp to <file> port 3389')],
  ['paloalto', PAN('allow')],
  ['paloalto', PAN('deny')],
  ['fortigate', FORTI],
  ['juniper-srx', SRX],
  ['iptables', IPTABLES],
  ['nftables', NFT('accept')],
  ['nftables', NFT('drop')],
  ['kubernetes', CILIUM],
  [
    'azure-firewall',
    FIREWALL({
      ...{ ruleType: 'ApplicationRule', targetFqdns: ['www.example.com'] },
      protocols: [{ protocolType: 'Https', port: 8443 }],
    }),
  ],
  [
    'azure-firewall',
    FIREWALL({
      ...{ ruleType: 'NetworkRule', destinationFqdns: ['www.example.com'] },
      ...{ ipProtocols: ['TCP'], destinationPorts: ['3389'] },
    }),
  ],
  ['nsg', NSG],
]

test('names what is not understood', async () => {
  const rows: [name: string, ...texts: (string | string[])[]][] = []
  for (const [vendor, text] of UNKNOWN) {
    const folder = folderWith({ 'tagwall.yaml': POLICY, running: text })
    const flags = '--family ipv4 --snapshot 2025-11-10 --json'.split(' ')
    const { out, err } = await tagwall(folder, ['audit', vendor, 'running', ...flags])
    expect(err.replace(/^note: .*\n/gm, '')).toBe('')
    const { notUnderstood, opened, wider } = JSON.parse(out)
    rows.push([
      `${vendor}: ${JSON.stringify(text)}`,
      [
        ...notUnderstood.map(({ reason }: { reason: string }) => reason),
        ...[...wider, ...opened].map(
          ({ rule, traffic }: { rule: string; traffic?: ProtocolPorts }) =>
            `${rule} ${traffic ? trafficText(traffic) : 'wider'}`,
        ),
      ],
    ])
  }
  await expectPage('audit-unknown.txt', rows)
})
