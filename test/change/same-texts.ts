import type { Change, Documents, Piece, Seen } from './seen.ts'
import { plain, sentence, type Told, tablePieces, terminalPieces } from './texts.ts'
import { keyOf, rowOf, toldOf } from './words.ts'

/** Whether every text has the pieces of the JSON. */
export function texts({ documents, change, title, body, terminal, runbooks }: Seen): string[] {
  const all = atSites(change.pieces)
  const told = terminalPieces(terminal)
  const isCut = /^and [\d,]+ more change/m.test(terminal)
  return [
    ...same(
      'body',
      tablePieces(body).map(tableKey),
      all.map((piece) => tableKey(rowOf(piece, documents))),
    ),
    ...same(
      'terminal',
      told.map(terminalKey),
      (isCut ? twenty(all) : all).map((piece) => terminalKey(toldOf(piece, documents))),
    ),
    ...[...runbooks].flatMap(([name, text]) => {
      const own = change.pieces.filter(({ targets }) => targets.includes(name))
      return same(
        `runbook of ${name}`,
        tablePieces(text).map(tableKey),
        own.map((piece) => tableKey(rowOf(piece, documents))),
      )
    }),
    ...headline('terminal', terminal.split('\n')[0] as string, { ...change, pieces: all }, documents),
    ...headline(
      'title',
      title.replace(/^tagwall: (.*) on Public [\d-]+\n$/, '$1'),
      { ...change, pieces: all },
      documents,
    ),
    ...first(body, { ...change, pieces: all }),
  ]
}

/** Tables name three prefixes. */
const tableKey = (told: Told) => keyOf(told, 3)

/** More than ten prefixes are five and a count. */
const terminalKey = (told: Told) => keyOf(told, told.names.length + told.more > 10 ? 5 : 10)

/** The pieces, once where sites differ only in their local sides. */
function atSites(pieces: readonly Piece[]): Piece[] {
  const groups = new Map<string, Piece[]>()
  for (const piece of pieces) {
    const { local, localWithin: _, localExcept: __, targets, ...rest } = piece
    const isOfSites = local !== null && local.objects.length === 0 && targets.every((target) => target.includes('@'))
    const key = JSON.stringify(isOfSites ? rest : piece)
    groups.set(key, [...(groups.get(key) ?? []), piece])
  }
  return [...groups.values()].map(([piece, ...others]) => ({
    ...(piece as Piece),
    others,
  }))
}

/** Twenty pieces, of which half may be of a kind; more if the other kind has fewer. */
function twenty(all: readonly Piece[]): Piece[] {
  const [opens, closes] = [true, false].map((is) => all.filter((piece) => piece.opens === is)) as [Piece[], Piece[]]
  const closing = closes.length < 10 ? closes.length : Math.max(10, 20 - opens.length)
  return [...opens.slice(0, 20 - Math.min(closing, closes.length)), ...closes.slice(0, closing)]
}

export function same(where: string, got: readonly string[], want: readonly string[]): string[] {
  const [a, b] = [[...got].sort().join('\n'), [...want].sort().join('\n')]
  return a === b ? [] : [`${where}:\n${a}\nexpected:\n${b}`]
}

/** Whether a line names the riskiest opening and the largest closing, and counts the others. */
export function headline(
  where: string,
  line: string,
  { pieces, byTarget: targets }: Change,
  documents: Documents,
): string[] {
  const parts = line.split('; ')
  const problems = ([true, false] as const).flatMap((opens) => {
    const own = pieces.filter((piece) => piece.opens === opens)
    const part = parts.find((text) => (opens ? /^(?:opens|adds) / : /^(?:closes|takes) /).test(text))
    if (own.length === 0) return part === undefined ? [] : [`${where} says "${part}"`]
    if (part === undefined) return [`${where} does not say what ${opens ? 'opens' : 'closes'}: ${line}`]
    const [, told = part, more = '0'] = /^(.*) and ([\d,]+) more$/.exec(part) ?? []
    const said = sentence(told)
    const rank = Math.min(...own.map(rankOf))
    const first = own.filter((piece) => rankOf(piece) === rank)
    const most = first.map(sizeOf).sort((a, b) => (a < b ? 1 : -1))[0]
    const largest = first.filter((piece) => sizeOf(piece) === most)
    const isOne = said && largest.some((piece) => isToldAs(toldOf(piece, documents), said))
    return [
      ...(isOne
        ? []
        : [
            `${where}: "${told}" is not the first: ${JSON.stringify(own.map((piece) => keyOf(toldOf(piece, documents), 3)))}`,
          ]),
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
    ...(/(?<!\S)(\S+) -> \1(?!\S)/.test(line) ? [`${where} has X -> X`] : []),
  ]
  return [...problems, ...rest]
}

/** New traffic comes first, inbound before outbound; lists, which say no ports, come last. */
const rankOf = ({ opens, new: isNew, direction, list }: Piece) =>
  list !== null ? 4 : opens ? Number(!isNew) * 2 + Number(direction === 'outbound') : 0

/** Whether a title says a piece, maybe cut short. */
function isToldAs(piece: Told, said: Told): boolean {
  const isStart = (text: string, shown: string) =>
    shown.endsWith('…') ? text.startsWith(shown.slice(0, -1)) : text === shown
  return (
    piece.opens === said.opens &&
    piece.cause === said.cause &&
    (['rule', 'traffic', 'local', 'addresses'] as const).every((key) => isStart(piece[key], said[key]))
  )
}

/** IPv4 addresses count more than any number of IPv6 addresses. */
const sizeOf = ({ remote }: Piece) => (BigInt(remote.ipv4.addresses) << 129n) + BigInt(remote.ipv6.addresses)

/** The first line of a pull request names up to three pieces of each kind. */
export function first(body: string, { pieces }: Change): string[] {
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
