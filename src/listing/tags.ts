import { openTags } from '../document/open-tags.ts'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import { formatTable } from '../text/lines.ts'
import { didYouMean } from '../text/nearest.ts'
import { formatCount } from '../text/numbers.ts'
import { sanitize } from '../text/sanitize.ts'
import type { Listing, ListOptions } from './listing.ts'

const TAGS_OF_POLICY =
  'These are the tags that policies with these snapshots use. All tags of a published document: tagwall list tags --from FILE\n'

/** The tags of the snapshots, or of a published document. */
export async function listTags(name: string | undefined, options: ListOptions, io: Io) {
  const { tags, where, isWhole } = await openTags(options, io)
  const known = tags.map((tag) => tag.name)
  const chosen = name === undefined ? tags : tags.filter((tag) => tag.name.toLowerCase() === name.toLowerCase())
  if (name !== undefined && chosen.length === 0)
    throw new UserError(`no tag "${name}" in ${where}${didYouMean(name, known)}`)
  const rows = chosen.map(({ name, region, systemService, prefixes }) => {
    const ipv6 = prefixes.filter(({ family }) => family === 'ipv6').length
    return { name, region, systemService, ipv4Prefixes: prefixes.length - ipv6, ipv6Prefixes: ipv6 }
  })
  const cells = rows.map(({ name, region, systemService, ipv4Prefixes, ipv6Prefixes }) => [
    name,
    formatCount(ipv4Prefixes),
    formatCount(ipv6Prefixes),
    sanitize(region),
    sanitize(systemService),
  ])
  return {
    names: rows.map(({ name }) => name),
    json: { source: where, tags: rows },
    text:
      formatTable(
        [['tag', 'IPv4 prefixes', 'IPv6 prefixes', 'region', 'service'], ...cells],
        ['left', 'right', 'right', 'left', 'left'],
      ) + (isWhole || name !== undefined ? '' : TAGS_OF_POLICY),
  } satisfies Listing
}
