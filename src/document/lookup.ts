import { firstIndex } from '../address/binary-search.ts'
import { comparePrefixes, formatPrefix, type Prefix, prefixAt, rangeOf } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import { groupBy } from '../model/group-by.ts'
import { formatTable } from '../text/lines.ts'
import { byCodeUnit } from '../text/numbers.ts'
import type { EveryTag } from './all-tags.ts'

/** A prefix of a tag that has addresses of a query. */
export interface Hit {
  readonly tag: EveryTag
  readonly prefix: Prefix
  /** How much of the query the prefix holds: all, a part, or a part that other prefixes of the tag complete. */
  readonly holds: 'all' | 'a part, and its tag all' | 'a part'
}

/** The hits of a query, the most specific first. */
export interface Answer {
  readonly query: Prefix
  readonly hits: readonly Hit[]
}

/** For each query, the prefixes of tags that share addresses with it, the most specific first. Each prefix is searched among the queries. */
export function lookUp(queries: readonly Prefix[], tags: readonly EveryTag[]): Answer[] {
  const found = queries.map((): Hit[] => [])
  const touching = finderOf(queries)
  for (const tag of tags) {
    const touched = tag.prefixes.flatMap((prefix) => touching(prefix).map((query) => ({ query, prefix })))
    for (const [query, own] of groupBy(touched, ({ query }) => query)) {
      const prefixes = own.map(({ prefix }) => prefix)
      // There may be more hits than a call has arguments.
      for (const hit of hitsOf(queries[query] as Prefix, tag, prefixes)) found[query]?.push(hit)
    }
  }
  for (const hits of found)
    hits.sort(
      (a, b) =>
        b.prefix.length - a.prefix.length || comparePrefixes(a.prefix, b.prefix) || byCodeUnit(a.tag.name, b.tag.name),
    )
  return queries.map((query, index) => ({ query, hits: found[index] as Hit[] }))
}

/** The prefixes of one tag that touch a query. */
function hitsOf(query: Prefix, tag: EveryTag, prefixes: readonly Prefix[]): Hit[] {
  const isWhole = ({ length }: Prefix) => length <= query.length
  const isAll = prefixes.some(isWhole) || PrefixSet.of(prefixes).contains(PrefixSet.of([query]))
  return prefixes.map((prefix) => {
    return { tag, prefix, holds: isWhole(prefix) ? 'all' : isAll ? 'a part, and its tag all' : 'a part' }
  })
}

/** Finds the positions of the queries that share addresses with a prefix: of two such prefixes, one holds the other. */
function finderOf(queries: readonly Prefix[]): (prefix: Prefix) => number[] {
  const sorted = queries.map((query, index) => ({ query, index })).sort((a, b) => comparePrefixes(a.query, b.query))
  const byText = groupBy(queries.keys(), (index) => formatPrefix(queries[index] as Prefix))
  const lengthsOf = (family: Prefix['family']) => [
    ...new Set(queries.filter((query) => query.family === family).map(({ length }) => length)),
  ]
  const lengths = { ipv4: lengthsOf('ipv4'), ipv6: lengthsOf('ipv6') }
  return (prefix) => {
    const { family, address, length } = prefix
    const wider = lengths[family].filter((shorter) => shorter < length)
    const found = wider.flatMap((shorter) => byText.get(formatPrefix(prefixAt(family, address, shorter))) ?? [])
    // Those that the prefix holds follow it in order.
    const { last } = rangeOf(prefix)
    const from = firstIndex(0, sorted.length, (at) => comparePrefixes(sorted[at]?.query as Prefix, prefix) >= 0)
    for (let at = from; at < sorted.length; at++) {
      const { query, index } = sorted[at] as (typeof sorted)[number]
      if (query.family !== family || query.address > last) break
      found.push(index)
    }
    return found
  }
}

/** The answers of `lookup` as text; `where` names the document. */
export const lookupText = (answers: readonly Answer[], where: string): string =>
  answers.map((answer) => answerText(answer, where)).join('\n')

/** The answers of `lookup` as JSON; `where` names the document. */
export const lookupJson = (answers: readonly Answer[], where: string) => ({
  source: where,
  queries: answers.map(({ query, hits }) => ({
    query: formatPrefix(query),
    found: hits.map(({ tag: { name, region, systemService }, prefix, holds }) => ({
      tag: name,
      region,
      systemService,
      prefix: formatPrefix(prefix),
      whole: holds === 'all',
      tagWhole: holds !== 'a part',
    })),
  })),
})

const NOTES: Readonly<Record<Hit['holds'], string>> = {
  all: '',
  'a part, and its tag all': '(in part; all prefixes of the tag together hold all of it)',
  'a part': '(in part)',
}

function answerText({ query, hits }: Answer, where: string): string {
  const heading = `${formatPrefix(query)}\n`
  if (hits.length === 0) return `${heading}  in no tag of ${where}\n`
  return heading + formatTable(hits.map(({ tag, prefix, holds }) => ['', formatPrefix(prefix), tag.name, NOTES[holds]]))
}
