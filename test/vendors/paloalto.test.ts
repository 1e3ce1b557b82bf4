import { describe, expect, test } from 'vitest'
import type { Reading } from '../../src/model/reading.ts'
import type { ReaderContext } from '../../src/vendor/kit/reader-api.ts'
import { device } from '../../vendors/paloalto/reader.ts'
import { expectEach, expectOutcomes } from '../golden-page.ts'
import { harnessOf } from './harness.ts'
import { show } from './reading-text.ts'

const { auditOf } = harnessOf('paloalto', device)

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
  const audit = (text: string, given: Parameters<typeof auditOf>[1] = {}) =>
    show(auditOf(text, { localObjects: ['nodes'], ...given }))

  const RULES = {
    'a deny before an allow': `${RULE('no', 'destination a; action reset-both')}\n${RULE('yes', 'destination inner')}`,
    'a rule that is not': RULE(
      'r',
      'destination a; disabled no; log-start yes; profile-setting group strict; option disable-server-response-inspection no',
    ),
    negation: RULE('r', 'destination [ 0.0.0.0/1 ::/0 ]; negate-destination no').replaceAll('::/0', '::/1'),
    'both sides restricted, with the remote side in a group named like the rule': `${RULE('outer', 'source host; destination outer')}\n${RULE('inner-in', 'source inner; destination host')}`,
    'all but an object, of which nobody knows what is left': RULE(
      'r',
      'source nodes; negate-source yes; destination a',
    ),
    'every local address of one family': RULE('r', 'source [ low high ]; destination outer').replace(
      /^/,
      'set address low ip-netmask ::/1\nset address high ip-netmask 8000::/1\n',
    ),
    'users, categories, schedules': [
      'source-user bob',
      'category [ x y ]',
      'schedule night',
      'target devices 0011',
      'hip-profiles h',
    ]
      .map((field, n) => RULE(`r${n}`, `destination a; ${field}`))
      .join('\n'),
    targets: `${RULE('r', 'destination a; target devices 0011')}\nset rulebase security rules r target negate no`,
    'fields that are any': RULE(
      'r',
      'destination a; source-user any; category any; hip-profiles any; rule-type universal; target negate no',
    ),
    'several fields in a line':
      'set rulebase security rules r 01234567-89ab-cdef-0123-456789abcdef from any to any source any destination [ a b ] application any service tcp-443 action allow',
    'a section that is deleted as a whole': `${RULE('r', 'destination a')}\ndelete rulebase security\ndelete vsys vsys1\ndelete network interface`,
    'a virtual system whose rules all come from Panorama': RULE('r', 'destination 192.0.2.0/26')
      .replaceAll('set rulebase', 'set panorama vsys vsys2 pre-rulebase')
      .replaceAll('tcp-443', 'service-https'),
    'two virtual systems, one of which has rules from Panorama only': `${RULE('r', 'destination a')}\n${RULE('s', 'destination any').replaceAll('set rulebase', 'set panorama vsys vsys2 post-rulebase')}`,
    'a deleted member and rule': `${RULE('r', 'destination inner')}\ndelete address-group inner static b\n${RULE('s', '')}\ndelete rulebase security rules s`,
    'the default rule, opened': 'set rulebase default-security-rules rules interzone-default action allow',
    'the default rule, logged': 'set rulebase default-security-rules rules interzone-default log-end yes',
    'the default rule, opened by Panorama and logged here':
      'set shared post-rulebase default-security-rules rules interzone-default action allow\nset rulebase default-security-rules rules interzone-default log-end yes',
    'what else is in a configuration':
      'set network interface ethernet ethernet1/1 layer3\nset rulebase nat rules n to untrust\nset zone trust network layer3 ethernet1/1\nset mgt-config users admin',
    'a terminal session': `admin@fw> configure\nEntering configuration mode\n[edit]\nadmin@fw# ${RULE('r', 'destination a')}\n[edit]\nadmin@fw# exit`,
    'an object called any, which is not one of the members': `set address any ip-netmask 192.0.2.0/24\nset address-group g static [ a any ]\n${RULE('r', 'destination g')}`,
    'an object of a group with a field that nobody knows': `set address a flux high\nset address-group g static [ a ]\n${RULE('r', 'destination g')}`,
    'a choice that is made again': `set address a ip-range 198.51.100.0-198.51.100.3\nset address a ip-range 198.51.100.0-198.51.100.1\n${RULE('r', 'destination a')}`,
    'a service of another protocol, which has no ports yet': `set service tcp-443 protocol udp\n${RULE('r', 'destination a')}`,
    'lists where there is one value': `set address two ip-netmask [ 192.0.2.0/24 192.0.2.0/24 ]\nset address none ip-netmask [ ]\n${RULE('r', 'destination [ a two none ]')}`,
    'a move of rules that the text has': `${RULE('r', 'destination a')}\n${RULE('s', 'destination a; action deny')}\nmove rulebase security rules s before r`,
    'a move of rules that are elsewhere': `${RULE('r', 'destination a')}\nmove rulebase security rules r before nowhere`,
    'lines of another kind': 'move rulebase security rules r top\nset rulebase secure\nset address x ip-netmask "1',
    'what stands around a configuration': `Last login: Thu Nov 26\nadmin@fw> show config running\n${RULE('r', 'destination a')}\nadmin@fw> exit\nConnection to fw closed.`,
    'a quote that swallows lines': 'set address x description "oh\nset address y description "no"\nset tag t',
  }
  test('reads a rule', async () => {
    await expectEach('paloalto-rule.txt', (fields) => audit(`${OBJECTS}${RULE('r', fields)}\n`))
  })

  test('reads rules', async () => {
    await expectOutcomes('paloalto-rules.txt', RULES, (text) => audit(`${OBJECTS}${text}\n`))
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
    expect(auditOf(text).scopes).toEqual(want)
  })

  test('a proof takes no prompt', () => {
    const text = `admin@fw# ${RULE('r', '')}`
    const [first = ''] = text.split('\n')
    const note = `1 ${first}: is not understood`
    expect(audit(text, { purpose: 'prove' })).toContain(note)
    expect(audit(text)).not.toContain(note)
  })

  const NARROW: Readonly<Record<string, ReaderContext['narrow']>> = {
    'to two zones': { fromZone: 'trust', toZone: 'untrust' },
    'to one zone': { fromZone: 'trust' },
    'to zones of which no rule is': { fromZone: 'guest', toZone: 'dmz' },
    'to another zone of a rule': { fromZone: 'guest', toZone: 'untrust' },
  }
  test('narrows', async () => {
    const text = [
      RULE('out', 'from [ trust guest ]; to untrust; destination a'),
      RULE('in', 'from untrust; to trust; source a'),
      RULE('gone', 'from voice; to voice; destination nowhere'),
      RULE('all', 'destination b'),
    ]
    await expectOutcomes('paloalto-narrowed.txt', NARROW, (narrow) => audit(`${OBJECTS}${text.join('\n')}`, { narrow }))
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
  const GROUPS = {
    Child: { vsys: 'Child' },
    shared: { vsys: 'shared' },
    'one that does not exist': { vsys: 'Nobody' },
    'the first one': {},
  }
  test('reads the rules of Panorama around those of a device group', async () => {
    await expectOutcomes('paloalto-panorama.txt', GROUPS, (narrow) => audit(PANORAMA, { narrow }))
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
  const OTHERS = {
    'XML as it is': XML,
    'XML behind a prompt': `admin@fw> show config running\n${XML}admin@fw> `,
    'XML with a missing member': XML.replace('<member>b</member>', '<member>z</member>'),
    'XML with a domain name': XML.replace('<member>b</member>', '<member>n</member>'),
    'XML that is cut off': XML.slice(0, XML.indexOf('<service><member>')),
    'XML that is badly nested': XML.replace('</from>', '</to>'),
    'requests, one of which is cut off':
      '{"action": "set", "xpath": "/config/shared/tag", "element": "<entry name=\'a\'/>"}\n{"action": "set", "xpath": "/config/shared/tag", "element": "<entry name=\'b\'>"}',
    'an external dynamic list': '# mine\n192.0.2.1/24 the office\n198.51.100.0-198.51.100.3\n2001:db8::\nexample.com\n',
    'an empty text': '',
    bytes: '\u0000\u0001\ufffd["\u0007',
    'a FortiGate': 'config firewall address\n    edit "a"\n        set subnet 192.0.2.0 255.255.255.0\n    next\nend\n',
    iptables: '*filter\n:INPUT DROP [0:0]\n-A INPUT -j DROP\nCOMMIT\n',
    'other XML': '<?xml version="1.0"?>\n<html><body>no</body></html>',
    braces: 'config {\n  devices {\n',
    JSON: '{"a": [1]}',
  }
  test('reads other forms, or knows that it cannot', async () => {
    await expectOutcomes('paloalto-forms.txt', OTHERS, (text) => audit(text))
  })

  test('an external dynamic list that was asked for is no surprise', () => {
    expect(audit(OTHERS['an external dynamic list'], { options: { form: 'edl' } })).toEqual([
      'list device: 192.0.2.0/24,198.51.100.0/30,2001:db8::/128',
      '5 example.com: is not an address, prefix or range',
    ])
  })
})
