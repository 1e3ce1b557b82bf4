import { describe, expect, test } from 'vitest'
import { formatPrefix } from '../../src/address/prefix.ts'
import type { PrefixSet } from '../../src/address/prefix-set.ts'
import type { FoundRule, Reading } from '../../src/model/reading.ts'
import { formatPorts } from '../../src/model/traffic.ts'
import { SHIPPED } from '../../src/paths.ts'
import { readersOf } from '../../src/vendor/checked-device.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import type { ReaderContext } from '../../src/vendor/kit/reader-api.ts'
import { readVendor, resolveOptions } from '../../src/vendor/vendor.ts'
import { device } from '../../vendors/paloalto/reader.ts'

const { read } = readersOf(device)

const OPTIONS = resolveOptions(readVendor('paloalto', [SHIPPED.vendors]), {}, 'test')

describe('what a device runs', () => {
  const RULE = (name: string, fields: string) => {
    const all = `from any; to any; source any; destination any; application any; service tcp-443; action allow; ${fields}`
    const last = new Map(all.split('; ').map((field) => [field.split(' ')[0], field]))
    return [...last.values()]
      .filter((field) => field && !/ -$/.test(field))
      .map((field) => `set rulebase security rules ${name} ${field}`)
      .join('\n')
  }
  const OBJECTS = `set deviceconfig system hostname fw
set address a ip-netmask 192.0.2.0/26
set address b ip-netmask 192.0.2.77/26
set address host ip-netmask 198.51.100.1
set address range ip-range 198.51.100.8-198.51.100.11
set address name fqdn www.example.com
set address wild ip-wildcard 10.20.1.0/0.0.248.255
set address all6 ip-netmask ::/0
set address "with space" ip-netmask 2001:db8::/48
set address-group inner static [ a b ]
set address-group outer static [ inner range "with space" ]
set address-group outer description "two
lines: set address-group"
set address-group dyn dynamic filter "'azure' and 'prod'"
set address-group loop1 static loop2
set address-group loop2 static [ loop1 host ]
set address-group empty description "nobody"
set service tcp-443 protocol tcp port 443
set service web protocol tcp port 80,8000-8080
set service dns protocol udp port 53
set service sctp-1 protocol sctp port 1
set service from-53 protocol udp port 100 source-port 53
set service-group both members [ web dns more ]
set service-group more members service-https
set external-list feed type ip url https://example.com/list
set region here address 192.0.2.0/24
`
  const zones = (...names: string[]) => ({ fromZone: [...names, 'any'], toZone: [...names, 'any'] })
  const audit = (text: string, given: Partial<ReaderContext> = {}) =>
    short(
      read([{ part: 'fw', family: undefined, text }], {
        options: OPTIONS,
        purpose: 'audit',
        narrow: {},
        localObjects: ['nodes'],
        kit: KIT,
        ...given,
      }),
    )

  const rules: readonly (readonly [name: string, text: string, want: string])[] = [
    [
      'nested groups',
      RULE('r', 'destination outer'),
      'r outbound allow tcp 443 whole 192.0.2.0/25 198.51.100.8/30 2001:db8::/48',
    ],
    [
      'host bits and a literal',
      RULE('r', 'source [ b 203.0.113.9/24 203.0.113.1 ]'),
      'r inbound allow tcp 443 whole 192.0.2.64/26 203.0.113.0/24',
    ],
    ['a range as literal', RULE('r', 'destination 192.0.2.4-192.0.2.7'), 'r outbound allow tcp 443 whole 192.0.2.4/30'],
    [
      '::/0, which is both families',
      RULE('r', 'destination all6'),
      'r outbound allow tcp 443 whole any | r inbound allow tcp 443 whole any',
    ],
    [
      'services, nested and predefined',
      RULE('r', 'destination a; service [ both service-http sctp-1 ]'),
      'r outbound allow tcp 80 443 8000-8080 whole 192.0.2.0/26 | r outbound allow udp 53 whole 192.0.2.0/26',
    ],
    ['a single service group', RULE('r', 'destination a; service more'), 'r outbound allow tcp 443 whole 192.0.2.0/26'],
    [
      'any service',
      RULE('r', 'destination a; service any; action drop'),
      'r outbound deny any 0-65535 whole 192.0.2.0/26',
    ],
    [
      'a deny before an allow',
      `${RULE('no', 'destination a; action reset-both')}\n${RULE('yes', 'destination inner')}`,
      'no outbound deny tcp 443 whole 192.0.2.0/26 | yes outbound allow tcp 443 whole 192.0.2.0/25',
    ],
    ['a rule that is switched off', RULE('r', 'destination a; disabled yes'), ''],
    [
      'a rule that is not',
      RULE(
        'r',
        'destination a; disabled no; log-start yes; profile-setting group strict; option disable-server-response-inspection no',
      ),
      'r outbound allow tcp 443 whole 192.0.2.0/26',
    ],
    [
      'negation',
      RULE('r', 'destination [ 0.0.0.0/1 ::/0 ]; negate-destination no').replaceAll('::/0', '::/1'),
      'r outbound allow tcp 443 whole 0.0.0.0/1 ::/1',
    ],
    [
      'negation of most',
      RULE('r', 'destination [ 0.0.0.0/1 128.0.0.0/2 ::/1 ]; negate-destination yes'),
      'r outbound allow tcp 443 whole 192.0.0.0/2 8000::/1',
    ],
    [
      'both sides restricted',
      RULE('r', 'source host; destination a'),
      'r outbound allow tcp 443 whole 192.0.2.0/26, local 198.51.100.1/32 | r inbound allow tcp 443 whole 198.51.100.1/32, local 192.0.2.0/26',
    ],
    [
      'both sides restricted, between zones',
      RULE('r', 'from trust; to untrust; source [ host inner ]; destination a'),
      'r outbound allow tcp 443 part by zone 192.0.2.0/26, local 192.0.2.0/25 198.51.100.1/32 | r inbound allow tcp 443 part by zone 192.0.2.0/25 198.51.100.1/32, local 192.0.2.0/26',
    ],
    [
      'both sides restricted, with the remote side in a group named like the rule',
      `${RULE('outer', 'source host; destination outer')}\n${RULE('inner-in', 'source inner; destination host')}`,
      'outer outbound allow tcp 443 whole 192.0.2.0/25 198.51.100.8/30 2001:db8::/48, local 198.51.100.1/32 | inner-in inbound allow tcp 443 whole 192.0.2.0/25, local 198.51.100.1/32',
    ],
    [
      'a local side by its object, which need not be defined',
      RULE('r', 'source nodes; destination a'),
      'r outbound allow tcp 443 whole 192.0.2.0/26, local nodes',
    ],
    [
      'a local side by its object beside addresses',
      RULE('r', 'source a; destination [ b nodes ]'),
      'r inbound allow tcp 443 whole 192.0.2.0/26, local 192.0.2.64/26 nodes',
    ],
    [
      'all but an object, of which nobody knows what is left',
      RULE('r', 'source nodes; negate-source yes; destination a'),
      'r outbound allow tcp 443 part 192.0.2.0/26',
    ],
    [
      'every local address of one family',
      RULE('r', 'source [ low high ]; destination outer').replace(
        /^/,
        'set address low ip-netmask ::/1\nset address high ip-netmask 8000::/1\n',
      ),
      'r outbound allow tcp 443 whole 2001:db8::/48',
    ],
    [
      'an application',
      RULE('r', 'destination a; application [ ssl web-browsing ]; service application-default'),
      'r outbound allow any 0-65535 part 192.0.2.0/26',
    ],
    [
      'users, categories, schedules',
      ['source-user bob', 'category [ x y ]', 'schedule night', 'target devices 0011', 'hip-profiles h']
        .map((field, n) => RULE(`r${n}`, `destination a; ${field}`))
        .join('\n'),
      [0, 1, 2, 3, 4].map((n) => `r${n} outbound allow tcp 443 part 192.0.2.0/26`).join(' | '),
    ],
    [
      'targets',
      `${RULE('r', 'destination a; target devices 0011')}\nset rulebase security rules r target negate no`,
      'r outbound allow tcp 443 part 192.0.2.0/26',
    ],
    [
      'every IPv4 address as source',
      RULE('r', 'source 0.0.0.0/0; destination outer'),
      'r outbound allow tcp 443 whole 192.0.2.0/25 198.51.100.8/30',
    ],
    [
      'fields that are any',
      RULE(
        'r',
        'destination a; source-user any; category any; hip-profiles any; rule-type universal; target negate no',
      ),
      'r outbound allow tcp 443 whole 192.0.2.0/26',
    ],
    ['traffic inside a zone', RULE('r', 'destination a; rule-type intrazone'), ''],
    [
      'zones that nobody asked about',
      RULE('r', 'from trust; to untrust; destination a'),
      'r outbound allow tcp 443 part by zone 192.0.2.0/26',
    ],
    [
      'several fields in a line',
      'set rulebase security rules r 01234567-89ab-cdef-0123-456789abcdef from any to any source any destination [ a b ] application any service tcp-443 action allow',
      'r outbound allow tcp 443 whole 192.0.2.0/25',
    ],
    [
      'a section that is deleted as a whole',
      `${RULE('r', 'destination a')}\ndelete rulebase security\ndelete vsys vsys1\ndelete network interface`,
      'r outbound allow tcp 443 whole 192.0.2.0/26 ! 34 delete rulebase security: deletes more than one object, which is not followed ! 35 delete vsys vsys1: deletes more than one object, which is not followed',
    ],
    [
      'a virtual system whose rules all come from Panorama',
      RULE('r', 'destination 192.0.2.0/26')
        .replaceAll('set rulebase', 'set panorama vsys vsys2 pre-rulebase')
        .replaceAll('tcp-443', 'service-https'),
      'r outbound allow tcp 443 whole 192.0.2.0/26',
    ],
    [
      'two virtual systems, one of which has rules from Panorama only',
      `${RULE('r', 'destination a')}\n${RULE('s', 'destination any').replaceAll('set rulebase', 'set panorama vsys vsys2 post-rulebase')}`,
      'r outbound allow tcp 443 whole 192.0.2.0/26 ! 1 vsys vsys1: is the one that was read; name one to read another: vsys vsys2',
    ],
    [
      'a deleted member and rule',
      `${RULE('r', 'destination inner')}\ndelete address-group inner static b\n${RULE('s', '')}\ndelete rulebase security rules s`,
      'r outbound allow tcp 443 whole 192.0.2.0/26',
    ],
    [
      'the default rule, opened',
      'set rulebase default-security-rules rules interzone-default action allow',
      'interzone-default outbound allow any 0-65535 whole any | interzone-default inbound allow any 0-65535 whole any',
    ],
    ['the default rule, logged', 'set rulebase default-security-rules rules interzone-default log-end yes', ''],
    [
      'what else is in a configuration',
      'set network interface ethernet ethernet1/1 layer3\nset rulebase nat rules n to untrust\nset zone trust network layer3 ethernet1/1\nset mgt-config users admin',
      '',
    ],
    [
      'a terminal session',
      `admin@fw> configure\nEntering configuration mode\n[edit]\nadmin@fw# ${RULE('r', 'destination a')}\n[edit]\nadmin@fw# exit`,
      'r outbound allow tcp 443 whole 192.0.2.0/26',
    ],
    [
      'a domain name',
      RULE('r', 'destination [ a name ]'),
      'r outbound allow tcp 443 whole 192.0.2.0/26 ! 6 www.example.com: is a domain name, whose addresses are unknown',
    ],
    [
      'a wildcard mask',
      RULE('r', 'destination [ a wild ]'),
      'r outbound allow tcp 443 whole 192.0.2.0/26 ! 7 10.20.1.0/0.0.248.255: is a wildcard mask, which is not followed',
    ],
    ['a dynamic group', RULE('r', 'destination dyn'), '! 14 dyn: is a dynamic group, whose addresses are unknown'],
    [
      'every address of both families beside others',
      RULE('r', 'destination [ a all6 ]'),
      'r outbound allow tcp 443 whole any | r inbound allow tcp 443 whole any',
    ],
    [
      'an object called any, which is not one of the members',
      `set address any ip-netmask 192.0.2.0/24\nset address-group g static [ a any ]\n${RULE('r', 'destination g')}`,
      'r outbound allow tcp 443 whole 192.0.2.0/26 ! 28 any: is not a member of a group',
    ],
    [
      'an object of a group with a field that nobody knows',
      `set address a flux high\nset address-group g static [ a ]\n${RULE('r', 'destination g')}`,
      'r outbound allow tcp 443 whole 192.0.2.0/26 ! 27 set address a flux high: is not understood',
    ],
    ['a group without members', RULE('r', 'destination empty'), '! 17 empty: is a group without members'],
    [
      'groups that contain each other',
      RULE('r', 'destination loop1'),
      'r outbound allow tcp 443 whole 198.51.100.1/32 ! 15 loop1: is a group that contains itself',
    ],
    [
      'what is not there',
      RULE('r', 'destination [ a gone ]; service [ tcp-443 nope ]'),
      'r outbound allow tcp 443 whole 192.0.2.0/26 ! 30 gone: names an address that does not exist ! 32 nope: names a service that does not exist',
    ],
    [
      'lists and regions',
      RULE('r', 'destination [ a feed here US ]'),
      'r outbound allow tcp 443 whole 192.0.2.0/26 ! 30 feed: is a list or region, whose addresses are unknown ! 30 here: is a list or region, whose addresses are unknown ! 30 US: is a region, whose addresses are unknown',
    ],
    [
      'every application on its ports',
      RULE('r', 'destination a; service application-default'),
      'r outbound allow any 0-65535 part 192.0.2.0/26 ! 32 application-default: allows every application on its default ports, which are unknown',
    ],
    [
      'source ports',
      RULE('r', 'destination a; service from-53'),
      'r outbound allow udp 100 part 192.0.2.0/26 ! 22 53: matches source ports, which is not followed',
    ],
    [
      'a choice that is made again',
      `set address a ip-range 198.51.100.0-198.51.100.3\nset address a ip-range 198.51.100.0-198.51.100.1\n${RULE('r', 'destination a')}`,
      'r outbound allow tcp 443 whole 198.51.100.0/31',
    ],
    [
      'a service of another protocol, which has no ports yet',
      `set service tcp-443 protocol udp\n${RULE('r', 'destination a')}`,
      '! 18 tcp-443: is a service without a protocol and ports',
    ],
    [
      'lists where there is one value',
      `set address two ip-netmask [ 192.0.2.0/24 192.0.2.0/24 ]\nset address none ip-netmask [ ]\n${RULE('r', 'destination [ a two none ]')}`,
      'r outbound allow tcp 443 whole 192.0.2.0/26 ! 27 set address two ip-netmask 192.0.2.0/24 192.0.2.0/24: is a list where there is one value ! 27 two: is an address object without an address ! 28 set address none ip-netmask: is a list where there is one value ! 28 none: is an address object without an address',
    ],
    [
      'a field that nobody knows',
      RULE('r', 'destination a; flux high'),
      'r outbound allow tcp 443 whole 192.0.2.0/26 ! 34 set rulebase security rules r flux high: is not understood',
    ],
    ['a rule without its source', RULE('r', 'destination a; source -'), '! 27 r: has no source'],
    [
      'any beside others',
      RULE('r', 'destination [ a any ]'),
      'r outbound allow tcp 443 whole any | r inbound allow tcp 443 whole any ! 30 r: has "any" beside others in destination',
    ],
    ['an action that nobody knows', RULE('r', 'destination a; action maybe'), '! 33 maybe: is not an action'],
    [
      'a move of rules that the text has',
      `${RULE('r', 'destination a')}\n${RULE('s', 'destination a; action deny')}\nmove rulebase security rules s before r`,
      's outbound deny tcp 443 whole 192.0.2.0/26 | r outbound allow tcp 443 whole 192.0.2.0/26',
    ],
    [
      'a move of rules that are elsewhere',
      `${RULE('r', 'destination a')}\nmove rulebase security rules r before nowhere`,
      'r outbound allow tcp 443 whole 192.0.2.0/26 ! 34 move rulebase security rules r before nowhere: changes the configuration, which is not followed',
    ],
    [
      'lines of another kind',
      'move rulebase security rules r top\nset rulebase secure\nset address x ip-netmask "1',
      '! 27 move rulebase security rules r top: changes the configuration, which is not followed ! 28 set rulebase secure: is not understood ! 29 set address x ip-netmask "1: has a quote that is out of place',
    ],
    [
      'what stands around a configuration',
      `Last login: Thu Nov 26\nadmin@fw> show config running\n${RULE('r', 'destination a')}\nadmin@fw> exit\nConnection to fw closed.`,
      'r outbound allow tcp 443 whole 192.0.2.0/26 ! 27 Last login: Thu Nov 26: is not understood (harmless) ! 37 Connection to fw closed.: is not understood (harmless)',
    ],
    [
      'a quote that swallows lines',
      'set address x description "oh\nset address y description "no"\nset tag t',
      '! 27 set address x description "oh: has a quote that is out of place',
    ],
  ]
  test.for(rules)('reads %s', ([, text, want]) => {
    expect(audit(`${OBJECTS}${text}\n`)).toBe(want)
  })

  test.for<[name: string, text: string, want: Reading['scopes']]>([
    [
      'rules of zones',
      RULE('r', 'from trust; to [ untrust dmz ]'),
      { vsys: ['vsys1'], ...zones('trust', 'untrust', 'dmz') },
    ],
    ['rules of which some are about any zone', RULE('r', 'from any; to untrust'), { vsys: ['vsys1'] }],
    [
      'zones that are set up',
      `set zone lan network layer3 ethernet1/1\nset vsys vsys2 zone wan network layer3 [ ethernet1/2 ]\n${RULE('r', 'to untrust')}`,
      { vsys: ['vsys1'], fromZone: ['lan', 'wan', 'any', 'untrust'], toZone: ['lan', 'wan', 'any', 'untrust'] },
    ],
    [
      'zones that are set up, in XML',
      '<config><devices><entry name="localhost.localdomain"><vsys><entry name="vsys3"><zone><entry name="lan"><network><layer3><member>ethernet1/1</member></layer3></network></entry></zone><address><entry name="a"><ip-netmask>192.0.2.1</ip-netmask></entry></address></entry></vsys></entry></devices></config>',
      { vsys: ['vsys3'], ...zones('lan') },
    ],
    [
      'virtual systems with rules from Panorama',
      `${RULE('r', '').replaceAll('set rulebase', 'set panorama vsys vsys2 pre-rulebase')}\nset panorama address x ip-netmask 192.0.2.1`,
      { vsys: ['vsys2', 'panorama'] },
    ],
    [
      'device groups',
      'set device-group Branch address x ip-netmask 192.0.2.1\nset shared address y ip-netmask 192.0.2.1',
      { vsys: ['Branch', 'shared'] },
    ],
  ])('knows the scopes of %s', ([, text, want]) => {
    const { scopes } = read([{ part: 'fw', family: undefined, text }], {
      options: OPTIONS,
      purpose: 'audit',
      narrow: {},
      kit: KIT,
    })
    expect(scopes).toEqual(want)
  })

  test('a proof takes no prompt', () => {
    const text = `admin@fw# ${RULE('r', '')}`
    const [first = ''] = text.split('\n')
    expect(audit(text, { purpose: 'prove' })).toContain(`! 1 ${first}: is not understood`)
    expect(audit(text)).not.toContain('is not understood')
  })

  test.for([
    [
      { fromZone: 'trust', toZone: 'untrust' },
      'out outbound allow tcp 443 whole 192.0.2.0/26 | in inbound allow tcp 443 whole 192.0.2.0/26 | all outbound allow tcp 443 whole 192.0.2.64/26',
    ],
    [
      { fromZone: 'trust' },
      'out outbound allow tcp 443 part by zone 192.0.2.0/26 | in inbound allow tcp 443 part by zone 192.0.2.0/26 | all outbound allow tcp 443 whole 192.0.2.64/26',
    ],
    [{ fromZone: 'guest', toZone: 'dmz' }, 'all outbound allow tcp 443 whole 192.0.2.64/26'],
    [
      { fromZone: 'guest', toZone: 'untrust' },
      'out outbound allow tcp 443 whole 192.0.2.0/26 | all outbound allow tcp 443 whole 192.0.2.64/26',
    ],
  ])('narrows to %o', ([narrow, want]) => {
    const text = [
      RULE('out', 'from [ trust guest ]; to untrust; destination a'),
      RULE('in', 'from untrust; to trust; source a'),
      RULE('gone', 'from voice; to voice; destination nowhere'),
      RULE('all', 'destination b'),
    ]
    expect(audit(`${OBJECTS}${text.join('\n')}`, { narrow: narrow as ReaderContext['narrow'] })).toBe(want)
  })

  const PANORAMA = `set shared address a ip-netmask 192.0.2.0/24
set shared address c ip-netmask 203.0.113.0/24
set shared service s protocol tcp port 443
set device-group Child address a ip-netmask 198.51.100.0/24
set readonly devices localhost.localdomain device-group Child parent-dg Top
${[
  'shared post|last|c|deny',
  'device-group Child pre|second|a|allow',
  'device-group Child post|third|c|allow',
  'device-group Top pre|first|a|deny',
  'device-group Other pre|other|a|allow',
  'shared pre|zero|c|deny',
]
  .map((row) => row.split('|'))
  .map(
    ([at, name, to, action]) =>
      `set ${at}-rulebase security rules ${name} from any to any source any destination ${to} application any service s action ${action}`,
  )
  .join('\n')}
`
  const CHILD =
    'zero outbound deny tcp 443 whole 203.0.113.0/24 | first outbound deny tcp 443 whole 192.0.2.0/24 | second outbound allow tcp 443 whole 198.51.100.0/24 | third outbound allow tcp 443 whole 203.0.113.0/24 | last outbound deny tcp 443 whole 203.0.113.0/24'
  test.for([
    ['Child', CHILD],
    ['shared', 'zero outbound deny tcp 443 whole 203.0.113.0/24 | last outbound deny tcp 443 whole 203.0.113.0/24'],
    [
      'Nobody',
      'zero outbound deny tcp 443 whole 203.0.113.0/24 | last outbound deny tcp 443 whole 203.0.113.0/24 ! 1 Nobody: is not a virtual system or device group with objects or rules; there are: shared, device-group Child, device-group Top, device-group Other',
    ],
    [
      undefined,
      `${CHILD} ! 1 device-group Child: is the one that was read; name one to read another: device-group Top, device-group Other`,
    ],
  ])('reads the rules of Panorama around those of the device group %s', ([vsys, want]) => {
    expect(audit(PANORAMA, vsys ? { narrow: { vsys } } : {})).toBe(want)
  })

  const XML = `<?xml version="1.0"?>
<response status="success"><result><config version="11.1.0" urldb="paloaltonetworks">
  <mgt-config><users><entry name="admin"><phash>*</phash></entry></users></mgt-config>
  <shared><service><entry name="web &amp; more"><protocol><tcp><port>80,443</port><override><no/></override></tcp></protocol></entry></service></shared>
  <devices><entry name="localhost.localdomain">
    <network><interface/></network>
    <vsys>
      <entry name="vsys1">
        <address>
          <entry name="a"><ip-netmask>192.0.2.0/24</ip-netmask><description>x &lt; y</description></entry>
          <entry name="b"><ip-range>198.51.100.0-198.51.100.127</ip-range><tag><member>t</member></tag></entry>
          <entry name="n"><fqdn>example.com</fqdn></entry>
        </address>
        <address-group><entry name="G"><static><member>a</member><member>b</member></static></entry></address-group>
        <rulebase><nat><rules><entry name="n"/></rules></nat><security><rules>
          <entry name="one" uuid="01234567-89ab-cdef-0123-456789abcdef">
            <profile-setting><group><member>strict</member></group></profile-setting>
            <from><member>any</member></from><to><member>any</member></to>
            <source><member>any</member></source>
            <destination><member>G</member></destination>
            <source-user><member>any</member></source-user><application><member>any</member></application>
            <service><member>web &amp; more</member></service>
            <target><negate>no</negate></target>
            <action>allow</action><!-- <disabled>yes</disabled> -->
          </entry>
        </rules></security></rulebase>
      </entry>
      <entry name="vsys2"><rulebase><security><rules/></security></rulebase></entry>
    </vsys>
  </entry></devices>
</config></result></response>
`
  test.for([
    ['as it is', XML, 'one outbound allow tcp 80 443 whole 192.0.2.0/24 198.51.100.0/25'],
    [
      'behind a prompt',
      `admin@fw> show config running\n${XML}admin@fw> `,
      'one outbound allow tcp 80 443 whole 192.0.2.0/24 198.51.100.0/25',
    ],
    [
      'with a missing member',
      XML.replace('<member>b</member>', '<member>z</member>'),
      'one outbound allow tcp 80 443 whole 192.0.2.0/24 ! 14 z: names an address that does not exist',
    ],
    [
      'with a domain name',
      XML.replace('<member>b</member>', '<member>n</member>'),
      'one outbound allow tcp 80 443 whole 192.0.2.0/24 ! 12 example.com: is a domain name, whose addresses are unknown',
    ],
    [
      'cut off',
      XML.slice(0, XML.indexOf('<service><member>')),
      '! 16 one: has no service, action ! 22 <entry>: does not end',
    ],
    [
      'badly nested',
      XML.replace('</from>', '</to>'),
      '! 16 one: has no to, source, destination, application, service, action ! 18 </to><to><member>any</member></to>: is not well-formed XML',
    ],
  ])('reads XML %s', ([, text, want]) => {
    expect(audit(text as string)).toBe(want)
  })

  const NOT = 'is not the configuration of PAN-OS as set commands or XML (set cli config-output-format set)'
  test.for([
    ['an empty text', '', `! 1 : ${NOT}`],
    ['bytes', '\u0000\u0001\ufffd["\u0007', `! 1  \ufffd[" : ${NOT}`],
    [
      'a FortiGate',
      'config firewall address\n    edit "a"\n        set subnet 192.0.2.0 255.255.255.0\n    next\nend\n',
      `! 1 config firewall address: ${NOT}`,
    ],
    ['iptables', '*filter\n:INPUT DROP [0:0]\n-A INPUT -j DROP\nCOMMIT\n', `! 1 *filter: ${NOT}`],
    ['other XML', '<?xml version="1.0"?>\n<html><body>no</body></html>', `! 1 <?xml version="1.0"?>: ${NOT}`],
    ['braces', 'config {\n  devices {\n', `! 1 config {: ${NOT}`],
    ['JSON', '{"a": [1]}', `! 1 {"a": [1]}: ${NOT}`],
  ])('knows %s as something else', ([, text, want]) => {
    expect(audit(text as string)).toBe(want)
  })

  test('reads an external dynamic list', () => {
    const text = '# mine\n192.0.2.1/24 the office\n198.51.100.0-198.51.100.3\n2001:db8::\nexample.com\n'
    const found = '= 192.0.2.0/24 198.51.100.0/30 2001:db8::/128 !'
    expect(audit(text, { options: { ...OPTIONS, form: 'edl' } })).toBe(
      `${found} 5 example.com: is not an address, prefix or range`,
    )
    expect(audit(text)).toBe(
      `${found} 1 the file: is an external dynamic list; compare it with the rule that it is named after: --set form=edl ! 5 example.com: is not an address, prefix or range`,
    )
  })
})

/** Rules, lists and notes as one line of text. */
function short({ rules, lists, notes }: Reading): string {
  const addresses = (set: PrefixSet) =>
    set.equals(KIT.everything()) ? 'any' : set.prefixes.map((prefix) => formatPrefix(prefix)).join(' ')
  const rule = ({ name, direction, action, protocol, ports, coverage, isPartByZone, remote, local }: FoundRule) => {
    const near = local ? `, local ${[...local.addresses.texts, ...local.objects].join(' ')}` : ''
    return `${name} ${direction} ${action} ${protocol} ${ports.map(formatPorts).join(' ')} ${coverage}${isPartByZone ? ' by zone' : ''} ${addresses(remote.addresses)}${near}`
  }
  const found = [rules.map(rule).join(' | '), ...lists.map((list) => `= ${addresses(list.addresses)}`)]
  const noted = [...notes]
    .sort((a, b) => a.place.line - b.place.line)
    .map(
      ({ place, text, reason, isHarmless }) =>
        `! ${place.line} ${text.replaceAll('\n', ' ')}: ${reason}${isHarmless ? ' (harmless)' : ''}`,
    )
  return [...found, ...noted].filter((text) => text !== '').join(' ')
}
