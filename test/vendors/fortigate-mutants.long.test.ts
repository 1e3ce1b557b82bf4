import { expect, test } from 'vitest'
import { someOfEach } from '../thorough.ts'
import { apart, GOLDEN, objectionsTo } from './fortigate-harness.ts'
import type { Golden } from './harness.ts'

// Every line of every golden file is changed in every way that its kind allows. A mutant must be noticed, or be in the
// list of those that cannot change what is allowed, with the reason.

interface Mutant {
  /** What was done, the same for all mutants of that kind. */
  readonly kind: string
  readonly text: string
}

/** Kinds of mutants that cannot change what is allowed. */
const HARMLESS: Readonly<Record<string, string>> = {
  'comment: line removed': 'it is a comment',
  'comment: line commented out': 'it is a comment',
  'comment: other text': 'it is a comment',
  'last next: line removed': 'end keeps the object too, and leaves its table',
  'last next: line commented out': 'end keeps the object too, and leaves its table',
  'policy: any and any swapped': 'it is the same',
  'policy id: another one of ours': 'an id is a name; the order is that of the lines',
  'name: another': 'a name is not matched against anything',
  'denial: unset': 'a policy without an action denies',
  'setting: line removed': 'logs, translation and profiles allow nothing',
  'setting: line commented out': 'logs, translation and profiles allow nothing',
  'setting: other value': 'logs, translation and profiles allow nothing',
  'logtraffic: line removed': 'what is logged is not what is allowed',
  'logtraffic: line commented out': 'what is logged is not what is allowed',
  'logtraffic: other value': 'what is logged is not what is allowed',
  'comments: line removed': 'it is a comment',
  'comments: line commented out': 'it is a comment',
  'comments: other value': 'it is a comment',
  'schedule: twice': 'the same value again',
  'any: blank line before it': 'blank lines mean nothing',
  'any: line indented': 'indentation means nothing',
  'feed: no length of a host': 'an address is its own prefix',
}

/** Each kind of line, and how to know it: the first that fits. */
const KINDS: Readonly<Record<string, RegExp>> = {
  comment: /^#/,
  vdom: /^config vdom$/,
  'vdom name': /^edit "[A-Za-z]+"$/,
  config: /^config firewall/,
  subnet: /set subnet/,
  ip6: /set ip6/,
  'first member': /set member/,
  member: /append member/,
  portrange: /portrange/,
  'policy id': /edit \d+$/,
  name: /set name/,
  interface: /set (?:src|dst)intf/,
  unset: /unset (?:src|dst)addr/,
  'local side': /set (?:src|dst)addr6? "all"/,
  'remote side': /set (?:src|dst)addr6? "(?!all)/,
  denial: /set action deny/,
  action: /set action/,
  schedule: /set schedule/,
  'every service': /set service "ALL"$/,
  ICMP: /set service "ALL_ICMP/,
  service: /set service/,
  move: /^ {4}move /,
  setting: /set (?:logtraffic-start|nat|utm-status|profile-type|profile-group|ssl-ssh-profile) /,
  logtraffic: /set logtraffic/,
  comments: /set comments/,
  status: /set status/,
  object: /edit "/,
  next: /^ *next$/,
  end: /^end$/,
}

