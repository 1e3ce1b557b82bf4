import { FAMILY_NAMES } from '../../model/address/family.ts'
import { BITS, FAMILIES } from '../../model/address/prefix.ts'
import type { PrefixSet } from '../../model/address/prefix-set.ts'
import { byTarget } from '../../model/by-target.ts'
import type { Delta, TagDelta } from '../../model/delta.ts'
import { ITEM_KINDS } from '../../model/device.ts'
import { contentsText } from '../../model/naming.ts'
import type { BuildResult, FetchResult, FileResult } from '../../model/result.ts'
import { alsoAt, groupSites, siteOf } from '../../model/site.ts'
import { listText } from '../../model/text/list-text.ts'
import { formatCount, largest, plural } from '../../model/text/numbers.ts'
import { formatLabel } from '../label.ts'
import { capacityText } from './capacity.ts'
import type { Color } from './color.ts'
import { trafficText } from './rule.ts'
import { siteTable } from './sites.ts'
import { fitTable } from './table.ts'
import { pricesText } from './widening.ts'

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
  if (delta.tags.length === 0)
    return `${heading}\nno address changed in ${plural(delta.unchanged.length, 'tag')}\n${rest}`
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
  const [losses, gains] = [removed, added].map((set) => cidrsOf(set, all)) as [Shown, Shown]
  const width = largest([...losses.cidrs, ...gains.cidrs].map((cidr) => cidr.length))
  const lines = [
    ...linesOf(losses, width).map((line) => color('red', `  - ${line}`)),
    ...linesOf(gains, width).map((line) => color('green', `  + ${line}`)),
  ]
  return `\n${color('bold', tag)}${note}: ${sizeText(before)} -> ${sizeText(after)}\n${lines.join('\n')}\n`
}

interface Shown {
  readonly cidrs: readonly string[]
  readonly more: number
}

function cidrsOf(set: PrefixSet, all: boolean): Shown {
  const { texts } = set
  const cidrs = all ? texts : texts.slice(0, MOST_LINES)
  return { cidrs, more: texts.length - cidrs.length }
}

/** Each prefix with its number of addresses. */
function linesOf({ cidrs, more }: Shown, width: number): string[] {
  const lines = cidrs.map((cidr) => `${cidr.padEnd(width)}  ${addressesText(cidr)}`)
  return more > 0
    ? [...lines, `and ${plural(more, 'more prefix', 'more prefixes')} (tagwall diff --all shows them)`]
    : lines
}

function addressesText(cidr: string): string {
  const family = cidr.includes(':') ? 'ipv6' : 'ipv4'
  const length = Number(cidr.slice(cidr.indexOf('/') + 1))
  return plural(1n << BigInt(BITS[family] - length), 'address', 'addresses')
}

const sizeText = (set: PrefixSet) =>
  FAMILIES.map((family) => `${formatCount(set.family(family).prefixCount)} ${FAMILY_NAMES[family]}`).join(' and ')

/** One line: tags changed, prefixes and addresses gained and lost. */
export function totals({ tags, unchanged }: Delta): string {
  const count = (side: 'added' | 'removed', family: 'ipv4' | 'ipv6') =>
    tags.reduce((sum, tag) => sum + tag[side].family(family).count, 0n)
  const prefixes = (side: 'added' | 'removed') => tags.reduce((sum, tag) => sum + tag[side].prefixCount, 0)
  const sides = FAMILIES.map(
    (family) =>
      `+${formatCount(count('added', family))} -${formatCount(count('removed', family))} ${FAMILY_NAMES[family]} addresses`,
  )
  return `\n${tags.length} of ${plural(tags.length + unchanged.length, 'tag')} changed: +${prefixes('added')} -${prefixes('removed')} prefixes, ${sides.join(', ')}`
}

/** The text of `fetch`. */
export function fetchText(
  { path, outcome, seen, superseded, delta, isDryRun }: FetchResult,
  options: TextOptions,
): string {
  const would = isDryRun ? 'would be ' : ''
  const what = {
    stored: `${would}stored as ${path}`,
    replaced: `${would}stored as ${path}, replacing different content of the same date`,
    extended: `${would}stored in ${path}, in addition to the tags there`,
    repaired: `${would}stored as ${path}, replacing a damaged snapshot; it keeps only the tags of this policy`,
    unchanged: path.endsWith(`${seen.published}.json`)
      ? `${path} already has this content: nothing to store`
      : `the document${seen.isUndated ? '' : ` of ${seen.published}`} changes no tag in use since ${path}: nothing to store`,
  }[outcome]
  const gone = superseded.map(
    (old) => `${isDryRun ? 'would remove' : 'removed'} ${old}, which was dated with the day of its download\n`,
  )
  return `${what}\n${gone.join('')}${delta && outcome !== 'unchanged' ? `\n${deltaText(delta, options)}` : ''}`
}

/** What a build compiled, which files it made, and what changed since the previous snapshot. */
export function buildText(result: BuildResult, options: TextOptions): string {
  const { ruleset, source, delta } = result
  const { width } = options
  const heading = options.color('bold', `policy ${ruleset.policy} on ${formatLabel(ruleset)}`)
  const changes = delta
    ? `\n${SPANS[result.span ?? 'before']}: ${deltaText(delta, options)}`
    : '\nno earlier snapshot to compare with\n'
  const prices = result.prices.length > 0 ? `\n${pricesText(result.prices)}` : ''
  const files = siteTable(result, width) || fileTable(result, width)
  return `${heading}, from ${source}\n\n${ruleTable(result, width)}\n${files}${anyLocalText(result)}${cleanupText(result)}${runbookText(result)}${capacityText(result)}${removedText(result)}${prices}${changes}`
}

