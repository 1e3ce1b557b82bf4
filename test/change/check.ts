import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { folderWith, tagwall } from '../cli/harness.ts'
import { entriesOf, type Files, listsOf } from './files.ts'
import * as oracle from './oracle.ts'
import {
  Choice,
  documentText,
  type Pair,
  type Policy,
  pairOf,
  type Target,
  Unsuitable,
  usesTag,
  withoutVanished,
} from './pairs.ts'
import { bodyPieces, plain, rowsOf, runbookPieces, sentence, type Told, terminalPieces } from './texts.ts'

/** A piece of `plan --json`. */
interface Piece {
  readonly opens: boolean
  readonly cause: 'document' | 'policy' | 'unknown'
  readonly from: string | null
  readonly to: string | null
  readonly list: string | null
  readonly direction: oracle.Direction | null
  readonly traffic: { tcp: string[]; udp: string[]; icmp: boolean; other: boolean } | null
  readonly local: { prefixes: string[]; objects: string[]; within: string[] | null; except: string[] } | null
  readonly remote: { tags: string[]; ipv4: Prefixes; ipv6: Prefixes }
  readonly targets: readonly string[]
}

interface Prefixes {
  readonly prefixes: string[]
  readonly more: number
  readonly addresses: string
}

interface Change {
  readonly headline: string
  readonly pieces: readonly Piece[]
  readonly targets: readonly { readonly target: string; readonly kind: string; readonly before: string }[]
}

const FAMILIES = ['ipv4', 'ipv6'] as const
const FIRST = 'ServiceTags_Public_20251103.json'
const SECOND = 'ServiceTags_Public_20251110.json'

/** The files of each target, by its name. */
type AllFiles = ReadonlyMap<string, { readonly target: Target; readonly files: Files }>

/** A pair that no command makes rules of: its first side, or its second, is refused. */
export class Refused extends Error {}

/** Everything that was seen of one pair. */
interface Seen {
  readonly before: AllFiles
  readonly between: AllFiles
  readonly after: AllFiles
  readonly change: Change
  readonly title: string
  readonly body: string
  readonly terminal: string
  readonly runbooks: ReadonlyMap<string, string>
  /** Targets of which only the files in place are known. */
  readonly unknown: ReadonlySet<string>
}

