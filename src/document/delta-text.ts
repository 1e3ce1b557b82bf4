import { FAMILY_NAMES } from '../address/family.ts'
import { FAMILIES, parsePrefix, sizeOf } from '../address/prefix.ts'
import type { PrefixSet } from '../address/prefix-set.ts'
import { type Delta, formatLabel, type TagDelta } from '../model/delta.ts'
import type { FetchResult } from '../model/result.ts'
import type { Color } from '../text/lines.ts'
import { formatCount, largest, listText, plural } from '../text/numbers.ts'

/** The options of a text output. */
export interface TextOptions {
  readonly color: Color
  /** Columns of the terminal; undefined for any width. */
  readonly width?: number | undefined
  /** Show every prefix of a tag. */
  readonly all?: boolean
}

/** The number of prefixes shown per tag and side, unless `all` is set. */
const MOST_LINES = 20

/** The changes for a terminal: gained and lost CIDRs per tag. */
export function deltaText(delta: Delta, { color, all = false }: TextOptions): string {
  const heading = color('bold', `${formatLabel(delta.before)} -> ${formatLabel(delta.after)}`)
  const rest = uncomparedText(delta)
  if (delta.tags.length === 0) {
    const count = delta.unchanged.length
    const answer = count === 0 ? 'no tag is on both sides' : `no address changed in ${plural(count, 'tag')}`
    return `${heading}\n${answer}\n${rest}`
  }
  const tags = delta.tags.map((tag) => tagDeltaText(tag, color, all)).join('')
  return `${heading}\n${tags}${totals(delta)}\n${rest}`
}

const MOST_NAMES = 5

/** Tags that the older snapshot was not made for. Listing all their prefixes as new would hide the real changes. */
function uncomparedText({ uncompared = [] }: Delta): string {
  if (uncompared.length === 0) return ''
  return `not compared, because the older snapshot does not have ${uncompared.length === 1 ? 'it' : 'them'}: ${listText(uncompared, MOST_NAMES)}\n`
}

function tagDeltaText(change: TagDelta, color: Color, all: boolean): string {
  const { tag, kind, before, after, added, removed, leftOutBy } = change
  const exception = leftOutBy ? `, left out by ${leftOutBy.join(', ')}` : ''
  const note = { changed: '', added: ' (new)', removed: ' (removed)' }[kind] + exception
  const most = all ? Number.POSITIVE_INFINITY : MOST_LINES
  const width = largest([removed, added].flatMap(({ texts }) => texts.slice(0, most)).map((cidr) => cidr.length))
  const lines = [
    ...linesOf(removed, most, width).map((line) => color('red', `  - ${line}`)),
    ...linesOf(added, most, width).map((line) => color('green', `  + ${line}`)),
  ]
  return `\n${color('bold', tag)}${note}: ${sizeText(before)} -> ${sizeText(after)}\n${lines.join('\n')}\n`
}

/** Each prefix with its number of addresses. */
function linesOf({ texts }: PrefixSet, most: number, width: number): string[] {
  const lines = texts
    .slice(0, most)
    .map((cidr) => `${cidr.padEnd(width)}  ${plural(sizeOf(parsePrefix(cidr)), 'address', 'addresses')}`)
  const more = texts.length - lines.length
  return more > 0
    ? [...lines, `and ${plural(more, 'more prefix', 'more prefixes')} (tagwall diff --all shows them)`]
    : lines
}

const sizeText = (set: PrefixSet) =>
  FAMILIES.map((family) => `${formatCount(set.family(family).prefixCount)} ${FAMILY_NAMES[family]}`).join(' and ')

/** One line: tags changed, prefixes and addresses gained and lost. */
function totals({ tags, unchanged }: Delta): string {
  const count = (side: 'added' | 'removed', family: 'ipv4' | 'ipv6') =>
    tags.reduce((sum, tag) => sum + tag[side].family(family).count, 0n)
  const prefixes = (side: 'added' | 'removed') => tags.reduce((sum, tag) => sum + tag[side].prefixCount, 0)
  const sides = FAMILIES.map(
    (family) =>
      `+${formatCount(count('added', family))} -${formatCount(count('removed', family))} ${FAMILY_NAMES[family]} addresses`,
  )
  return `\n${formatCount(tags.length)} of ${plural(tags.length + unchanged.length, 'tag')} changed: +${formatCount(prefixes('added'))} -${formatCount(prefixes('removed'))} prefixes, ${sides.join(', ')}`
}

/** The text of `fetch`. */
export function fetchText(result: FetchResult, options: TextOptions): string {
  const { outcome, delta } = result
  return `${outcomeText(result)}${delta && outcome !== 'unchanged' ? `\n${deltaText(delta, options)}` : ''}`
}

/** The fate of a document: the snapshots that are written or removed. */
export function outcomeText({ path, outcome, seen, superseded, delta, isDryRun }: FetchResult): string {
  const would = isDryRun ? 'would be ' : ''
  const what = {
    stored: `${would}stored as ${path}`,
    replaced: `${would}stored as ${path}, replacing different content of the same date`,
    extended: `${would}stored in ${path}, in addition to the tags there`,
    repaired: `${would}stored as ${path}, replacing a damaged snapshot; it keeps only the tags of this policy`,
    unchanged: path.endsWith(`${seen.published}.json`)
      ? `${path} already has this content: nothing to store`
      : `the document${seen.isUndated ? '' : ` of ${seen.published}`} changes ${delta && delta.tags.length > 0 ? 'no rule of any target' : 'no tag in use'} since ${path}: nothing to store`,
  }[outcome]
  const gone = superseded.map(
    (old) => `${isDryRun ? 'would remove' : 'removed'} ${old}, which was dated with the day of its download\n`,
  )
  return `${what}\n${gone.join('')}`
}
