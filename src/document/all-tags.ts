import type { Prefix } from '../address/prefix.ts'
import { problemText } from '../errors.ts'
import type { Cloud } from '../model/cloud.ts'
import { formatPath, setOfValid, validPrefixes } from '../parse/schema.ts'
import { parseJson, type Source } from './document.ts'
import { checkCloud, looseTagOf, nameOf, rootOf } from './document-schema.ts'

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
  const { tags, problems } = readTags(source, cloud, validPrefixes)
  return { tags, problems }
}

/** The same as sets, by name, with the label of the document. Problems name the file too. */
export function readAllTags(source: Source, cloud: Cloud) {
  const { changeNumber, tags, problems } = readTags(source, cloud, setOfValid, true)
  const { name, published } = source
  return {
    cloud,
    published,
    changeNumber,
    tags: new Map(tags.map((tag) => [tag.name, tag])),
    problems: problems.map((problem) => `${name}: ${problem}`),
  }
}

/** With `isByName`, a name that comes again is a problem too. */
function readTags<Prefixes>(
  source: Source,
  cloud: Cloud | undefined,
  prefixesOf: (texts: readonly string[], complain: (position: number, problem: string) => void) => Prefixes,
  isByName = false,
) {
  const root = rootOf(parseJson(source), source.name)
  if (cloud) checkCloud(root.cloud, cloud, source.name)
  const problems: string[] = []
  const seen = new Set<string | undefined>()
  const tags = root.values.flatMap((entry, index) => {
    const path = formatPath(['values', index])
    const tag = looseTagOf(entry, index)
    const name = nameOf(entry)
    const isRepeated = isByName && name !== undefined && seen.has(name)
    seen.add(name)
    if (isRepeated) {
      problems.push(`${path} is a duplicate of "${name}"`)
      return []
    }
    if (Array.isArray(tag)) {
      for (const problem of tag) problems.push(problemText(problem))
      return []
    }
    const { region, systemService, addressPrefixes } = tag.properties
    const prefixes = prefixesOf(addressPrefixes, (position, problem) => {
      problems.push(`${path}.properties.addressPrefixes[${position}]: ${problem}`)
    })
    return [{ name: tag.name, region: region ?? '', systemService: systemService ?? '', prefixes }]
  })
  return { changeNumber: root.changeNumber, tags, problems }
}
