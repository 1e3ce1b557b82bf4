import type { PrefixSet } from '../address/prefix-set.ts'
import { type Problem, UserError, UserErrors } from '../errors.ts'
import { CLOUDS, type Cloud } from '../model/cloud.ts'
import { groupBy } from '../model/group-by.ts'
import { baseTagOf, type ServiceTag, select, type TagDocument } from '../model/service-tag.ts'
import { JsonBudget } from '../parse/json-budget.ts'
import { isCutOff } from '../parse/json-end.ts'
import { formatPath, setOfValid } from '../parse/schema.ts'
import { isDate } from '../text/dates.ts'
import { sha256 } from '../text/hashes.ts'
import { byCodeUnit, formatCount } from '../text/numbers.ts'
import {
  checkCloud,
  invalidPrefixes,
  type LooseTag,
  looseTagOf,
  nameOf,
  type PublishedTag,
  rootOf,
  tagOf,
} from './document-schema.ts'

/** The bytes of a published document, and their origin. */
export interface Source {
  readonly bytes: Uint8Array
  /** File name or URL, recorded in the snapshot. */
  readonly name: string
  /** YYYY-MM-DD: the date in the published file's name; without one, the day of retrieval. */
  readonly published: string
  /** The document has no date, so `published` is the day of retrieval. */
  readonly isUndated?: boolean
  /** The server's identifier of this content, for conditional requests. */
  readonly etag?: string | undefined
  readonly lastModified?: string | undefined
}

/** The requested tags, checked, and the names of all tags. */
export interface ReadDocument {
  readonly document: TagDocument
  /** Every tag name in the document. */
  readonly names: readonly string[]
  /** By base tag of the requested regional tags: addresses that are in no region. */
  readonly nonRegional: ReadonlyMap<string, PrefixSet>
  /** One line per invalid prefix in the other tags: its path and the problem. */
  readonly problems: readonly string[]
}

/**
 * Parses a published document (the weekly file, or a response of the Discovery API). Tags that `selectors` choose must be
 * valid; problems in other tags are only reported. `compile` handles selectors without a match. Throws `UserError` or
 * `UserErrors`, each problem with its JSON path.
 */
export function parseDocument(source: Source, cloud: Cloud, selectors: readonly string[]): ReadDocument {
  checkSource(source, cloud)
  const { bytes, name, ...label } = source
  const root = rootOf(parseJson(source), name)
  checkCloud(root.cloud, cloud, name)
  const names = root.values.map(nameOf)
  const known = names.filter((name) => name !== undefined)
  const wanted = new Set(selectors.flatMap((selector) => select(known, selector)))
  const tags = tagsOf(root.values, names, wanted, name)
  return {
    // The default sort is by code unit.
    names: [...new Set(known)].sort(),
    nonRegional: nonRegionalOf(root.values, wanted),
    problems: root.values.flatMap((entry, index) =>
      wanted.has(names[index] ?? '') ? [] : invalidPrefixes(entry, index),
    ),
    document: {
      ...label,
      cloud,
      changeNumber: root.changeNumber,
      source: name,
      sha256: sha256(bytes),
      asked: [...selectors],
      tags: new Map(tags.map((tag) => [tag.name, tag])),
    },
  }
}

/** Throws `UserError` for a source that a program gave wrongly; its texts go into files. */
function checkSource({ bytes, name, published }: Source, cloud: Cloud): void {
  const expected = !(bytes instanceof Uint8Array)
    ? 'its bytes in a Uint8Array'
    : typeof name !== 'string' || name === ''
      ? 'its name'
      : typeof published !== 'string' || !isDate(published)
        ? 'the date "published" as YYYY-MM-DD'
        : !Object.hasOwn(CLOUDS, cloud)
          ? `a cloud: ${Object.keys(CLOUDS).join(', ')}`
          : undefined
  if (expected) throw new UserError(`the source of a document is invalid; expected ${expected}`)
}

/** The date in a published file's name, such as ServiceTags_Public_20251110.json, as YYYY-MM-DD. */
export function dateInName(name: string): string | undefined {
  return datesInName(name).find(isDate)
}

/** An impossible date in a file's name, as YYYY-MM-DD; undefined if the name has a valid date. */
export function impossibleDateInName(name: string): string | undefined {
  const dates = datesInName(name)
  return dates.some(isDate) ? undefined : dates[0]
}

