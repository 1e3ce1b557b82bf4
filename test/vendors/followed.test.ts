import { expect, test } from 'vitest'
import { renderAll } from '../../src/compile/render-target.ts'
import { loadWhole } from '../../src/model/device.ts'
import { rulesetOf } from '../audit/notation.ts'
import { devicesOf, formFor } from '../deltas/forms.ts'

// deltas/followed.long.test.ts follows the deltas that tagwall writes. These never define a local object.

const GROUP = { type: 'Microsoft.Network/ipGroups', name: 'site', properties: { ipAddresses: ['10.1.0.0/16'] } }

test.for<[vendor: string, command: string, options?: Record<string, string>, part?: string]>([
  ['paloalto', 'set address site ip-netmask 10.1.0.0/16\n'],
  ['fortigate', 'config firewall address\nedit "site"\nset subnet 10.1.0.0/16\nnext\nend\n'],
  ['cisco-ios', 'object-group network site\n10.1.0.0 255.255.0.0\n'],
  ['cisco-asa', 'object-group network site\nnetwork-object 10.1.0.0 255.255.0.0\n', { load: 'lines' }],
  [
    'iptables',
    'create site hash:net family inet -exist\nflush site\nadd site 10.1.0.0/16 -exist\n',
    { match: 'ipset' },
    'sets',
  ],
  ['azure-firewall', JSON.stringify({ resources: [GROUP] })],
])(
  '%s: a local object is a local side with addresses once a command defines it',
  async ([vendor, text, options, part = 'delta']) => {
    const form = formFor(vendor, options)
    const device = (await devicesOf(form))([
      renderAll(rulesetOf('Web out tcp 443 192.0.2.0/24 local=@site'), form).files,
    ])
    const localOf = () =>
      device.reading().rules.map(({ local }) => [local?.addresses.texts.join(), local?.objects.join()])
    expect(localOf()).toEqual([['', 'site']])
    loadWhole(device, [{ part, family: undefined, text }], 'delta')
    expect(localOf()).toEqual([['10.1.0.0/16', '']])
  },
)
