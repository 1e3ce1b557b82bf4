import { describe, expect, test } from 'vitest'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { loadWhole } from '../../src/model/device.ts'
import { formatPorts } from '../../src/model/traffic.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import type { ReaderContext } from '../../src/vendor/kit/reader-api.ts'
import { checkFiles, checkProof } from '../../src/vendor-check/check-files.ts'
import { settingsOf } from '../../src/vendor-check/settings.ts'
import { conformanceSubjects } from '../../src/vendor-check/subjects.ts'
import { device } from '../../vendors/iptables/reader.ts'
import { expectEach, expectOutcomes, expectPage } from '../golden-page.ts'
import { type Golden, harnessOf } from './harness.ts'
import { setText, show } from './reading-text.ts'

const { goldens, objectionsTo, auditOf, optionsOf, vendor } = harnessOf('iptables', device)

/** What a device runs, a line a rule. */
const audit = (text: string, narrow: Narrow = {}, localObjects: string[] = []) =>
  show(auditOf(text, { narrow, localObjects }))

type Narrow = ReaderContext['narrow']

/** A filter table with policies of DROP; OUTPUT is where the lines go that name no chain. The first is line 5. */
function table(...lines: string[]): string {
  const rules = lines.map((line) => (/^(-[AID] |[:[#])/.test(line) ? line : `-A OUTPUT ${line}`))
  return ['*filter', ':INPUT DROP [0:0]', ':FORWARD DROP [0:0]', ':OUTPUT DROP [0:0]', ...rules, 'COMMIT', ''].join(
    '\n',
  )
}

const DROPS = ['4 policy DROP of OUTPUT: out deny any any4', '2 policy DROP of INPUT: in deny any any4']
/** What lines in OUTPUT become, without the policies behind them. */
const inOutput = (...lines: string[]) => audit(table(...lines)).filter((line) => !DROPS.includes(line))

describe('one rule', () => {
  test('is read', async () => {
    await expectEach('iptables-rule.txt', (line) => inOutput(line))
  })
})

describe('chains', () => {
  test('reads rules of a save', async () => {
    await expectEach('iptables-rules.txt', (text) => inOutput(...text.split('\n')))
  })

  test('gives up on chains that fork and fork again', () => {
    const chains = Array.from({ length: 40 }, (_, index) => index)
    const lines = [
      ...chains.map((index) => `:C${index} - [0:0]`),
      '-j C0',
      ...chains
        .flatMap((index) => [`-A C${index} -j C${index + 1}`, `-A C${index} -p tcp -j C${index + 1}`])
        .slice(0, -2),
    ]
    expect(inOutput(...lines)).toEqual(['122 C38: is a chain with too many jumps to it to follow'])
  })
})

describe('directions', () => {
  const forward = table(
    '-A FORWARD -d 192.0.2.1 -j ACCEPT',
    '-A FORWARD -s 192.0.2.2 -j ACCEPT',
    '-A FORWARD -s 192.0.2.3 -d 192.0.2.4 -j ACCEPT',
    '-A FORWARD -i lan0 -o wan0 -d 192.0.2.5 -j ACCEPT',
    '-A FORWARD -i wan+ ! -o wan0 -p udp -j ACCEPT',
    '-A INPUT -s 192.0.2.6 -d 192.0.2.7 -j ACCEPT',
  )
  const NARROW: readonly Narrow[] = [
    {},
    { chain: 'FORWARD' },
    { chain: 'FORWARD', fromZone: 'lan0', toZone: 'wan0' },
    { chain: 'INPUT' },
    { chain: 'NONE' },
  ]

  test('are seen as they are narrowed', async () => {
    await expectPage(
      'iptables-directions.txt',
      NARROW.map((narrow) => [JSON.stringify(narrow), audit(forward, narrow)]),
    )
  })

  test('come from the built-in chain that leads to the one that is asked for', () => {
    const text = table(':A - [0:0]', ':B - [0:0]', '-j B', '-A B -j A', '-A A -j ACCEPT')
    expect(audit(text, { chain: 'A' })).toEqual(['9 A: out allow any any4'])
  })
})

describe('sets', () => {
  const rule = table('-m set --match-set a dst -j ACCEPT')
  const withSets = (...lines: string[]) => {
    return audit([...lines, rule].join('\n'))
      .filter((line) => !/ policy [A-Z]+ of /.test(line))
      .map((line) => line.replace(/^\d+ OUTPUT: out /, ''))
  }
  const CREATE = 'create a hash:net family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0xb3f5bd4f'

  test('are read', async () => {
    await expectEach('iptables-sets.txt', (lines) => withSets(lines))
  })

  test('are asked the other way round, and for the source', () => {
    const text = [
      CREATE,
      'add a 128.0.0.0/1',
      table('-m set ! --match-set a dst -j ACCEPT', '-A INPUT -m set --match-set a src -j ACCEPT'),
    ].join('\n')
    expect(audit(text).filter((line) => !/policy/.test(line))).toEqual([
      '7 OUTPUT: out allow any 0.0.0.0/1',
      '8 INPUT: in allow any 128.0.0.0/1',
    ])
  })
})

describe('objects of the policy', () => {
  const CREATE = 'create nodes hash:net family inet'
  const lines = [
    '-A OUTPUT -m set --match-set nodes src -d 192.0.2.0/24 -p icmp -j ACCEPT',
    '-A OUTPUT -m set --match-set nodes dst -j ACCEPT',
    '-A INPUT -s 10.0.0.0/8 -m set --match-set nodes dst -d 172.16.0.0/12 -p tcp -j DROP',
    '-A INPUT -m set ! --match-set nodes src -j ACCEPT',
  ]
  const GIVEN: Readonly<Record<string, readonly [sets: string[], objects: string[]]>> = {
    'are named on the local side, and resolved on the remote one': [[CREATE, 'add nodes 198.51.100.0/24'], ['nodes']],
    'may be empty, or not be there': [[], ['nodes']],
    'are addresses like others where the policy does not name them': [[CREATE, 'add nodes 198.51.100.0/24'], []],
  }

  test('are found', async () => {
    await expectOutcomes('iptables-objects.txt', GIVEN, ([sets, objects]) =>
      audit([...sets, table(...lines)].join('\n'), {}, objects),
    )
  })
})

describe('sets that rules change', () => {
  const SAVED = 'create dyn hash:ip family inet hashsize 1024 maxelem 65536 timeout 60 bucketsize 12 initval 0x38bceb9a'
  const CHANGED = {
    'ahead of their use': table(
      '-p tcp -m tcp --dport 443 -j SET --add-set dyn dst --exist --timeout 60',
      '-p tcp -m tcp --dport 443 -m set --match-set dyn dst -j ACCEPT',
    ),
    'in another table': `*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j SET --del-set dyn src\nCOMMIT\n${table('-m set --match-set dyn dst -j DROP')}`,
    'never, where a rule only looks them up': table(
      '-j SET --map-set dyn dst --map-mark',
      '-m set --match-set dyn dst -j ACCEPT',
    ),
  }

  test('are unknown', async () => {
    await expectOutcomes('iptables-changed-sets.txt', CHANGED, (text) => audit(`${SAVED}\n${text}`))
  })
})

describe('other tables', () => {
  /** The notes of a save, with the traffic that each is about. */
  function doubts(tables: string, narrow: Narrow = {}): string[] {
    const text = `${tables}${table()}`
    return auditOf(text, { narrow }).notes.map(
      ({ place, text, reason, about }) =>
        `${place.line} ${text.slice(0, 40)}: ${reason}${(about ?? [])
          .map(({ direction, protocol, ports, remote }) => {
            return ` | ${direction} ${protocol} ${ports.map(formatPorts).join()} ${setText(remote.addresses)}`
          })
          .join('')}`,
    )
  }
  const other = (name: string, ...lines: string[]) => [`*${name}`, ...lines, 'COMMIT', ''].join('\n')
  const BUILT_IN = [':PREROUTING ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ':POSTROUTING ACCEPT [0:0]']
  const FORWARD = { chain: 'FORWARD', fromZone: 'lan0', toZone: 'wan0' }

  const NOTED: Readonly<Record<string, readonly [text: string, narrow?: Narrow]>> = {
    'a policy of DROP, as a kernel saves it': [
      other('mangle', ':PREROUTING ACCEPT [0:0]', ':INPUT ACCEPT [0:0]', ':OUTPUT DROP [0:0]'),
    ],
    'policies of DROP in both ways': [other('raw', ':PREROUTING DROP [0:0]', ':OUTPUT DROP [0:0]')],
    'a policy of DROP that is not met': [other('mangle', ':FORWARD DROP [0:0]')],
    'a drop of some, behind a jump and a return': [
      other(
        'mangle',
        ...BUILT_IN,
        ':OWN - [0:0]',
        '-A POSTROUTING -p tcp -m tcp --dport 80:443 -j OWN',
        '-A OWN -d 192.0.2.0/25 -j RETURN',
        '-A OWN -d 192.0.2.0/24 -j DROP',
      ),
    ],
    'what goes to a program, and what is only copied or marked': [
      other(
        'mangle',
        ...BUILT_IN,
        '-A OUTPUT -p tcp -j NFQUEUE --queue-num 3',
        '-A OUTPUT -j TEE --gateway 10.0.0.1',
        '-A OUTPUT -j MARK --set-xmark 0x1/0x1',
      ),
    ],
    'destinations that are changed, as a kernel saves them': [
      other(
        'nat',
        ...BUILT_IN,
        '-A PREROUTING -d 192.0.2.0/24 -j NETMAP --to 10.0.0.0/24',
        '-A OUTPUT -d 20.0.0.0/8 -p tcp -m tcp --dport 443 -j DNAT --to-destination 10.0.0.5:8443',
        '-A OUTPUT -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 3128',
        '-A POSTROUTING -o eth0 -j MASQUERADE',
      ),
    ],
    'what passes a router': [
      other(
        'nat',
        ...BUILT_IN,
        '-A PREROUTING -i wan0 -p tcp -m tcp --dport 443 -j DNAT --to-destination 192.168.1.10',
        '-A PREROUTING -i lan0 -p tcp -m tcp --dport 443 -j REDIRECT --to-ports 3129',
      ),
      FORWARD,
    ],
    'no port that Docker publishes': [
      other(
        'nat',
        ...BUILT_IN,
        ':DOCKER - [0:0]',
        '-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
        '-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER',
        '-A DOCKER ! -i docker0 -p tcp -m tcp --dport 443 -j DNAT --to-destination 172.17.0.2:443',
      ),
    ],
    'what is taken out of tracking': [
      other(
        'raw',
        ...BUILT_IN,
        '-A PREROUTING -s 192.0.2.0/24 -p tcp -m tcp --dport 443 -j CT --notrack',
        '-A OUTPUT -d 192.0.2.0/24 -j NOTRACK',
        '-A OUTPUT -j CT --zone 1',
        '-A OUTPUT -d 192.0.2.0/25 -j DROP',
      ),
    ],
    'a set that does not exist': [other('raw', ...BUILT_IN, '-A OUTPUT -m set --match-set gone dst -j DROP')],
  }

  test('are not followed, but noted', async () => {
    await expectOutcomes('iptables-notes.txt', NOTED, ([text, narrow]) => doubts(text, narrow))
  })
})

describe('a session of a terminal', () => {
  const session = [
    'Last login: Thu Nov 26 07:01:12 2026',
    '[root@gw ~]# ipset save; iptables-save',
    'create a hash:net',
    'ad a 192.0.2.0/24',
    'dad a 192.0.2.0/24',
    `${table('-m set --match-set a dst -j ACCEPT')}[root@gw ~]# exit`,
  ].join('\n')

  test('has lines around the save that allow nothing, and chains to ask for', () => {
    const { notes, scopes } = auditOf(session)
    expect(notes.map(({ place, isHarmless }) => `${place.line}${isHarmless ? ' harmless' : ''}`)).toEqual([
      '1 harmless',
      '2 harmless',
      '4 harmless',
      '5 harmless',
      '12 harmless',
    ])
    expect(scopes).toEqual({ chain: ['INPUT', 'FORWARD', 'OUTPUT'] })
  })

  test.for<[line: string, isHarmless: boolean]>([
    ['[root@gw ~]# iptables -S', true],
    ['[root@gw ~]# iptables -I OUTPUT -j ACCEPT', false],
    ['iptables -P OUTPUT ACCEPT', false],
    ['/sbin/ip6tables -w -A OUTPUT -j ACCEPT', false],
    ['iptables-restore < more.v4', false],
    ['[root@gw ~]# ipset list', true],
    ['ipset -exist add a 0.0.0.0/1', false],
    ['nft add rule inet f o accept', false],
  ])('with the command %j is harmless only if that changes nothing', ([line, isHarmless]) => {
    const { notes } = auditOf(`${line}\n${table('-j DROP')}`)
    expect(notes.map((note) => note.isHarmless === true)).toEqual([isHarmless])
  })

  test('proves nothing', () => {
    const [golden] = goldens() as [Golden]
    const files = golden.files.map((file) => ({ ...file, text: `Last login: Thu\n${file.text}` }))
    // Both families are files of one part, and say the same.
    expect(objectionsTo(golden, files).length).toBe(new Set(files.map(({ part }) => part)).size)
  })
})

test('a comment names no set', () => {
  const golden = goldens().find(({ files }) => files.some(({ part }) => part.startsWith('sets'))) as Golden
  const edited = (comment: string) =>
    golden.files.map((file) => ({
      ...file,
      text: file.part.startsWith('sets')
        ? `${file.text}create left hash:net family inet -exist\nflush left\nadd left 192.0.2.0/24\n`
        : file.text.replaceAll(/--comment \S+(?= )/g, `--comment "${comment}"`),
    }))
  expect(golden.files.some(({ text }) => text.includes('--comment '))).toBe(true)
  expect(objectionsTo(golden, edited('x -m set \\" --match-set left src y'))).toEqual(objectionsTo(golden, edited('x')))
})

describe('a whole text', () => {
  const nat = '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -j DNAT --to-destination 192.0.2.9\nCOMMIT\n'
  const FOLLOWED = {
    'saves of both families, one behind the other': `${nat}${table('-d 192.0.2.1 -j ACCEPT')}# Generated by ip6tables-save v1.8.11 (nf_tables) on Tue\n${table('-p tcp -j ACCEPT')}`,
    'what -S prints, of both families and of other tables': [
      ...[
        '-P PREROUTING ACCEPT',
        '-P INPUT ACCEPT',
        '-P OUTPUT ACCEPT',
        '-P POSTROUTING ACCEPT',
        '-A OUTPUT -p tcp -j DNAT',
      ],
      ...['-P INPUT DROP', '-P OUTPUT DROP', '-A OUTPUT -d 192.0.2.1/32 -j ACCEPT'],
      ...['-P INPUT DROP', '-P OUTPUT DROP', '-A OUTPUT -d 2001:db8::1/128 -j ACCEPT'],
    ].join('\n'),
    'two saves that do not say which': `${table()}${table()}`,
    'a family three times': `${table()}${table()}${table()}`,
    'a family that its addresses tell': table('-d 2001:db8::/32 -j ACCEPT').replaceAll('DROP', 'ACCEPT'),
    'iptables -S':
      '-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT DROP\n-N A\n-A OUTPUT -j A\n-A A -d 192.0.2.1/32 -j ACCEPT\n',
    'lines of Windows': table('-d 192.0.2.1 -j ACCEPT').replaceAll('\n', '\r\n'),
    'a table that drops before': table().replace(
      '*filter',
      '*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -s 192.0.2.1 -j DROP\nCOMMIT\n*filter',
    ),
    'rules in the other iptables': `# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n${table()}`,
    'one that ends too early': '*filter\n:INPUT DROP [0:0]\n:OUTPUT DROP [0:0]\n-A OUTPUT -d 192.0',
    'without the built-in chains': '*filter\n:A - [0:0]\nCOMMIT\n',
    empty: '',
    binary: '\u0000\u0001\ufffd\n\u0007',
    'of another vendor': 'config firewall address\n    edit "a"\n',
    'of nftables': 'table ip filter {\n  chain OUTPUT {\n  }\n}\n',
    'a policy of its own kind': table().replace('OUTPUT DROP', 'OUTPUT QUEUE'),
  }

  test('reads chains', async () => {
    await expectOutcomes('iptables-chains.txt', FOLLOWED, (text) => audit(text))
  })

  test.for([
    ['quotes within a word', '-d 192.0.2.0/24 -m comment --comm"ent" "a"b"c d" -j ACCEPT', 'abc d'],
    ['escapes within quotes', '-d 192.0.2.0/24 -m comment --comment "a \\"b\\" \\\\" -j ACCEPT', 'a "b" \\'],
    ['an empty comment', '-d 192.0.2.0/24 -m comment --comment "" -j ACCEPT', ''],
    ['tabs between words', '-d 192.0.2.0/24\t -m comment\t--comment a -j ACCEPT', 'a'],
    ['other blanks within a word', '-d 192.0.2.0/24 -m comment --comment a\u00a0b -j ACCEPT', 'a\u00a0b'],
  ])('has words with %s', ([, rule, name]) => {
    expect(audit(table(rule as string))[0]).toBe(`5 ${name}: out allow any 192.0.2.0/24`)
  })
})

test('what is kept between two readings is what reading everything again would find', () => {
  const rule = (chain: string, rest: string) => `-A ${chain} ${rest}\n`
  const table = (...lines: string[]) => `*filter\n${lines.join('')}COMMIT\n`
  const part = (text: string, family: 'ipv4' | 'ipv6' = 'ipv4') => [{ part: family, family, text }]
  const out = ':OUTPUT ACCEPT [0:0]\n'
  const web = table(':WEB - [0:0]\n', rule('WEB', '-d 192.0.2.0/24 -j ACCEPT'))
  const loads = [
    part(table(out, rule('OUTPUT', '-p tcp -j WEB'), rule('OUTPUT', '-d 203.0.113.0/24 -m frob -j DROP'))),
    // The jump leads somewhere now.
    part(web),
    part(web.replace('192.0.2.0/24', '198.51.100.0/24')),
    part(table(out, rule('OUTPUT', '-d 2001:db8::/32 -j DROP')), 'ipv6'),
    [{ part: 'sets', family: undefined, text: 'create s hash:net\nadd s 192.0.2.0/25\n' }],
    part(table(':WEB - [0:0]\n', rule('WEB', '-m set --match-set s dst -j ACCEPT'))),
    [{ part: 'sets', family: undefined, text: 'add s 198.51.100.0/24\n' }],
    part(table(':WEB - [0:0]\n')),
  ]
  const context = { options: optionsOf({}), purpose: 'audit', narrow: {}, kit: KIT } as const
  const text = (reading: unknown) =>
    JSON.stringify(reading, (_, value) =>
      PrefixSet.is(value) ? value.texts : typeof value === 'bigint' ? String(value) : value,
    )
  const kept = device(context)
  loads.forEach((files, index) => {
    loadWhole(kept, files)
    const anew = device(context)
    for (const earlier of loads.slice(0, index + 1)) loadWhole(anew, earlier)
    expect(text(kept.reading())).toBe(text(anew.reading()))
    // A second time, with nothing loaded in between.
    expect(text(kept.reading())).toBe(text(anew.reading()))
  })
  expect(text(kept.reading())).toContain('OUTPUT')
})

test('a set of every address is both halves, because ipset takes no length of 0', async () => {
  const { settings, findings } = settingsOf(vendor)
  const ipset = settings.filter(({ given }) => given.match === 'ipset')
  const subjects = conformanceSubjects(vendor).filter(({ policy }) => policy === 'everything')
  const { made, result } = await checkFiles(ipset.slice(0, 1), subjects, findings)
  expect(result.findings).toEqual([])
  expect((await checkProof(made)).result.findings).toEqual([])
  const added = made.flatMap(({ files }) => files.flatMap(({ text }) => text.match(/^add .*$/gm) ?? []))
  expect(added).toEqual([
    'add tagwall-out-400-v4-n 0.0.0.0/1',
    'add tagwall-out-400-v4-n 128.0.0.0/1',
    'add tagwall-out-400-v6-n ::/1',
    'add tagwall-out-400-v6-n 8000::/1',
    'add tagwall-in-410-v4-n 0.0.0.0/1',
    'add tagwall-in-410-v4-n 128.0.0.0/1',
  ])
})
