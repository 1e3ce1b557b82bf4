import { memo } from '../../src/model/lazy.ts'
import { entriesOf, type Files, listsOf } from './files.ts'
import * as oracle from './oracle.ts'
import type { Target } from './pairs.ts'
import { type Documents, type Held, isNamed, olderOf, type Piece, type Seen } from './seen.ts'

/** What `plan --json` opens and closes, against the files. */
export function geometry({ documents, before, between, after, change, unknown }: Seen): string[] {
  return [...after].flatMap(([name, { target, files }]) => {
    const older = olderOf(before, name, target)
    const pieces = change.pieces.filter(({ targets }) => targets.includes(name))
    if (!older || Object.keys(older.files).length === 0)
      return pieces.length > 0 ? [`${name} is new and has pieces`] : []
    const middle = unknown.has(name) ? undefined : olderOf(between, name, target)
    const problems =
      target.vendor === 'list'
        ? listProblems(target, older, middle, files, pieces)
        : ruleProblems({ older, middle, young: { target, files } }, pieces, documents)
    return problems.slice(0, 3).map((text) => `${name} (${target.vendor}): ${text}`)
  })
}

interface Sides {
  readonly older: Held
  /** What the older policy makes of the newer document; undefined if the older rules are unknown. */
  readonly middle: Held | undefined
  readonly young: Held
}

/** What each side allows at a point, by one document. */
interface View {
  readonly was: oracle.Runs
  readonly mid: oracle.Runs | undefined
  readonly is: oracle.Runs
}

function ruleProblems({ older, middle, young }: Sides, pieces: readonly Piece[], documents: Documents): string[] {
  const isByTag = [older, young].some(({ target }) => target.vendor === 'nsg')
  const views = (isByTag ? documents : documents.slice(0, 1)).map((tags) =>
    [older, middle, young].map((side) => side && entriesOf(side.target.vendor, side.files, tags)),
  )
  const boxes = pieces.map((piece) => ({ piece, boxes: boxesOf(piece) }))
  const all = views.flatMap((view) => view.flatMap((entries) => entries ?? []))
  const points = oracle.pointsOf([...all, ...boxes.flatMap(({ boxes }) => boxes)])
  const openAt = memo((_: string, at: oracle.Point) => views.some(([old = []]) => oracle.allowedAt(old, at).length > 0))
  const isOpen = (at: oracle.Point) => openAt(pointText(at), at)
  return points.flatMap((at) => {
    const expected = expectedOf(
      views.map(([old = [], held, young = []]) => ({
        was: oracle.allowedAt(old, at),
        mid: held && oracle.allowedAt(held, at),
        is: oracle.allowedAt(young, at),
      })),
    )
    const here = boxes.flatMap(({ piece, boxes }) =>
      boxes.filter((box) => oracle.meets(box, at)).map(({ remote }) => ({ piece, remote })),
    )
    const sums = Object.entries(expected).flatMap(([key, want]) => {
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
    const [old = [], , now = []] = views[0] as (typeof views)[number]
    // A local side may have addresses of both families, and what is open for one is not new for the other.
    const isNear = () => points.some(({ family, local, object }) => isOpen({ ...at, family, local, object }))
    const isWrong = (piece: Piece) => (piece.new ? isOpen(at) : piece.opens && !isOpen(at) && !isNear())
    const wrong = here.filter(({ piece }) => isWrong(piece))
    const news = wrong.map(({ piece }) => `a piece of ${piece.to} is ${piece.new ? '' : 'not '}new at ${pointText(at)}`)
    const names = isNamed(young.target) && isNamed(older.target) ? deciders(here, old, now, at) : []
    return [...sums, ...news, ...names]
  })
}

type Expected = Record<`${'opens' | 'closes'} ${'document' | 'policy' | 'unknown'}`, oracle.Runs>

/** What opens and closes by any of the documents, and why: by the newer one if it does by both. */
function expectedOf(views: readonly View[]): Expected {
  let opens: oracle.Runs = []
  let closes: oracle.Runs = []
  const sums = views.map(({ was, mid, is }): Expected => {
    const opened = oracle.without(oracle.without(is, was), opens)
    const closed = oracle.without(oracle.without(was, is), closes)
    opens = [...opens, ...opened]
    closes = [...closes, ...closed]
    return {
      'opens document': mid ? oracle.both(opened, mid) : [],
      'opens policy': mid ? oracle.without(opened, mid) : [],
      'opens unknown': mid ? [] : opened,
      'closes document': mid ? oracle.without(closed, mid) : [],
      'closes policy': mid ? oracle.both(closed, mid) : [],
      'closes unknown': mid ? [] : closed,
    }
  })
  const all = (key: keyof Expected) => sums.flatMap((sum) => sum[key])
  return {
    'opens document': all('opens document'),
    'opens policy': all('opens policy'),
    'opens unknown': all('opens unknown'),
    'closes document': all('closes document'),
    'closes policy': all('closes policy'),
    'closes unknown': all('closes unknown'),
  }
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
function localOf({ local, localWithin, localExcept: except }: Piece, family: oracle.Family): oracle.LocalSide {
  if (!local) return oracle.ANY
  const { objects } = local
  const prefixes = localWithin ?? local.prefixes
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

function boxesOf(piece: Piece): oracle.Box[] {
  const { direction, traffic, remote } = piece
  if (!direction || !traffic) throw new Error('a piece of rules without traffic')
  const ports = (ranges: typeof traffic.tcp) =>
    ranges.map(({ first, last }) => ({ first: BigInt(first), last: BigInt(last) }))
  const flows = [
    ...(traffic.tcp.length > 0 ? [{ protocol: 'tcp' as const, ports: ports(traffic.tcp) }] : []),
    ...(traffic.udp.length > 0 ? [{ protocol: 'udp' as const, ports: ports(traffic.udp) }] : []),
    ...(traffic.icmp ? [{ protocol: 'icmp' as const, ports: [] }] : []),
    ...(traffic.other ? [{ protocol: 'other' as const, ports: [] }] : []),
  ]
  return (['ipv4', 'ipv6'] as const).flatMap((family) => {
    const { prefixes, more = 0 } = remote[family]
    if (more > 0) throw new Error('--all left prefixes out')
    if (prefixes.length === 0) return []
    return flows.map((flow) => ({
      ...flow,
      direction,
      family,
      local: localOf(piece, family),
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
  // A list that is not written any more stays where devices fetch it.
  const names = new Set([...(young?.keys() ?? []), ...pieces.map(({ list }) => list ?? '')])
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
