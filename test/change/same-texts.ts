import type { Change, Documents, Piece, Seen } from './seen.ts'
import { bodyPieces, plain, runbookPieces, sentence, terminalPieces } from './texts.ts'
import { keyOf, rowOf, runbookKey, runbookOf, toldOf } from './words.ts'

/** Whether every text has the pieces of the JSON. */
export function texts({ documents, change, title, body, terminal, runbooks }: Seen): string[] {
  const all = change.pieces
  const told = terminalPieces(terminal)
  const most = told.some(({ more }) => more > 0) || /^and [\d,]+ more change/m.test(terminal)
  return [
    ...same(
      'body',
      bodyPieces(body).map((one) => keyOf(one, 6)),
      all.map((piece) => keyOf(rowOf(piece, documents), 6)),
    ),
    ...same(
      'terminal',
      told.map((one) => keyOf(one, most ? 10 : 1e9)),
      all.slice(0, most ? 20 : all.length).map((piece) => keyOf(toldOf(piece, documents), most ? 10 : 1e9)),
    ),
    ...[...runbooks].flatMap(([name, text]) => {
      const own = all.filter(({ targets }) => targets.includes(name))
      return same(
        `runbook of ${name}`,
        runbookPieces(text).map(runbookKey),
        own.map((piece) => runbookKey(runbookOf(piece, documents))),
      )
    }),
    ...headline('terminal', terminal.split('\n')[0] as string, change, documents),
    ...headline('title', title.replace(/^tagwall: (.*) on Public [\d-]+\n$/, '$1'), change, documents),
    ...first(body, change),
  ]
}

export function same(where: string, got: readonly string[], want: readonly string[]): string[] {
  const [a, b] = [[...got].sort().join('\n'), [...want].sort().join('\n')]
  return a === b ? [] : [`${where}:\n${a}\nexpected:\n${b}`]
}

/** Whether a line names the largest opening and the largest closing, and counts the others. */
export function headline(where: string, line: string, { pieces, targets }: Change, documents: Documents): string[] {
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
    const most = first.map(sizeOf).sort((a, b) => (a < b ? 1 : -1))[0]
    const largest = first.filter((piece) => sizeOf(piece) === most)
    const isOne =
      said && largest.some((piece) => keyOf({ ...toldOf(piece, documents), names: [] }, 0) === keyOf(said, 0))
    return [
      ...(isOne
        ? []
        : [
            `${where}: "${told}" is not the largest: ${JSON.stringify(own.map((piece) => keyOf(toldOf(piece, documents), 3)))}`,
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
