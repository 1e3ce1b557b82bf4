import { describe, expect, test } from 'vitest'
import type { ReaderContext } from '../../src/vendor/kit/reader-api.ts'
import { device } from '../../vendors/juniper-srx/reader.ts'
import { expectEach, expectOutcomes, expectPage } from '../golden-page.ts'
import { expectNeeded, type Golden, harnessOf } from './harness.ts'
import { show } from './reading-text.ts'

const HARNESS = harnessOf('juniper-srx', device)

const audit = (text: string, given: Partial<ReaderContext> = {}) => show(HARNESS.auditOf(text, given))

const OBJECTS = `set version 23.4R2.13
set system host-name srx
set security address-book global address net 192.0.2.0/24
set security address-book global address host 198.51.100.7/32
set security address-book global address bits 203.0.113.77/24
set security address-book global address six 2001:db8::/48
set security address-book global address run range-address 198.51.100.8 to 198.51.100.11
set security address-book global address wild wildcard-address 10.0.5.0/255.0.255.0
set security address-book global address name dns-name www.example.com
set security address-book global address void description "nothing yet"
set security address-book global address-set inner address net
set security address-book global address-set outer address-set inner
set security address-book global address-set outer address six
set security address-book global address-set loop address-set back
set security address-book global address-set back address-set loop
set security address-book global address-set hollow description none
set security address-book global address-set gone address missing
set security address-book edge address net 203.0.113.0/25
set security address-book edge attach zone dmz
set security zones security-zone old address-book address net 203.0.113.128/25
set security dynamic-address address-name feed profile feed-name azure
set applications application web protocol tcp
set applications application web destination-port 8000-8080
set applications application web inactivity-timeout 60
set applications application both term a protocol tcp destination-port https
set applications application both term b protocol udp
set applications application both term b destination-port 53
set applications application from-53 protocol udp
set applications application from-53 source-port 53
set applications application esp protocol esp
set applications application echo protocol icmp
set applications application echo icmp-type 8
set applications application open protocol tcp
set applications application-set all application web
set applications application-set all application junos-https
set applications application-set round application-set round
`

/** A policy from trust to untrust, where the last word about a field counts; `-` leaves the field out. */
function policy(fields: string): string {
  const at = 'set security policies from-zone trust to-zone untrust policy p'
  const all = `match source-address any; match destination-address net; match application junos-https; then permit; ${fields}`
  const said = new Map<string, string[]>()
  for (const field of all.split('; ').filter((text) => text !== '')) {
    const key = /^then (?:(?:permit|deny|reject)$|-)/.test(field) ? 'then' : field.split(' ').slice(0, 2).join(' ')
    said.set(key, [...(field.includes(' +') ? (said.get(key) ?? []) : []), field.replace(' +', ' ')])
  }
  const lines = [...said.values()].flat().filter((field) => !field.endsWith(' -'))
  return OBJECTS + lines.map((field) => `${at} ${field}`).join('\n')
}

describe('one policy', () => {
  test('is read', async () => {
    await expectEach('juniper-srx-policy.txt', (fields) => audit(policy(fields)))
  })

  test('is not there while it, or anything above it, is inactive', async () => {
    await expectEach('juniper-srx-inactive.txt', (text) => audit(`${policy('')}\n${text}`))
  })
})

describe('where a policy is', () => {
  const between = (from: string, to: string, destination = 'net') =>
    ['source-address any', `destination-address ${destination}`, 'application any']
      .map((field) => `set security policies from-zone ${from} to-zone ${to} policy p match ${field}\n`)
      .join('')
      .concat(`set security policies from-zone ${from} to-zone ${to} policy p then permit\n`)
  const global = (...zones: string[]) =>
    ['source-address any', 'destination-address net', 'application any', ...zones]
      .map((field) => `set security policies global policy g match ${field}\n`)
      .join('')
      .concat('set security policies global policy g then permit\n')

  const PLACES: readonly (readonly [text: string, narrow?: Record<string, string>])[] = [
    [between('trust', 'untrust')],
    [between('untrust', 'trust')],
    [`${between('guest', 'untrust')}set security zones security-zone trust\n`],
    // Without the zones of the options, policies between all zones count.
    [between('guest', 'untrust')],
    [between('guest', 'wan')],
    [between('guest', 'untrust'), { fromZone: 'guest' }],
    // The book of the zone counts before the global one, and that of an older release too.
    [between('trust', 'dmz'), { toZone: 'dmz' }],
    [between('trust', 'old'), { toZone: 'old' }],
    [between('trust', 'dmz', 'host'), { toZone: 'dmz' }],
    // A member of a set is of the kind that the set says.
    [`${between('trust', 'untrust', 'outer')}set security address-book global address inner 203.0.113.0/24\n`],
    // Policies between zones are tried before global ones.
    [global() + between('trust', 'untrust')],
    [global('from-zone trust', 'to-zone untrust')],
    [`${global('from-zone guest')}set security zones security-zone trust\nset security zones security-zone untrust\n`],
    [global('from-zone guest')],
    ['set security policies default-policy permit-all'],
    ['set security policies default-policy deny-all'],
    // What is logged until an application is known, as newer factory settings have it, says nothing of policies.
    ['set security policies pre-id-default-policy then log session-close'],
  ]

  test('decides what it is about', async () => {
    await expectPage(
      'juniper-srx-places.txt',
      PLACES.map(([text, narrow = {}]) => [
        `${text.trimEnd().replaceAll('\n', '\n  ')} ${JSON.stringify(narrow)}`,
        audit(OBJECTS + text, { narrow }),
      ]),
    )
  })

  test('is reported where it is not evaluated, and traffic may pass by it', async () => {
    await expectEach('juniper-srx-not-evaluated.txt', (text) => audit(OBJECTS + text))
  })
})