const datesInName = (name: string) =>
  Array.from(name.matchAll(/(?<![0-9])(20\d\d)(\d\d)(\d\d)(?![0-9])/g), ([, ...parts]) => parts.join('-'))

/** Throws `UserError` if the bytes are no JSON, or too many for a document. */
export function parseJson({ bytes, name }: Source): unknown {
  new JsonBudget().spend(bytes, name)
  let text: string
  try {
    // TextDecoder drops a byte order mark.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new UserError(`${name} is not UTF-8 text; expected the published JSON`)
  }
  const start = text.trimStart()
  if (start === '') throw new UserError(`${name} is empty`)
  if (start.startsWith('<')) {
    const title = titleOf(start)
    throw new UserError(
      `${name} is ${title ? `a web page ("${title}")` : 'HTML or XML'}, not JSON; download the file that the page links to`,
    )
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    const { message } = error as Error
    if (message.includes('after JSON'))
      throw new UserError(`${name} has more text after the end of its JSON; get it again`)
    throw new UserError(
      start.startsWith('{') && isCutOff(bytes)
        ? `${name} is truncated: the JSON ends after ${formatCount(bytes.length)} bytes; get it again`
        : `${name} is not JSON (${message}); expected the document as Microsoft publishes it, such as ServiceTags_Public_20251110.json`,
    )
  }
}

function tagsOf(
  values: readonly unknown[],
  names: readonly (string | undefined)[],
  wanted: ReadonlySet<string>,
  file: string,
): ServiceTag[] {
  const tags: ServiceTag[] = []
  const problems: Problem[] = []
  const seen = new Map<string, number>()
  values.forEach((entry, index) => {
    const name = names[index]
    if (name === undefined || !wanted.has(name)) return
    const before = seen.get(name.toLowerCase())
    if (before !== undefined) {
      problems.push({
        path: formatPath(['values', index]),
        message: `duplicate tag "${name}"; the first is values[${before}]`,
      })
      return
    }
    seen.set(name.toLowerCase(), index)
    const tag = tagOf(entry, index)
    if (!Array.isArray(tag)) tags.push(serviceTagOf(tag))
    else for (const { path, message } of tag) problems.push({ path, message: `${message} (tag "${name}")` })
  })
  if (problems.length > 0) throw new UserErrors(`${file}: tags that the policy uses are invalid`, problems)
  return tags.sort((a, b) => byCodeUnit(a.name, b.name))
}

function serviceTagOf({ name, properties }: PublishedTag): ServiceTag {
  return {
    name,
    changeNumber: properties.changeNumber ?? null,
    region: properties.region ?? '',
    systemService: properties.systemService ?? '',
    // The order differs between tags and clouds; "" occurs.
    networkFeatures: [...new Set(properties.networkFeatures ?? [])].filter(Boolean).sort(byCodeUnit),
    prefixes: properties.addressPrefixes,
  }
}

/** For each regional tag in `wanted`, by base tag: the addresses of the base tag in no region, which a rule with regional tags lacks. */
function nonRegionalOf(values: readonly unknown[], wanted: ReadonlySet<string>): Map<string, PrefixSet> {
  const dotted = [...wanted].filter((name) => name.includes('.'))
  if (dotted.length === 0) return new Map()
  const bases = new Set(dotted.map(baseTagOf))
  const tags = values.flatMap((entry, index) => {
    const tag = bases.has(baseTagOf(nameOf(entry) ?? '')) ? looseTagOf(entry, index) : []
    return Array.isArray(tag) ? [] : [tag]
  })
  const services = groupBy(tags, ({ name }) => baseTagOf(name))
  return new Map(
    [...services].flatMap(([base, all]): [string, PrefixSet][] => {
      const whole = all.findLast(({ name }) => name === base)
      // A dot does not always mean a region: AzureFrontDoor.FirstParty.
      const regional = all.filter(({ name, properties }) => name !== base && properties.region)
      return whole && regional.length > 0 ? [[base, addressesOf([whole]).subtract(addressesOf(regional))]] : []
    }),
  )
}

const addressesOf = (tags: readonly LooseTag[]) =>
  setOfValid(
    tags.flatMap(({ properties }) => properties.addressPrefixes),
    () => {},
  )

/** The title of a web page, as one short line; undefined when it has none. */
export function titleOf(page: string): string | undefined {
  const title = /<title\b[^<>]*>([^<]{1,80})/i.exec(page)?.[1]
  return title?.replaceAll(/[\s\p{C}]+/gu, ' ').trim() || undefined
}
