import { entriesOf, type Files, listsOf } from './files.ts'
import * as oracle from './oracle.ts'
import type { Target } from './pairs.ts'
import { type Held, isNamed, olderOf, type Piece, type Seen } from './seen.ts'

/** What `plan --json` opens and closes, against the files. */
export function geometry({ before, between, after, change, unknown }: Seen): string[] {
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