const anyLocalText = ({ anyLocal }: BuildResult) =>
  anyLocal ? 'the rules hold for any local address; `local` in the policy limits them\n' : ''

function removedText({ removed = [], files, isDryRun }: BuildResult): string {
  const verb = isDryRun ? 'would remove' : 'removed'
  if (removed.length > 1 && files.some(({ target }) => siteOf(target) !== undefined))
    return `${verb} ${plural(removed.length, 'file')} that earlier runs left (--json lists them)\n`
  return removed.map((path) => `${verb} ${path}, left by an earlier run\n`).join('')
}

const SPANS = {
  before: 'changed since the previous snapshot',
  since: 'changed since the snapshot of --since',
  rollback: 'changed by the rollback',
}

function ruleTable({ ruleset }: BuildResult, width: number | undefined): string {
  const head = ['rule', 'direction', 'ports', 'tag', 'IPv4 prefixes', 'addresses', 'IPv6 prefixes', 'addresses']
  const rows = ruleset.rules.map((rule) => [
    rule.name,
    rule.direction,
    trafficText(rule),
    contentsText(rule.set, 3),
    ...FAMILIES.map((family) => rule.set.prefixes.family(family)).flatMap(({ prefixes, count }) => [
      formatCount(prefixes.length),
      formatCount(count),
    ]),
  ])
  const align = ['left', 'left', 'left', 'left', 'right', 'right', 'right', 'right'] as const
  // Addresses first, because the policy file says the rest.
  return fitTable({ rows: [head, ...rows], align, drop: [7, 5, 3, 1, 2] }, width)
}

/** `proved: 5 rules, 1,019 prefixes`. */
function proofText({ proof, delta, cleanup }: FileResult): string {
  if (!proof) return 'not proved'
  if (cleanup) return `proved: ${plural(proof.commands ?? 0, 'command')}, the rules after each`
  if (delta) {
    const what = delta.isEmpty
      ? 'no commands needed'
      : `${plural(proof.commands ?? 0, 'command')}, the rules after each`
    return `proved: ${what}`
  }
  const compared = [
    proof.rules > 0 && plural(proof.rules, 'rule'),
    proof.tags > 0 && plural(proof.tags, 'tag'),
    proof.prefixes > 0 && plural(proof.prefixes, 'prefix', 'prefixes'),
  ]
  return `proved: ${compared.filter(Boolean).join(', ')}`
}

function fileTable({ files, isDryRun }: BuildResult, width: number | undefined): string {
  const head = ['target', 'vendor', 'file', 'lines', 'proof', '']
  const rows = files.map((file) => [
    file.target,
    file.vendor,
    file.path,
    formatCount(file.lines),
    proofText(file),
    !file.isChanged ? 'unchanged' : isDryRun ? 'would be written' : 'written',
  ])
  const align = ['left', 'left', 'left', 'right', 'left', 'left'] as const
  return fitTable({ rows: [head, ...rows], align, drop: [1, 3, 0] }, width)
}

/** What the cleanup of each target removes: `rules/edge.cleanup.v4 removes 2 chains of the file before; load it after the full files`. */
function cleanupText({ files }: BuildResult): string {
  const targets = [...new Set(files.filter(({ cleanup }) => cleanup).map(({ target }) => target))]
  const filesOf = byTarget(files)
  const lines = targets.map((target) => {
    const own = filesOf(target).filter(({ cleanup }) => cleanup)
    const [first, ...more] = filesOf(target).filter(({ cleanup, delta }) => !cleanup && !delta)
    const paths = own.map(({ path }) => path)
    const [verb, object] = paths.length > 1 ? ['remove', 'them'] : ['removes', 'it']
    const after = first && more.length === 0 ? first.path : 'the full files'
    return { target, text: `${listOf(paths)} ${verb} ${removalsText(own)}; load ${object} after ${after}` }
  })
  return groupSites(
    lines,
    ({ target }) => target,
    ({ text }) => text,
  )
    .map(({ item, sites }) => `${item.text}${alsoAt(sites)}\n`)
    .join('')
}

const MOST_RUNBOOKS = 4

/** `rules/edge.change.md says what changes, and how to load it, check it and roll it back`. */
function runbookText({ runbooks = [] }: BuildResult): string {
  if (runbooks.length === 0) return ''
  const paths = runbooks.map(({ path }) => path)
  const more = paths.length - MOST_RUNBOOKS
  const shown = more > 0 ? [...paths.slice(0, MOST_RUNBOOKS), `${formatCount(more)} more`] : paths
  return `change window: ${listOf(shown)} ${paths.length > 1 ? 'say' : 'says'} what changes, and how to load it, check it and roll it back\n`
}

function removalsText(files: readonly FileResult[]): string {
  const removes = files.flatMap(({ cleanup }) => cleanup?.removes ?? [])
  const isAllowing = files.some(({ cleanup }) => cleanup?.isAllowing)
  const hasRules = removes.some(({ kind }) => kind === 'rule')
  const allowing = (count: number) => ` that still ${count === 1 ? 'allows' : 'allow'} more than the policy`
  const counts = ITEM_KINDS.flatMap((kind) => {
    const count = removes.filter((item) => item.kind === kind).length
    return count > 0 ? [`${plural(count, kind)}${isAllowing && kind === 'rule' ? allowing(count) : ''}`] : []
  })
  const rest = !isAllowing ? ' that nothing uses' : hasRules ? '' : allowing(removes.length)
  return `${listOf(counts)}${rest}`
}

const listOf = (texts: readonly string[]) =>
  [texts.slice(0, -1).join(', '), ...texts.slice(-1)].filter(Boolean).join(' and ')
