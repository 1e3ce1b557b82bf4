// What the texts of a change say, as facts, to compare them with each other.

/** One piece of a change as texts tell it. */
export interface Told {
  readonly opens: boolean
  readonly cause: string
  readonly rule: string
  /** Such as `inbound tcp 443`, or `list Web`. */
  readonly traffic: string
  readonly local: string
  readonly addresses: string
  /** Prefixes and tags that are named, and how many more there are. */
  readonly names: readonly string[]
  readonly more: number
}

const PIECE =
  /^(opens|closes) (.+?) (?:to|from) (.+?)(?: for (.+?))? \((?:(.*), )?(document|policy|unknown cause)\)(?:, .*)?$/
const LISTED = /^(adds|takes) (.+) (?:to|from) the list (\S+) \((document|policy|unknown cause)\)(?:, .*)?$/

/** A sentence such as `opens tcp 80 to 176 addresses for 10.20.0.0/16 (Web, policy), edge`. */
export function sentence(text: string): Told | undefined {
  const nothing = { names: [], more: 0 }
  const piece = PIECE.exec(text)
  if (piece) {
    const [, verb, traffic = '', addresses = '', local = '', rule = '', cause = ''] = piece
    return { ...nothing, opens: verb === 'opens', cause: causeOf(cause), rule, traffic, local, addresses }
  }
  const list = LISTED.exec(text)
  if (!list) return undefined
  const [, verb, addresses = '', name, cause = ''] = list
  return {
    ...nothing,
    opens: verb === 'adds',
    cause: causeOf(cause),
    rule: '',
    traffic: `list ${name}`,
    local: '',
    addresses,
  }
}

const causeOf = (text: string) => text.replace(' cause', '')

/** The pieces of a terminal text. */
export function terminalPieces(text: string): Told[] {
  const blocks = text.split('\n\n').slice(1)
  return blocks.flatMap((block) => {
    const [first = '', ...lines] = block.split('\n')
    const told = sentence(first)
    if (!told) return []
    const names = lines.filter((line) => /^ {2}[+-] /.test(line)).map((line) => line.slice(4))
    const last = /^ {2}and ([\d,]+) more$/.exec(lines.filter(Boolean).at(-1) ?? '')
    return [{ ...told, names, more: count(last?.[1]) }]
  })
}

const count = (text = '0') => Number(text.replaceAll(',', ''))

/** The rows of the first Markdown table below `head`. */
export function rowsOf(markdown: string, head: string): string[][] {
  const lines = markdown.split('\n')
  const start = lines.findIndex((line) => line.startsWith(head))
  if (start < 0) return []
  const rows = lines.slice(start + 2)
  const end = rows.findIndex((line) => !line.startsWith('|'))
  return rows.slice(0, end).map((line) =>
    line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => plain(cell.trim())),
  )
}

/** Markdown of the program as plain text. */
export const plain = (text: string): string =>
  text
    .replaceAll(/<\/?code>|\*\*|`|&#8203;|\\/g, '')
    .replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))

/** The table of pieces in a pull request or a runbook, which lacks columns that are empty. */
export function tablePieces(markdown: string): Told[] {
  const head = /^\| change \| traffic \|.*$/m.exec(markdown)?.[0] ?? ''
  const labels = head.slice(2, -2).split(' | ')
  return rowsOf(markdown, '| change | traffic |').map((cells) => {
    const {
      change,
      traffic = '',
      prefixes = '',
      ...row
    } = Object.fromEntries(labels.map((label, at) => [label, cells[at]]))
    const { rule = '', cause = '', addresses = '', 'local side': local = '' } = row
    return { ...{ opens: opensOf(change, traffic), cause, rule, traffic, local, addresses }, ...listed(prefixes) }
  })
}

/** A list gains and loses addresses, whatever its device does with them. */
const opensOf = (verb: string | undefined, traffic: string) =>
  verb === (traffic.startsWith('list ') ? 'gains' : 'opens')

function listed(text: string): Pick<Told, 'names' | 'more'> {
  const [, names = text, more] = /^(.*) and ([\d,]+) more$/.exec(text) ?? []
  return { names: names === '' ? [] : names.split(', '), more: count(more) }
}
