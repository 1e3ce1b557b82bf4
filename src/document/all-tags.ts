import type { Prefix } from '../address/prefix.ts'
import { problemText } from '../errors.ts'
import type { Cloud } from '../model/cloud.ts'
import type { DocumentLabel } from '../model/delta.ts'
import { formatPath } from '../parse/schema.ts'
import { parseJson, type Source } from './document.ts'
import { checkCloud, looseTagOf, nameOf, rootOf, setOfValidTexts, validPrefixes } from './document-schema.ts'
import type { TagSet } from './holders.ts'

/**
 * The addresses of every tag of a published document of `cloud`. Invalid entries are skipped and named in `problems`. Throws
 * `UserError` if it is not a document of `cloud`.
 */
export function readAllTags(
  source: Source,
  cloud: Cloud,
): DocumentLabel & { tags: ReadonlyMap<string, TagSet>; problems: readonly string[] } {
  const root = rootOf(parseJson(source), source.name)
  checkCloud(root.cloud, cloud, source.name)
  const tags = new Map<string, TagSet>()
  const seen = new Set<string>()
  const problems: string[] = []
  root.values.forEach((entry, index) => {
    const name = nameOf(entry)
    const tag = looseTagOf(entry, index)
    if (name === undefined) problems.push(`${formatPath(['values', index])} has no name`)
    else if (seen.has(name)) problems.push(`${formatPath(['values', index])} is a duplicate of "${name}"`)
    else if (Array.isArray(tag)) for (const problem of tag) problems.push(problemText(problem))
    else {
      const prefixes = setOfValidTexts(tag.properties.addressPrefixes, complainer(index, problems))
      tags.set(name, { name, region: tag.properties.region ?? '', prefixes })
    }
    if (name !== undefined) seen.add(name)
  })
  const label = { cloud, published: source.published, changeNumber: root.changeNumber }
  return { ...label, tags, problems: problems.map((problem) => `${source.name}: ${problem}`) }
}

/** A tag as published. */
export interface EveryTag {
  readonly name: string
  readonly region: string
  readonly systemService: string
  readonly prefixes: readonly Prefix[]
}

/**
 * Every tag of a published document, with its prefixes as published. Invalid entries are skipped and named in `problems`, with
 * their JSON path. Throws `UserError` if it is not a document, or not of `cloud`.
 */
export function readEveryTag(source: Source, cloud: Cloud | undefined): { tags: EveryTag[]; problems: string[] } {
  const root = rootOf(parseJson(source), source.name)
  if (cloud) checkCloud(root.cloud, cloud, source.name)
  const problems: string[] = []
  const tags = root.values.flatMap((entry, index): EveryTag[] => {
    const tag = looseTagOf(entry, index)
    if (Array.isArray(tag)) {
      for (const problem of tag) problems.push(problemText(problem))
      return []
    }
    const { region, systemService, addressPrefixes } = tag.properties
    const prefixes = validPrefixes(addressPrefixes, complainer(index, problems))
    return [{ name: tag.name, region: region ?? '', systemService: systemService ?? '', prefixes }]
  })
  return { tags, problems }
}

/** Adds a problem of a prefix, with its JSON path. */
const complainer = (index: number, problems: string[]) => (position: number, problem: string) =>
  void problems.push(`${formatPath(['values', index, 'properties', 'addressPrefixes', position])}: ${problem}`)
