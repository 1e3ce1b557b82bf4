import type { Cloud } from '../model/cloud.ts'
import { type DocumentLabel, pairOf, type TagPair } from '../model/delta.ts'
import type { PrefixSet } from '../model/prefix-set.ts'
import { setOfTexts } from '../model/set-of-texts.ts'
import { alignTexts } from './align-texts.ts'
import { parseJson, type Source } from './document.ts'
import { checkCloud, explainedLooseTag, looseTag, nameOf, rootOf } from './document-form.ts'
import { parseAlike, UNREAD } from './parse-alike.ts'
import { setOfSoundTexts } from './prefix-texts.ts'
import { isTexts } from './sound.ts'
import { formatPath } from './zod.ts'

/** Two published documents, and the tags that are not the same text in both. */
export interface Differences {
  readonly before: DocumentLabel
  readonly after: DocumentLabel
  readonly pairs: readonly TagPair[]
  /** The names of the other tags, in code-unit order. */
  readonly same: readonly string[]
  /** What was left out of the tags that differ, and why. */
  readonly oddities: readonly string[]
}

/**
 * What differs between all tags of two published documents of `cloud`. The same text is the same addresses, so that only
 * tags whose texts differ are read, and of these only once what both have. Throws `UserError` when one is no document, or
 * not of `cloud`.
 */
export function readDifferences(before: Source, after: Source, cloud: Cloud): Differences {
  const alike = parseAlike(before.bytes, after.bytes)
  const quick = sidesOf(before, after, cloud, alike)
  // Only where each name is there once does an entry that both have meet itself, and need not be read.
  const { old, young, oddities } = alike && quick.oddities.length > 0 ? sidesOf(before, after, cloud, undefined) : quick
  const same: string[] = []
  const pairs: TagPair[] = []
  for (const [name, { entry }] of young.entries) {
    const other = old.entries.get(name)?.entry
    if (haveSameTexts(other, entry)) same.push(name)
    else pairs.push(...soundPair(other, entry))
  }
  // Tags of one document only, and those that are odd.
  const settled = new Set([...same, ...pairs.map(({ tag }) => tag)])
  const [olds, youngs] = [old, young].map((side) => readOthers(side, settled, oddities)) as [Tags, Tags]
  for (const tag of new Set([...olds.keys(), ...youngs.keys()])) {
    pairs.push(pairOf(tag, olds.get(tag), youngs.get(tag)))
  }
  return { before: old.label, after: young.label, pairs, same: same.sort(), oddities }
}

function sidesOf(before: Source, after: Source, cloud: Cloud, parsed: readonly [unknown, unknown] | undefined) {
  const oddities: string[] = []
  const [old, young] = [before, after].map((source, index) => {
    const { changeNumber, cloud: actual, values } = rootOf(parsed?.[index] ?? parseJson(source), source.name)
    checkCloud(actual, cloud, source.name)
    const label = { cloud, published: source.published, changeNumber }
    return { file: source.name, label, entries: entriesOf(values, source.name, oddities) }
  }) as [Side, Side]
  return { old, young, oddities }
}

interface Side {
  readonly file: string
  readonly label: DocumentLabel
  /** By name. */
  readonly entries: ReadonlyMap<string, { readonly entry: unknown; readonly index: number }>
}

type Tags = ReadonlyMap<string, PrefixSet>

function entriesOf(values: readonly unknown[], file: string, oddities: string[]): Side['entries'] {
  const entries = new Map<string, { entry: unknown; index: number }>()
  values.forEach((entry, index) => {
    const name = nameOf(entry)
    if (name === undefined) oddities.push(`${file}: ${formatPath(['values', index])} has no name`)
    else if (entries.has(name)) oddities.push(`${file}: ${formatPath(['values', index])} is "${name}" a second time`)
    else entries.set(name, { entry, index })
  })
  return entries
}

function haveSameTexts(older: unknown, newer: unknown): boolean {
  const [here, there] = [listOf(older), listOf(newer)]
  if (older === newer && here === UNREAD) return true
  if (!Array.isArray(here) || !Array.isArray(there) || here.length !== there.length) return false
  if (here === there) return isTexts(here)
  return here.every((text, index) => typeof text === 'string' && text === there[index])
}

const listOf = (entry: unknown) =>
  (entry as { properties?: { addressPrefixes?: unknown } | null } | undefined)?.properties?.addressPrefixes

/** The tag of two entries of the same name, if nothing is odd about either. */
function soundPair(older: unknown, newer: unknown): [TagPair] | [] {
  const [old, young] = [looseTag(older), looseTag(newer)]
  if (!old || !young) return []
  const { both, before, after } = alignTexts(old.properties.addressPrefixes, young.properties.addressPrefixes)
  const [common, lost, gained] = [both, before, after].map(setOfTexts)
  if (!common || !lost || !gained) return []
  return [{ tag: young.name, before: common.union(lost), after: common.union(gained), lost, gained }]
}

/** The tags of one document that are not `settled`; what is odd is left out and named. */
function readOthers({ file, entries }: Side, settled: ReadonlySet<string>, oddities: string[]): Tags {
  const tags = new Map<string, PrefixSet>()
  // Each that is settled is in both.
  if (settled.size === entries.size) return tags
  for (const [name, { entry, index }] of entries) {
    if (settled.has(name)) continue
    const tag = looseTag(entry) ?? explainedLooseTag(entry, index)
    if (Array.isArray(tag)) {
      oddities.push(...tag.map((problem) => `${file}: ${problem}`))
      continue
    }
    const prefixes = setOfSoundTexts(tag.properties.addressPrefixes, (position, problem) => {
      const path = formatPath(['values', index, 'properties', 'addressPrefixes', position])
      oddities.push(`${file}: ${path}: ${problem}`)
    })
    tags.set(name, prefixes)
  }
  return tags
}
