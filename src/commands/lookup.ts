import { UserErrors } from '../errors.ts'
import type { Io } from '../io.ts'
import { byCodeUnit } from '../model/order.ts'
import { BITS, comparePrefixes, formatPrefix, type Prefix, parsePrefixOrAddress } from '../model/prefix.ts'
import { PrefixSet } from '../model/prefix-set.ts'
import { formatJson } from '../present/json.ts'
import { formatTable } from '../present/table.ts'
import type { EveryTag } from '../source/document.ts'
import type { CommonOptions } from './inputs.ts'
import { openTags } from './open-tags.ts'

export interface LookupOptions extends CommonOptions {
  readonly from?: string
  readonly allowHost?: readonly string[]
}

/** A prefix of a tag that holds all of a query, or only a part of it. */
interface Hit {
  readonly tag: EveryTag
  readonly prefix: Prefix
  readonly isWhole: boolean
}

/** Prints which tags hold each address or prefix, most specific first. */
export async function runLookup(queries: readonly string[], options: LookupOptions, io: Io): Promise<0> {
  const wanted = parseQueries(queries)
  const { tags, where } = await openTags(options, io)
  const answers = wanted.map((query) => ({ query, hits: hitsOf(query, tags) }))
  if (options.json) {
    io.out(
      formatJson({
        document: where,
        queries: answers.map(({ query, hits }) => ({ query: formatPrefix(query), found: hits.map(hitJson) })),
      }),
    )
  } else {
    io.out(answers.map(({ query, hits }) => answerText(query, hits, where)).join('\n'))
  }
  return 0
}

function parseQueries(queries: readonly string[]): Prefix[] {
  const problems: string[] = []
  const wanted = queries.flatMap((query) => {
    try {
      return [parsePrefixOrAddress(query)]
    } catch (error) {
      problems.push((error as Error).message)
      return []
    }
  })
  if (problems.length > 0) throw new UserErrors('lookup wants addresses or prefixes', problems)
  return wanted
}

function hitsOf(query: Prefix, tags: readonly EveryTag[]): Hit[] {
  const asked = PrefixSet.of([query])
  return tags
    .flatMap((tag) =>
      tag.prefixes
        .filter((prefix) => touches(prefix, query))
        .map((prefix): Hit => ({ tag, prefix, isWhole: PrefixSet.of([prefix]).contains(asked) })),
    )
    .sort(
      (a, b) =>
        b.prefix.length - a.prefix.length || comparePrefixes(a.prefix, b.prefix) || byCodeUnit(a.tag.name, b.tag.name),
    )
}

/** Of two prefixes that share an address, one holds the other: the shorter one. */
function touches(a: Prefix, b: Prefix): boolean {
  if (a.family !== b.family) return false
  const shift = BigInt(BITS[a.family] - Math.min(a.length, b.length))
  return a.address >> shift === b.address >> shift
}

function hitJson({ tag, prefix, isWhole }: Hit) {
  return {
    tag: tag.name,
    region: tag.region,
    systemService: tag.systemService,
    prefix: formatPrefix(prefix),
    whole: isWhole,
  }
}

function answerText(query: Prefix, hits: readonly Hit[], where: string): string {
  const heading = `${formatPrefix(query)}\n`
  if (hits.length === 0) return `${heading}  in no tag of ${where}\n`
  return (
    heading +
    formatTable(
      hits.map(({ tag, prefix, isWhole }) => ['', formatPrefix(prefix), tag.name, isWhole ? '' : '(a part of it)']),
    )
  )
}