/** What is wrong in the texts about the change of a kind and seed; empty if all agree. Throws `Unsuitable` or `Refused` for no pair. */
export async function problemsOf(kind: string, seed: number): Promise<string[]> {
  const pair = pairOf(kind, seed)
  const folder = folderWith()
  try {
    const seen = await see(kind, pair, folder, new Choice(seed + 1_000_000))
    return [...geometry(seen), ...kinds(seen, pair), ...texts(seen), ...claims(seen)]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function see(kind: string, { before, after }: Pair, folder: string, choice: Choice): Promise<Seen> {
  const write = (policy: Policy) => writeFileSync(join(folder, 'tagwall.yaml'), JSON.stringify(policy))
  const isDocument = documentText(before.tags, 7) !== documentText(after.tags, 7) || kind === 'quiet'
  writeFileSync(join(folder, FIRST), documentText(before.tags, 7))
  writeFileSync(join(folder, SECOND), documentText(after.tags, 8))
  write(before.policy)
  await run(folder, ['update', '--from', FIRST])
  const isPolicy = JSON.stringify(before.policy) !== JSON.stringify(after.policy)
  const between = isDocument && isPolicy ? await filesBetween(folder, { before, after }) : undefined
  const edited = kind === 'a file edited by hand' ? [editFile(folder, choice)] : []
  if (kind === 'a lost lock') rmSync(join(folder, 'tagwall.lock.json'))
  const old = filesOf(folder, before.policy)
  const unknown = new Set(kind === 'a lost lock' ? old.keys() : edited)
  write(after.policy)
  const update = isDocument && choice.is()
  if (isDocument && !update) await run(folder, ['fetch', '--from', SECOND, '--accept', 'vanished,grow'])
  // The snapshot only has the tags that were in use.
  else if (!isDocument) await run(folder, ['fetch', '--from', FIRST])
  const updates = ['update', '--from', SECOND, '--accept', 'vanished,grow']
  const planned = await run(
    folder,
    update ? [...updates, '--dry-run', '--json'] : ['plan', '--json', '--all', '--report', 'out'],
  )
  const command = update ? [...updates, '--report', 'out'] : ['build', '--all']
  const { out: terminal } = await run(folder, command)
  const again = JSON.parse((await run(folder, ['plan', '--json'])).out) as {
    change: Change
    gone: { paths: string[] }[]
  }
  const rest = again.change.targets.filter(({ kind }) => kind !== 'same' && kind !== 'gone')
  if (rest.length > 0) throw new Error(`a second plan is not empty: ${JSON.stringify(again.change)}`)
  const read = (name: string) => readFileSync(join(folder, 'out', name), 'utf8')
  const change = (JSON.parse(planned.out) as { change: Change }).change
  const young = filesOf(
    folder,
    after.policy,
    again.gone.flatMap(({ paths }) => paths),
  )
  return {
    before: old,
    after: young,
    between: between ?? (isPolicy ? old : young),
    change,
    title: read('title.txt'),
    body: read('body.md'),
    terminal,
    runbooks: runbooksIn(folder, young),
    unknown,
  }
}

/**
 * The files that the older policy makes of the newer document, from the same state. A tag that the newer policy does not use is as in the older
 * document, because no snapshot of the newer one has it.
 */
async function filesBetween(folder: string, { before, after }: Pair): Promise<AllFiles> {
  const copy = folderWith()
  cpSync(folder, copy, { recursive: true })
  const isUsed = usesTag(after.policy)
  const unused = Object.entries(before.tags).filter(([tag]) => !isUsed(tag))
  const tags = {
    ...Object.fromEntries(Object.entries(after.tags).filter(([tag]) => isUsed(tag))),
    ...Object.fromEntries(unused),
  }
  const policy = withoutVanished(before.policy, tags)
  writeFileSync(join(copy, 'tagwall.yaml'), JSON.stringify(policy))
  writeFileSync(join(copy, SECOND), documentText(tags, 8))
  await run(copy, ['update', '--from', SECOND, '--accept', 'vanished,grow'])
  const files = filesOf(copy, policy)
  rmSync(copy, { recursive: true, force: true })
  return files
}

async function run(folder: string, argv: readonly string[]) {
  const result = await tagwall(folder, argv)
  if (result.code !== 0) throw new Refused(`${argv.join(' ')}: ${result.err}`)
  if (/bug in tagwall/.test(result.err)) throw new Error(result.err)
  return result
}

/** Takes an address out of a file of one target. Returns the name of the target. */
function editFile(folder: string, choice: Choice): string {
  const name = choice.of(['host.v4', 'edge.json'])
  const path = join(folder, 'rules', name)
  const lines = readFileSync(path, 'utf8').split('\n')
  const own = lines.flatMap((line, index) =>
    /^-A .* -j (?:ACCEPT|DROP)$|^ {10}"[\d.]+\/\d+",$/.test(line) ? [index] : [],
  )
  if (own.length === 0) throw new Unsuitable()
  lines.splice(choice.of(own), 1)
  writeFileSync(path, lines.join('\n'))
  return name.split('.')[0] as string
}

const namesOf = ({ targets, sites }: Policy): [string, Target][] =>
  targets.flatMap((target): [string, Target][] =>
    sites
      ? sites.map(({ name }) => [`${target.name}@${name}`, { ...target, out: target.out.replace('{site}', name) }])
      : [[target.name, target]],
  )

/** The full files of all targets, without those that the program says are left by an earlier run. */
function filesOf(folder: string, policy: Policy, left: readonly string[] = []): AllFiles {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !left.includes(path))
    .filter((path) => !/\.(?:delta|rollback|cleanup|change)\b/.test(path))
    .sort()
  return new Map(
    namesOf(policy).map(([name, target]) => {
      const isOwn = (path: string) =>
        path === target.out || path.startsWith(`${target.out}.`) || path.startsWith(`${target.out}-`)
      return [
        name,
        {
          target,
          files: Object.fromEntries(
            paths.filter(isOwn).map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
          ),
        },
      ]
    }),
  )
}

function runbooksIn(folder: string, targets: AllFiles): Map<string, string> {
  return new Map(
    [...targets].flatMap(([name, { target }]) => {
      const path = join(folder, `${target.out.replace(/\.\w+$/, '')}.change.md`)
      try {
        return [[name, readFileSync(path, 'utf8')] as const]
      } catch {
        return []
      }
    }),
  )
}

/** The older files of a target: by name; or, where it was renamed, by its place. */
function olderOf(all: AllFiles, name: string, { out, vendor }: Target) {
  const own = all.get(name)
  if (own) return own
  return [...all.values()].find(({ target }) => target.out === out && target.vendor === vendor)
}

/** What `plan --json` opens and closes, against the files. */
function geometry({ before, between, after, change, unknown }: Seen): string[] {
  return [...after].flatMap(([name, { target, files }]) => {
    const older = olderOf(before, name, target)
    const pieces = change.pieces.filter(({ targets }) => targets.includes(name))
    if (!older || Object.keys(older.files).length === 0)
      return pieces.length > 0 ? [`${name} is new and has pieces`] : []
    const middle = unknown.has(name) ? undefined : olderOf(between, name, target)
    const told = target.vendor === 'list' ? listProblems : ruleProblems
    return told(target, older, middle, files, pieces)
      .slice(0, 3)
      .map((text) => `${name} (${target.vendor}): ${text}`)
  })
}

type Held = { readonly target: Target; readonly files: Files }

function ruleProblems(
  target: Target,
  older: Held,
  middle: Held | undefined,
  files: Files,
  pieces: readonly Piece[],
): string[] {
  const old = entriesOf(older.target.vendor, older.files)
  const held = middle && entriesOf(middle.target.vendor, middle.files)
  const young = entriesOf(target.vendor, files)
  const boxes = pieces.map((piece) => ({ piece, boxes: boxesOf(piece) }))
  const points = oracle.pointsOf([...old, ...(held ?? []), ...young, ...boxes.flatMap(({ boxes }) => boxes)])
  return points.flatMap((at) => {
    const [was, is] = [oracle.allowedAt(old, at), oracle.allowedAt(young, at)]
    const opened = oracle.without(is, was)
    const closed = oracle.without(was, is)
    const mid = held && oracle.allowedAt(held, at)
    const expected = {
      'opens document': mid && oracle.both(opened, mid),
      'opens policy': mid && oracle.without(opened, mid),
      'opens unknown': mid ? [] : opened,
      'closes document': mid && oracle.without(closed, mid),
      'closes policy': mid && oracle.both(closed, mid),
      'closes unknown': mid ? [] : closed,
    }
    const here = boxes.flatMap(({ piece, boxes }) =>
      boxes.filter((box) => oracle.meets(box, at)).map(({ remote }) => ({ piece, remote })),
    )
    const sums = Object.entries(expected).flatMap(([key, want = []]) => {
      const told = here
        .filter(({ piece }) => `${piece.opens ? 'opens' : 'closes'} ${piece.cause}` === key)
        .map(({ remote }) => remote)
      const [got, wanted] = [oracle.textOf(told.flat()), oracle.textOf(want)]
      const twice = told.reduce((sum, runs) => sum + oracle.sizeOf(runs), 0n) !== oracle.sizeOf(told.flat())
      return [
        ...(got === wanted ? [] : [`${key} at ${pointText(at)}: ${got}, expected ${wanted}`]),
        ...(twice ? [`${key} twice at ${pointText(at)}`] : []),
      ]
    })
    const names = isNamed(target) && isNamed(older.target) ? deciders(here, old, young, at) : []
    return [...sums, ...names]
  })
}

/** Files of these vendors name rules as the policy does. */
const isNamed = ({ vendor }: Target) => vendor === 'json' || vendor === 'iptables'

/** Whether `from` and `to` are the rules that decide before and after. */
function deciders(
  here: readonly { piece: Piece; remote: oracle.Runs }[],
  old: readonly oracle.Entry[],
  young: readonly oracle.Entry[],
  at: oracle.Point,
): string[] {
  const decided = (entries: readonly oracle.Entry[], name: string | null) =>
    oracle.decisions(entries, at).flatMap((one) => (one.name === (name ?? '') ? one.remote : []))
  return here.flatMap(({ piece, remote }) => {
    // With unknown older rules, names come from the files too.
    const wrong = [
      ...(oracle.without(remote, decided(old, piece.from)).length > 0 ? [`from ${piece.from}`] : []),
      ...(oracle.without(remote, decided(young, piece.to)).length > 0 ? [`to ${piece.to}`] : []),
    ]
    return wrong.map((text) => `another rule decides than ${text} at ${pointText(at)}`)
  })
}

const pointText = ({ direction, family, protocol, port, local, object }: oracle.Point) =>
  `${direction} ${family} ${protocol} ${port} local ${local.toString(16)} ${object ?? ''}`

/** Only addresses that one of the objects holds, if there are some, and none that one of the exceptions holds. */
function localOf(local: Piece['local'], family: oracle.Family): oracle.LocalSide {
  if (!local) return oracle.ANY
  const { objects, except } = local
  const prefixes = local.within ?? local.prefixes
  const runs = prefixes.filter((text) => oracle.familyOf(text) === family).map(oracle.runOf)
  const near = oracle.addressesAt(runs)
  return {
    runs,
    // Names such as `a and b` are about addresses that both hold.
    objects: [...objects.filter((name) => !name.includes(' and ')), ...except],
    has: (address, object) =>
      (prefixes.length === 0 || near.has(address, object)) &&
      (objects.length === 0 || (object !== undefined && objects.includes(object))) &&
      !(object !== undefined && except.includes(object)),
  }
}

function boxesOf({ direction, traffic, local, remote }: Piece): oracle.Box[] {
  if (!direction || !traffic) throw new Error('a piece of rules without traffic')
  const ports = (texts: readonly string[]) =>
    texts.map((text) => {
      const [first = '', last = first] = text.split('-')
      return { first: BigInt(first), last: BigInt(last) }
    })
  const flows = [
    ...(traffic.tcp.length > 0 ? [{ protocol: 'tcp' as const, ports: ports(traffic.tcp) }] : []),
    ...(traffic.udp.length > 0 ? [{ protocol: 'udp' as const, ports: ports(traffic.udp) }] : []),
    ...(traffic.icmp ? [{ protocol: 'icmp' as const, ports: [] }] : []),
    ...(traffic.other ? [{ protocol: 'other' as const, ports: [] }] : []),
  ]
  return (['ipv4', 'ipv6'] as const).flatMap((family) => {
    const { prefixes, more } = remote[family]
    if (more > 0) throw new Error('--all left prefixes out')
    if (prefixes.length === 0) return []
    return flows.map((flow) => ({
      ...flow,
      direction,
      family,
      local: localOf(local, family),
      remote: prefixes.map(oracle.runOf),
    }))
  })
}

function listProblems(
  target: Target,
  older: Held,
  middle: Held | undefined,
  files: Files,
  pieces: readonly Piece[],
): string[] {
  const [old, held, young] = [older, middle, { target, files }].map(
    (side) => side && listsOf(side.target.out, side.files),
  )
  const names = new Set([...(old?.keys() ?? []), ...(young?.keys() ?? []), ...pieces.map(({ list }) => list ?? '')])
  return [...names].flatMap((name) =>
    (['ipv4', 'ipv6'] as const).flatMap((family) => {
      const runs = (lists: ReadonlyMap<string, readonly string[]> | undefined) =>
        (lists?.get(name) ?? []).filter((text) => oracle.familyOf(text) === family).map(oracle.runOf)
      const [was, mid, is] = [runs(old), runs(held), runs(young)]
      const [gained, lost] = [oracle.without(is, was), oracle.without(was, is)]
      const expected = {
        'opens document': middle ? oracle.both(gained, mid) : [],
        'opens policy': middle ? oracle.without(gained, mid) : [],
        'opens unknown': middle ? [] : gained,
        'closes document': middle ? oracle.without(lost, mid) : [],
        'closes policy': middle ? oracle.both(lost, mid) : [],
        'closes unknown': middle ? [] : lost,
      }
      return Object.entries(expected).flatMap(([key, want]) => {
        const told = pieces
          .filter((piece) => piece.list === name && `${piece.opens ? 'opens' : 'closes'} ${piece.cause}` === key)
          .flatMap(({ remote }) => remote[family].prefixes.map(oracle.runOf))
        const [got, wanted] = [oracle.textOf(told), oracle.textOf(want)]
        return got === wanted ? [] : [`list ${name} ${key} ${family}: ${got}, expected ${wanted}`]
      })
    }),
  )
}

/** `kind` and `before` of every target. */
function kinds({ before, after, change, unknown }: Seen, { before: { policy } }: Pair): string[] {
  const told = new Map(change.targets.map((one) => [one.target, one]))
  const own = [...after].flatMap(([name, { target, files }]) => {
    const older = olderOf(before, name, target)
    const isOld = older !== undefined && Object.keys(older.files).length > 0
    const hasPieces = change.pieces.some(({ targets }) => targets.includes(name))
    const isSame = isOld && JSON.stringify(older.files) === JSON.stringify(files)
    const kind = !isOld ? 'new' : hasPieces ? 'traffic' : isSame ? 'same' : 'bytes'
    const got = told.get(name)
    const source = isOld ? (unknown.has(name) ? 'files' : 'lock') : 'none'
    return [
      ...(got?.kind === kind ? [] : [`${name} is ${got?.kind}, expected ${kind}`]),
      ...(got?.before === source ? [] : [`before of ${name} is ${got?.before}`]),
    ]
  })
  const gone = namesOf(policy).filter(
    ([name, target]) => !after.has(name) && ![...after.values()].some(({ target: { out } }) => out === target.out),
  )
  const isLost = unknown.size === before.size
  const goneTold = change.targets.filter(({ kind }) => kind === 'gone').map(({ target }) => target)
  const wanted = isLost ? [] : gone.map(([name]) => name)
  return [
    ...own,
    ...(JSON.stringify(goneTold.sort()) === JSON.stringify(wanted.sort())
      ? []
      : [`gone: ${goneTold}, expected ${wanted}`]),
  ]
}

/** Whether every text has the pieces of the JSON. */
function texts({ change, title, body, terminal, runbooks }: Seen): string[] {
  const all = change.pieces
  const told = terminalPieces(terminal)
  const most = told.some(({ more }) => more > 0) || /^and [\d,]+ more change/m.test(terminal)
  return [
    ...same(
      'body',
      bodyPieces(body).map((one) => keyOf(one, 6)),
      all.map((piece) => keyOf(toldOf(piece), 6)),
    ),
    ...same(
      'terminal',
      told.map((one) => keyOf(one, most ? 10 : 1e9)),
      all.slice(0, most ? 20 : all.length).map((piece) => keyOf(toldOf(piece), most ? 10 : 1e9)),
    ),
    ...[...runbooks].flatMap(([name, text]) => {
      const own = all.filter(({ targets }) => targets.includes(name))
      return same(
        `runbook of ${name}`,
        runbookPieces(text).map(runbookKey),
        own.map((piece) => runbookKey(runbookOf(piece))),
      )
    }),
    ...headline('terminal', terminal.split('\n')[0] as string, change),
    ...headline('title', title.replace(/^tagwall: (.*) on Public [\d-]+\n$/, '$1'), change),
    ...first(body, change),
  ]
}

function same(where: string, got: readonly string[], want: readonly string[]): string[] {
  const [a, b] = [[...got].sort().join('\n'), [...want].sort().join('\n')]
  return a === b ? [] : [`${where}:\n${a}\nexpected:\n${b}`]
}

const keyOf = ({ opens, cause, rule, traffic, local, addresses, names, more }: Told, most: number) =>
  JSON.stringify([
    opens,
    cause,
    rule,
    traffic,
    local,
    addresses,
    names.slice(0, most),
    more + Math.max(0, names.length - most),
  ])

const runbookKey = ({ opens, cause, rule, traffic, local, addresses, names, more }: Told) =>
  JSON.stringify([
    opens,
    cause,
    rule,
    traffic,
    local,
    addresses,
    names.length > 5 || more > 0 ? '' : [...names].sort(),
    names.length + more,
  ])

/** The facts of a piece in the words of texts. */
function toldOf(piece: Piece): Told {
  const { opens, cause, direction, traffic, list, local, remote } = piece
  return {
    ...{ opens, cause },
    rule: ruleOf(piece),
    traffic: list === null ? `${direction === 'inbound' ? 'inbound ' : ''}${trafficOf(traffic)}` : `list ${list}`,
    local: localText(local),
    addresses: [counted(remote.ipv4.addresses, ''), counted(remote.ipv6.addresses, 'IPv6 ')]
      .filter(Boolean)
      .join(' and '),
    names: [...remote.tags, ...remote.ipv4.prefixes, ...remote.ipv6.prefixes],
    more: 0,
  }
}

function localText(local: Piece['local']): string {
  if (!local) return ''
  const { objects, except } = local
  const prefixes = local.within ?? local.prefixes
  const list = (texts: readonly string[]) =>
    texts.length > 3 ? `${texts.slice(0, 3).join(', ')} and ${texts.length - 3} more` : texts.join(', ')
  const families = FAMILIES.filter((family) => prefixes.some((text) => oracle.familyOf(text) === family))
  const others = families.flatMap((family) => {
    const own = prefixes.filter((text) => oracle.familyOf(text) === family).map(oracle.runOf)
    return oracle.prefixesOf(oracle.without(oracle.anyAddress(family), own), family)
  })
  const [inside, outside] = others.length < prefixes.length ? [[], others] : [prefixes, []]
  const not = [...outside, ...except]
  if (objects.length > 0)
    return `${list(objects)}${inside.length > 0 ? ` in ${list(inside)}` : ''}${not.length > 0 ? ` outside ${list(not)}` : ''}`
  if (inside.length > 0) return `${list(inside)}${except.length > 0 ? ` but not ${list(except)}` : ''}`
  const family = families.length === 1 ? `${families[0] === 'ipv4' ? 'IPv4' : 'IPv6'} ` : ''
  return `all ${family}but ${list(not)}`
}

function runbookOf(piece: Piece): Told {
  const { ipv4, ipv6 } = piece.remote
  const sizes = [ipv4, ipv6].map(({ addresses }, index) =>
    addresses === '0' ? '' : `${commas(addresses)} IPv${index === 0 ? 4 : 6}`,
  )
  return { ...toldOf(piece), addresses: sizes.filter(Boolean).join(', ') }
}

function ruleOf({ opens, from, to, list }: Piece): string {
  if (list !== null) return ''
  if (opens) return to ?? ''
  return [from, to === null ? '' : `denied by ${to}`].filter(Boolean).join(', ')
}

const commas = (digits: string) =>
  digits.length > 15
    ? `${digits[0]}.${digits.slice(1, 3)}e${digits.length - 1}`
    : digits.replace(/\B(?=(\d{3})+$)/g, ',')

const counted = (digits: string, family: string) =>
  digits === '0' ? '' : `${commas(digits)} ${family}address${digits === '1' ? '' : 'es'}`

/** The same words as the texts, for the ports and protocols of these tests. */
function trafficOf(traffic: Piece['traffic']): string {
  const { tcp, udp, icmp, other } = traffic as NonNullable<Piece['traffic']>
  const isAll = (ports: readonly string[]) => ports.join() === '0-65535'
  if (isAll(tcp) && isAll(udp) && icmp && other) return 'every port of every protocol'
  const ports = (name: string, list: readonly string[]) => {
    if (list.length === 0) return ''
    if (isAll(list)) return `all ${name}`
    const gaps = list.flatMap((text, index) => {
      const end = Number(text.split('-').at(-1))
      const next = list[index + 1]
      const to = next === undefined ? 65535 : Number(next.split('-')[0]) - 1
      return end < to ? [end + 1 === to ? `${to}` : `${end + 1}-${to}`] : []
    })
    const low = Number(list[0]?.split('-')[0])
    const before = low > 1 ? [low === 2 ? '0-1' : `0-${low - 1}`] : []
    const size = list.reduce((sum, text) => {
      const [first = '', last = first] = text.split('-')
      return sum + Number(last) - Number(first) + 1
    }, 0)
    const but = [...before, ...gaps]
    return size > 32768 && but.length <= 4
      ? `every ${name} port but ${but.join(' and ')}`
      : `${name} ${list.length > 8 ? `${list.slice(0, 8).join(', ')} and ${list.length - 8} more` : list.join(', ')}`
  }
  const rest = other ? (icmp ? 'other protocols' : 'other protocols but icmp') : icmp ? 'icmp' : ''
  return [ports('tcp', tcp), ports('udp', udp), rest].filter(Boolean).join(', ')
}

/** Whether a line names the largest opening and the largest closing, and counts the others. */
function headline(where: string, line: string, { pieces, targets }: Change): string[] {
  const parts = line.split('; ')
  const problems = ([true, false] as const).flatMap((opens) => {
    const own = pieces.filter((piece) => piece.opens === opens)
    const flows = own.filter(({ list }) => list === null)
    const part = parts.find((text) => (opens ? /^(?:opens|adds) / : /^(?:closes|takes) /).test(text))
    if (own.length === 0) return part === undefined ? [] : [`${where} says "${part}"`]
    if (part === undefined)
      return line.length > 200 ? [] : [`${where} does not say what ${opens ? 'opens' : 'closes'}: ${line}`]
    if (part.includes('…')) return []
    const [, told = part, more = '0'] = /^(.*) and ([\d,]+) more$/.exec(part) ?? []
    const said = sentence(told)
    // Lists, which say no ports, come last.
    const first = flows.length > 0 ? flows : own
    const most = first.map(sizeOf).reduce(greater, 0n)
    const largest = first.filter((piece) => sizeOf(piece) === most)
    const isOne = said && largest.some((piece) => keyOf({ ...toldOf(piece), names: [] }, 0) === keyOf(said, 0))
    return [
      ...(isOne
        ? []
        : [`${where}: "${told}" is not the largest: ${JSON.stringify(own.map((piece) => keyOf(toldOf(piece), 3)))}`]),
      ...(Number(more) === own.length - 1 ? [] : [`${where} counts ${more} more, expected ${own.length - 1}`]),
    ]
  })
  const rest = [
    ...(parts.some((text) => /for the first time/.test(text)) && targets.every(({ kind }) => kind !== 'new')
      ? [`${where} says first time`]
      : []),
    ...(parts.some((text) => /same traffic/.test(text)) && pieces.length > 0 ? [`${where} says same traffic`] : []),
    ...(line === 'nothing changes' && targets.some(({ kind }) => kind !== 'same')
      ? [`${where} says that nothing changes`]
      : []),
    ...(/(\S+) -> \1\b/.test(line) ? [`${where} has X -> X`] : []),
  ]
  return [...problems, ...rest]
}

const greater = (a: bigint, b: bigint) => (a > b ? a : b)

/** IPv4 addresses count more than any number of IPv6 addresses. */
const sizeOf = ({ remote }: Piece) => (BigInt(remote.ipv4.addresses) << 129n) + BigInt(remote.ipv6.addresses)

/** The first line of a pull request names up to three pieces of each kind. */
function first(body: string, { pieces }: Change): string[] {
  const line = plain(body.split('\n')[0] as string)
  return ([true, false] as const).flatMap((opens) => {
    const own = pieces.filter((piece) => piece.opens === opens)
    const said = line
      .split(/; |, (?=opens |closes |adds |takes )/)
      .filter((text) => (opens ? /^(?:opens|adds) / : /^(?:closes|takes) /).test(text))
    return said.length === Math.min(3, own.length)
      ? []
      : [`the first line of the body names ${said.length} of ${own.length}: ${line}`]
  })
}

/** Whether the counts of lines, and of unchanged rules, are true. */
function claims({ before, after, body, change }: Seen): string[] {
  const counts = rowsOf(body, '| target | file | lines |')
  const lines = [...after].flatMap(([name, { target, files }]) =>
    Object.entries(files).flatMap(([path, text]) => {
      const row = counts.find(([, file]) => file === path)
      if (!row) return []
      const old = olderOf(before, name, target)?.files[path]
      const want = lineText(old, text)
      return row[2] === want ? [] : [`${path} has "${row[2]}", expected "${want}"`]
    }),
  )
  const changed = changedRules(before, after)
  const named = change.pieces.flatMap((piece) => [piece.opens ? piece.to : piece.from, piece.opens ? null : piece.to])
  const known = new Set([...changed, ...named.map((name) => name?.replace(/-in$/, ''))])
  const all = new Set([...before.values(), ...after.values()].flatMap(({ target, files }) => namesIn(target, files)))
  const most = [...all].filter((name) => !known.has(name)).length
  const said = Number(/^([\d,]+) unchanged rules?\.$/m.exec(body)?.[1] ?? 0)
  return [
    ...lines,
    ...(said > most ? [`${said} rules are unchanged, expected at most ${most}: not ${[...known]}`] : []),
  ]
}

const namesIn = (target: Target, files: Files) =>
  isNamed(target) && Object.keys(files).length > 0
    ? entriesOf(target.vendor, files).map(({ name }) => name.replace(/-in$/, ''))
    : []

/** Rules of which a file with names has other boxes than before. */
function changedRules(before: AllFiles, after: AllFiles): string[] {
  const names = [...after].flatMap(([name, { target, files }]) => {
    const older = olderOf(before, name, target)
    if (!older || !isNamed(target) || Object.keys(older.files).length === 0) return []
    const [old, young] = [entriesOf(older.target.vendor, older.files), entriesOf(target.vendor, files)]
    const all = new Set([...old, ...young].map((entry) => entry.name))
    return [...all].filter((rule) => {
      const own = (entries: readonly oracle.Entry[]) => entries.filter((entry) => entry.name === rule)
      const points = oracle.pointsOf([...own(old), ...own(young)])
      const boxes = (entries: readonly oracle.Entry[], at: oracle.Point) =>
        oracle.textOf(entries.filter((entry) => oracle.meets(entry, at)).flatMap(({ remote }) => remote))
      const isDeny = (entries: readonly oracle.Entry[]) => entries.some(({ allows }) => !allows)
      return (
        isDeny(own(old)) !== isDeny(own(young)) || points.some((at) => boxes(own(old), at) !== boxes(own(young), at))
      )
    })
  })
  return [...new Set(names.map((name) => name.replace(/-in$/, '')))]
}

function lineText(old: string | undefined, young: string): string {
  const split = (text: string) => text.split('\n').slice(0, -1)
  const all = `${commas(String(split(young).length))} line${split(young).length === 1 ? '' : 's'}`
  if (old === undefined) return `${all}, new`
  const rest = split(old)
  const added = split(young).filter((line) => {
    const at = rest.indexOf(line)
    if (at < 0) return true
    rest.splice(at, 1)
    return false
  })
  if (added.length + rest.length === 0) return 'unchanged'
  return `+${added.length} −${rest.length} lines, ${commas(String(split(young).length))} in all`
}