describe('the configuration in braces', () => {
  const BRACES = `## Last commit: 2025-11-10 10:00:00 UTC by me
version 23.4R2.13;
system { host-name "srx; {"; /* a { comment */ }
security {
    address-book {
        global {
            address net 192.0.2.0/24;
            inactive: address six 2001:db8::/48;
            address-set both { address net; address six; }
        }
    }
    policies {
        from-zone trust to-zone untrust {
            /* web; policy */
            policy p {
                match { source-address any; destination-address NAME; application [ web "junos-https" ]; }
                then { permit; log { session-close; } count; }
            }
            inactive: policy q {
                match { source-address any; destination-address any; application any; }
                then { permit; }
            }
        }
    }
}
applications { application web { term t protocol tcp source-port 0-65535 destination-port 80; } }
`
  const NET = BRACES.replace('NAME', 'net')
  const INNER = NET.split('\n').slice(4, -3).join('\n')
  const FORMS = {
    'like the commands': NET,
    'with what is inactive': BRACES.replace('NAME', '[ net both ]'),
    'without its first level, from a session': `me@srx> show configuration security\n${INNER}\n\n{primary:node0}\nme@srx> `,
    'with a range, over several lines': NET.replace(
      'net 192.0.2.0/24;',
      'net {\n range-address 192.0.2.4 {\n to {\n 192.0.2.7;\n }\n }\n }',
    ),
    'with conditions that are inactive': NET.replace(
      'policy p {',
      'policy p {\n inactive: scheduler-name night;',
    ).replace('destination-address net;', 'destination-address net; inactive: url-category Games;'),
    'with ways around the policies': `${NET}
firewall {\n family inet {\n filter all {\n term a {\n then {\n packet-mode;\n }\n }\n }\n }\n}
security {\n forwarding-options {\n family {\n iso {\n mode packet-based;\n }\n }\n }\n}
event-options {\n policy x {\n then {\n change-configuration {\n commands {\n "deactivate security";\n }\n }\n }\n }\n}
system {\n scripts {\n commit {\n allow-transients;\n }\n }\n}
`,
    'that ends early': NET.slice(0, NET.indexOf('inactive: policy q')),
    'that closes too much': `${NET}}\n`,
    'with a quote that does not end': NET.replace('"srx; {"', '"srx'),
    'without policies, which may be that of a router': 'set version 23.4R2.13\nset system host-name mx\n',
    'of something else': 'hello',
  }
  test('is read, or not trusted', async () => {
    await expectOutcomes('juniper-srx-forms.txt', FORMS, (text) => audit(text))
  })
})

describe('what tagwall writes', () => {
  const golden = HARNESS.goldens()
  const objections = (one: Golden, text: string) => HARNESS.objectionsTo(one, [{ part: 'x', family: undefined, text }])
  const textOf = ({ files }: Golden) => files[0]?.text ?? ''

  test('a file without one of the lines that clear or order, or with a line of others, is refused', () => {
    const one = golden.find(({ title }) => title === 'sides {}') as Golden
    const isFree = (line: string) => !/^(?:delete|insert|set .* (?:match|then \w+$))/.test(line)
    const more = [
      'deactivate security policies',
      `${/^set security policies .* policy \S+/m.exec(textOf(one))?.[0]} match from-zone dmz`,
      'delete security policies global',
      'delete security policies from-zone dmz',
      'delete security address-book mine',
      'delete security policies global policy A then unread',
      'delete security address-book global address a unread',
      'delete security address-book global address-set A unread',
      'set security nat source',
      'set security polices x',
      'set security policies default-policy permit-all',
      'set security policies apply-groups g',
      'set security apply-groups g',
      'set security forwarding-options family inet6 mode packet-based',
      'set groups g security policies global policy x then permit',
      'set logical-systems l security policies global policy x then permit',
      'run show',
    ]
    expectNeeded({ golden: one, isFree, more }, HARNESS.objectionsTo)
  })

  test('an audit of several zones takes policies that are alike between all pairs as one', async () => {
    const one = golden.find(({ title }) =>
      title.startsWith('one-rule {"protectedZone":"trust,dmz","internetZone":'),
    ) as Golden
    const more = `${textOf(one)}set security policies from-zone dmz to-zone wan policy more match source-address any destination-address any application any
set security policies from-zone dmz to-zone wan policy more then permit
`
    await expectOutcomes('juniper-srx-zones.txt', { alike: textOf(one), 'with one more': more }, (text) =>
      audit(text, { options: one.options }),
    )
  })

  test('policies that differ between the zones are refused', () => {
    const one = golden.find(({ title }) =>
      title.startsWith('one-rule {"protectedZone":"trust,dmz","internetZone":'),
    ) as Golden
    const dropped = textOf(one).replace(/^set .*from-zone dmz to-zone wan .* then permit\n/m, '')
    expect(dropped).not.toBe(textOf(one))
    expect(objections(one, dropped)).not.toEqual([])
  })
})