/** The ways to change a line, by its kind. */
const EDITS: Readonly<Record<string, (line: string) => string>> = {
  'comment: other text': () => '# edit 5',
  'vdom: other table': () => 'config global',
  'vdom name: other VDOM': () => 'edit "other"',
  'config: other table': (line) => line.replace(/\S+$/, 'multicast-policy'),
  'config: IPv6 for IPv4 and back': otherFamily,
  'config: address for group and back': (line) =>
    line.includes('addrgrp')
      ? line.replace('addrgrp', 'address')
      : line.replace('address', 'addrgrp').replace('custom', 'group').replace('firewall policy', 'firewall policy6'),
  'subnet: wider by a bit': (line) => line.replace(/\S+$/, (mask) => maskText(maskBits(mask) - 1)),
  'subnet: narrower by a bit': (line) => line.replace(/\S+$/, (mask) => maskText(maskBits(mask) + 1)),
  'subnet: any': (line) => line.replace(/\S+ \S+$/, '0.0.0.0 0.0.0.0'),
  'subnet: a mask that is none': (line) => line.replace(/\S+$/, '255.0.255.0'),
  'subnet: other address': (line) => line.replace(/subnet \d+/, 'subnet 100'),
  'subnet: no mask': (line) => line.replace(/ \S+$/, ''),
  'subnet: host bits': (line) => line.replace(/(\d+)( \S+)$/, (_, last, mask) => `${Number(last) | 1}${mask}`),
  'subnet: start of a range': (line) => line.replace('subnet', 'start-ip'),
  'ip6: wider by a bit': (line) => line.replace(/\d+$/, (length) => `${Number(length) - 1}`),
  'ip6: narrower by a bit': (line) => line.replace(/\d+$/, (length) => `${Number(length) + 1}`),
  'ip6: any': (line) => line.replace(/\S+$/, '::/0'),
  'ip6: other address': (line) => line.replace('2001:db8', '2001:db7'),
  'ip6: no length': (line) => line.replace(/\/\d+$/, ''),
  'first member: other object': (line) => line.replace(/".*"/, '"az-203.0.113.1_32"'),
  'first member: all': (line) => line.replace(/".*"/, '"all"'),
  'first member: all as well': (line) => `${line} "all"`,
  'first member: append': (line) => line.replace('set', 'append'),
  'first member: unselect': (line) => line.replace('set', 'unselect'),
  'first member: exclude': (line) => `${line}\nset exclude enable\n${line.replace('member', 'exclude-member')}`,
  'member: other object': (line) => line.replace(/".*"/, '"nosuch"'),
  'member: all': (line) => line.replace(/".*"/, '"all"'),
  'member: set': (line) => line.replace('append', 'set'),
  'member: unselect': (line) => line.replace('append', 'unselect'),
  'member: exclude-member': (line) => line.replace('member', 'exclude-member').concat('\nset exclude enable'),
  'portrange: other port': (line) => line.replace(/\d+$/, (port) => `${Number(port) + 1}`),
  'portrange: more ports': (line) => `${line} 1-79`,
  'portrange: every port': (line) => line.replace(/portrange .*/, 'portrange 1-65535'),
  'portrange: other protocol': (line) => line.replace(/tcp|udp/, (protocol) => (protocol === 'tcp' ? 'udp' : 'tcp')),
  'portrange: both protocols': (line) =>
    `${line}\n${line.replace(/tcp|udp/, (protocol) => (protocol === 'tcp' ? 'udp' : 'tcp'))}`,
  'portrange: source ports': (line) => `${line}:1024-65535`,
  'portrange: as source ports': (line) => line.replace(/portrange /, 'portrange 1-65535:'),
  'portrange: any protocol': (line) => `${line}\nset protocol IP`,
  'portrange: some addresses': (line) => `${line}\nset iprange 192.0.2.1`,
  'policy id: another one of ours': (line) => line.replace(/\d+$/, (id) => `${Number(id) + 1000}`),
  'policy id: one of others': () => 'edit 7',
  'policy id: a new one': () => 'edit 0',
  'policy id: a name': () => 'edit "x"',
  'name: another': (line) => line.replace(/".*"/, '"x"'),
  'name: an unclosed quote': (line) => line.replace(/"$/, ''),
  'interface: another': (line) => line.replace(/".*"/, '"dmz"'),
  'interface: another as well': (line) => `${line} "dmz"`,
  'interface: other side': (line) => line.replace(/src|dst/, (side) => (side === 'src' ? 'dst' : 'src')),
  'unset: all instead': (line) => line.replace('unset', 'set').concat(' "all"'),
  'unset: other family': (line) => (line.endsWith('6') ? line.slice(0, -1) : `${line}6`),
  'local side: none': (line) => line.replace('all', 'none'),
  'local side: negated': negated,
  'local side: a missing address': (line) => line.replace('all', 'nosuch'),
  'local side: an object': (line) => line.replace('all', 'az-198.51.100.0_30'),
  'local side: other family': otherField,
  'remote side: all': (line) => line.replace(/".*"/, '"all"'),
  'remote side: all as well': (line) => `${line} "all"`,
  'remote side: none': (line) => line.replace(/".*"/, '"none"'),
  'remote side: negated': negated,
  'remote side: a missing address': (line) => line.replace(/".*"/, '"nosuch"'),
  'remote side: other family': otherField,
  'remote side: other side': (line) => line.replace(/src|dst/, (side) => (side === 'src' ? 'dst' : 'src')),
  'denial: accept': (line) => line.replace('deny', 'accept'),
  'denial: ipsec': (line) => line.replace('deny', 'ipsec'),
  'denial: unset': () => 'unset action',
  'action: deny': (line) => line.replace('accept', 'deny'),
  'action: ipsec': (line) => line.replace('accept', 'ipsec'),
  'action: unset': () => 'unset action',
  'schedule: another': (line) => line.replace('always', 'none'),
  'schedule: twice': (line) => `${line}\n${line}`,
  'every service: TCP': (line) => line.replace('ALL', 'ALL_TCP'),
  'every service: ICMP': (line) => line.replace('ALL', 'ALL_ICMP'),
  'every service: missing': (line) => line.replace('ALL', 'nosuch'),
  'every service: negated': (line) => `${line}\nset service-negate enable`,
  'ICMP: ALL': (line) => line.replace(/".*"/, '"ALL"'),
  'ICMP: IPv4 only': (line) => line.replace(' "ALL_ICMP6"', ''),
  'ICMP: IPv6 only': (line) => line.replace(' "ALL_ICMP"', ''),
  'ICMP: some types': (line) => line.replace(/".*"/, '"PING" "PING6"'),
  'ICMP: TCP as well': (line) => `${line} "ALL_TCP"`,
  'ICMP: negated': (line) => `${line}\nset service-negate enable`,
  'service: ALL': (line) => line.replace(/".*"/, '"ALL"'),
  'service: ALL as well': (line) => `${line} "ALL"`,
  'service: missing': (line) => line.replace(/".*"/, '"nosuch"'),
  'service: one that comes with FortiOS': (line) => line.replace(/".*"/, '"SSH"'),
  'service: negated': (line) => `${line}\nset service-negate enable`,
  'move: after': (line) => line.replace('before', 'after'),
  'move: to another': (line) => line.replace(/\d+$/, '9'),
  'move: of another': (line) => line.replace(/move \d+/, 'move 9'),
  'setting: other value': (line) => line.replace(/\S+$/, 'x'),
  'logtraffic: other value': (line) => line.replace('all', 'disable'),
  'comments: other value': (line) => line.replace(/".*"/, '"x"'),
  'status: disable': (line) => line.replace('enable', 'disable'),
  'status: people': (line) => `${line}\nset groups "staff"`,
  'status: a database of services': (line) => `${line}\nset internet-service enable`,
  'status: a field that is not known': (line) => `${line}\nset frobnicate enable`,
  'status: tags of devices': (line) => `${line}\nset ztna-status enable`,
  'object: other name': (line) => line.replace(/"$/, 'x"'),
  'next: twice': (line) => `${line}\n${line}`,
  'next: end': () => 'end',
  'end: twice': (line) => `${line}\n${line}`,
}

function otherFamily(line: string): string {
  return line.replace(/(?:address|addrgrp)6?$/, (table) => (table.endsWith('6') ? table.slice(0, -1) : `${table}6`))
}

function otherField(line: string): string {
  return line.replace(/(addr)(6?) /, (_, field, six) => `${field}${six === '' ? '6' : ''} `)
}

function negated(line: string): string {
  return `${line}\n${line.replace(/ "all"$| ".*"$/, '-negate enable')}`
}

const maskBits = (mask: string) =>
  mask.split('.').reduce((sum, byte) => sum + Number(byte).toString(2).replaceAll('0', '').length, 0)

const maskText = (bits: number) => {
  const ones = `${'1'.repeat(Math.min(bits, 32))}${'0'.repeat(32)}`
  return [0, 8, 16, 24].map((at) => Number.parseInt(ones.slice(at, at + 8), 2)).join('.')
}

function lineMutants(text: string): Mutant[] {
  const lines = text.split('\n').slice(0, -1)
  const replaced = (at: number, kind: string, by: readonly string[]): Mutant => {
    return { kind, text: [...lines.slice(0, at), ...by, ...lines.slice(at + 1), ''].join('\n') }
  }
  return lines.flatMap((line, at) => {
    const [found = 'unknown'] = Object.entries(KINDS).find(([, pattern]) => pattern.test(line)) ?? []
    const kind = found === 'next' && lines[at + 1] === 'end' ? 'last next' : found
    return [
      replaced(at, `${kind}: line removed`, []),
      replaced(at, `${kind}: line commented out`, [`# ${line}`]),
      replaced(at, `${kind}: a word that is none before it`, [`frobnicate ${line}`]),
      replaced(at, 'any: blank line before it', ['', line]),
      replaced(at, 'any: line indented', [`\t${line}`]),
      ...Object.entries(EDITS)
        .filter(([name]) => name.startsWith(`${found}: `))
        .map(([name, edit]) => replaced(at, name.replace(found, kind), [edit(line)])),
    ]
  })
}

/** Whole objects, tables and policies dropped, put elsewhere or added. */
function blockMutants(text: string): Mutant[] {
  const objects = [...text.matchAll(/^ {4}edit .*\n(?: {8}.*\n)* {4}next\n/gm)].map(([block]) => block)
  const policies = objects.filter((block) => block.includes('set action'))
  const tables = [...text.matchAll(/^config firewall .*\n(?: {4}.*\n)*end\n/gm)].map(([block]) => block)
  return [
    ...objects.map((block) => ({ kind: 'object: dropped', text: text.replace(block, () => '') })),
    ...tables.map((block) => ({ kind: 'table: dropped', text: text.replace(block, () => '') })),
    ...tables.map((block) => ({
      kind: 'table: emptied',
      text: text.replace(block, () => block.replaceAll(/^ .*\n/gm, '')),
    })),
    ...tables.slice(0, -1).map((block) => ({
      kind: 'table: last',
      text: text.replace(block, () => '').replace(/((?:^end\n)?)$/, (end) => `${block}${end}`),
    })),
    ...policies.flatMap((block): Mutant[] => {
      const { denyAll, allowAll, allowOther } = policiesLike(block)
      return [
        { kind: 'policy: a deny before it', text: text.replace(block, () => denyAll + block) },
        { kind: 'policy: an allow-all before it', text: text.replace(block, () => allowAll + block) },
        // The policies of a file stand before it in the end, so that one like a denial would deny nothing.
        ...(/action deny/.test(block)
          ? []
          : [{ kind: 'policy: an allow-all behind it', text: text.replace(block, () => block + allowAll) }]),
        ...(block.includes('"ALL"')
          ? []
          : [
              {
                kind: 'policy: an allow of another port behind it',
                text: text.replace(block, () => block + allowOther),
              },
            ]),
        {
          kind: 'policy: edited again, for all',
          text: text.replace(block, () => `${block}${block.split('\n')[0]}\nset ${fieldOf(block)} "all"\nnext\n`),
        },
        {
          kind: 'policy: deleted again',
          text: text.replace(block, () => `${block}${(block.split('\n')[0] as string).replace('edit', 'delete')}\n`),
        },
        {
          kind: 'policy: moved',
          text: text.replace(
            block,
            () => `${block}${(block.split('\n')[0] as string).replace('edit', 'move')} before 1\n`,
          ),
        },
        { kind: 'policy: source and destination swapped', text: text.replace(block, () => swapped(block, 'addr6? ')) },
        {
          kind: 'policy: direction turned',
          text: text.replace(block, () => swapped(swapped(block, 'addr6? '), 'intf ')),
        },
        {
          kind: /intf "any"\n.*intf "any"/.test(block) ? 'policy: any and any swapped' : 'policy: interfaces swapped',
          text: text.replace(block, () => swapped(block, 'intf ')),
        },
      ]
    }),
    { kind: 'file: cut in the middle', text: text.slice(0, text.length / 2) },
    { kind: 'file: cut before its last line', text: text.replace(/end\n$/, '') },
    { kind: 'file: empty', text: '' },
  ]
}

/** Policies between the same interfaces that match more, or something else. */
function policiesLike(block: string) {
  const id = Number(/edit (\d+)/.exec(block)?.[1]) + 1000
  const own = block.replace(/edit \d+/, `edit ${id}`).replace(/name ".*"/, 'name "added"')
  const allowAll = own.replaceAll(/((?:src|dst)addr6?) ".*"/g, '$1 "all"').replace(/service ".*"/, 'service "ALL"')
  return {
    denyAll: allowAll.replace('accept', 'deny'),
    allowAll,
    allowOther: own.replace(/service ".*"/, 'service "SSH"'),
  }
}

/** The field of a policy's remote side. */
const fieldOf = (block: string) => /set ((?:src|dst)addr6?) "(?!all)/.exec(block)?.[1]

const swapped = (block: string, what: string) =>
  block.replaceAll(new RegExp(`set (src|dst)(?=${what})`, 'g'), (_, side) => `set ${side === 'src' ? 'dst' : 'src'}`)

/** The mutants of one kind that nothing noticed, where something should have. */
function unnoticed(golden: Golden, mutantsOf: (text: string) => readonly Mutant[]) {
  const mutants = golden.files.flatMap((file, at) =>
    someOfEach(
      mutantsOf(file.text).filter(({ text }) => text !== file.text),
      ({ kind }) => kind,
    ).map((mutant) => ({ ...mutant, files: golden.files.with(at, { ...file, text: mutant.text }) })),
  )
  const verdicts = mutants.map((mutant) => ({ ...mutant, isNoticed: objectionsTo(golden, mutant.files).length > 0 }))
  return {
    tried: mutants.length,
    survivors: verdicts.filter(({ kind, isNoticed }) => !isNoticed && !(kind in HARMLESS)),
    harmless: verdicts.filter(({ isNoticed }) => !isNoticed).map(({ kind }) => kind),
    noticed: verdicts.filter(({ isNoticed }) => isNoticed).map(({ kind }) => kind),
  }
}

const total = { tried: 0, kinds: new Set<string>(), harmless: new Set<string>() }

function count({ tried, noticed, harmless }: ReturnType<typeof unnoticed>): void {
  total.tried += tried
  for (const kind of [...noticed, ...harmless]) total.kinds.add(kind)
  for (const kind of harmless) total.harmless.add(kind)
}

const SCRIPTS = GOLDEN.filter(({ options }) => options.form === 'cli')
const FEEDS = GOLDEN.filter(({ options }) => options.form === 'feed')

// The rule that denies has the first addresses: nothing allows more of these.
const DENIED = /^subnet: wider by a bit: .* subnet 20\.0\..* -> /

// On an empty device the policies stand in order already: full files move them for a device that has older ones.
const IN_ORDER = /^move: line (?:removed|commented out): .* move \d+ after /

test.for(SCRIPTS.map(apart))('notices every mutant where rules are apart: $title', (golden) => {
  const found = unnoticed(golden, (text) => [...lineMutants(text), ...blockMutants(text)])
  count(found)
  expect(
    found.survivors
      .map(({ kind, text }) => `${kind}: ${firstDifference(golden.files[0]?.text ?? '', text)}`)
      .filter((survivor) => !DENIED.test(survivor) && !IN_ORDER.test(survivor)),
  ).toEqual([])
  // Where several policies are moved by their ids, another id is noticed.
  const isNamed = (kind: string) => kind === 'policy id: another one of ours'
  expect(found.noticed.filter((kind) => kind in HARMLESS && !isNamed(kind))).toEqual([])
})

// In the golden files some addresses are in several rules, so that one of these may lose them and nothing changes.
const SHARED = /^(?:subnet: (?:wider|narrower) by a bit|(?:first )?member: (?!all|append|a word).*)$/

test.for(SCRIPTS)('notices every mutant: $title', (golden) => {
  const { harmless, ...found } = unnoticed(golden, (text) => [
    ...lineMutants(text).filter(({ kind }) => !/^any: |: a word that is none/.test(kind)),
    ...blockMutants(text),
  ])
  count({ ...found, harmless: [] })
  const survivors = found.survivors.filter(({ kind }) => !SHARED.test(kind))
  expect(
    survivors
      .map(({ kind, text }) => `${kind}: ${firstDifference(golden.files[0]?.text ?? '', text)}`)
      .filter((survivor) => !IN_ORDER.test(survivor)),
  ).toEqual([])
})

test.for(FEEDS)('notices every mutant: $title', (golden) => {
  const found = unnoticed(golden, feedMutants)
  count(found)
  expect(found.survivors.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([])
})

function feedMutants(text: string): Mutant[] {
  const lines = text.split('\n').slice(0, -1)
  return lines.flatMap((line, at): Mutant[] => {
    const by = (kind: string, ...others: string[]): Mutant => {
      return { kind: `feed: ${kind}`, text: [...lines.slice(0, at), ...others, ...lines.slice(at + 1), ''].join('\n') }
    }
    return [
      by('line removed'),
      by('line commented out', `#${line}`),
      by(
        'wider',
        line.replace(/\d+$/, (length) => `${Number(length) - 1}`),
      ),
      by(
        'narrower',
        line.replace(/\d+$/, (length) => `${Number(length) + 1}`),
      ),
      by(/\/(?:32|128)$/.test(line) ? 'no length of a host' : 'no length', line.replace(/\/.*/, '')),
      by('one address more', line, '233.252.0.1'),
      by('any', line, '0.0.0.0/0'),
      by('a name', line, 'login.example.com'),
    ]
  })
}

function firstDifference(before: string, after: string): string {
  const [a, b] = [before.split('\n'), after.split('\n')]
  const at = a.findIndex((line, index) => line !== b[index])
  return `line ${at + 1}: ${a[at]} -> ${b[at]}`
}

test('tries every way to change every kind of line', () => {
  expect(Object.keys(EDITS).filter((kind) => !total.kinds.has(kind))).toEqual([])
  // See DENIED and IN_ORDER.
  for (const kind of ['subnet: wider by a bit', 'move: line removed', 'move: line commented out'])
    total.harmless.delete(kind)
  expect([...total.harmless].sort()).toEqual(Object.keys(HARMLESS).sort())
  console.log(
    `fortigate: ${total.tried} mutants of ${total.kinds.size} kinds tried, ${total.harmless.size} kinds harmless`,
  )
})
