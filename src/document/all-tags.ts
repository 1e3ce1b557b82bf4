import type { PrefixSet } from '../address/prefix-set.ts'
import type { Cloud } from '../model/cloud.ts'
import type { DocumentLabel } from '../model/delta.ts'
import { formatPath } from '../parse/schema.ts'
import { parseJson, type Source } from './document.ts'
import { checkCloud, looseTagOf, nameOf, rootOf } from './document-schema.ts'
import { setOfValidTexts } from './prefix-texts.ts'

/** All tags of a published document, with their addresses. */
export interface AllTags extends DocumentLabel {
  readonly tags: ReadonlyMap<string, { readonly region: string; readonly prefixes: PrefixSet }>
  /** Skipped entries, and why. */
  readonly problems: readonly string[]
}

/**
 * The addresses of every tag of a published document of `cloud`. Invalid entries are skipped and named in `problems`. Throws
 * `UserError` if it is not a document of `cloud`.
 */
export function readAllTags(source: Source, cloud: Cloud): AllTags {
  const root = rootOf(parseJson(source), source.name)
  checkCloud(root.cloud, cloud, source.name)
  const tags = new Map<string, { readonly region: string; readonly prefixes: PrefixSet }>()
  const seen = new Set<string>()
  const problems: string[] = []
  root.values.forEach((entry, index) => {
    const name = nameOf(entry)
    const tag = looseTagOf(entry, index)
    if (name === undefined) problems.push(`${formatPath(['values', index])} has no name`)
    else if (seen.has(name)) problems.push(`${formatPath(['values', index])} is a duplicate of "${name}"`)
    else if (Array.isArray(tag)) for (const problem of tag) problems.push(problem)
    else {
      const prefixes = setOfValidTexts(tag.properties.addressPrefixes, (position, problem) =>
        problems.push(`${formatPath(['values', index, 'properties', 'addressPrefixes', position])}: ${problem}`),
      )
      tags.set(name, { region: tag.properties.region ?? '', prefixes })
    }
    if (name !== undefined) seen.add(name)
  })
  const label = { cloud, published: source.published, changeNumber: root.changeNumber }
  return { ...label, tags, problems: problems.map((problem) => `${source.name}: ${problem}`) }
}
