import { formatPrefix, type Prefix, parsePrefixOrAddress } from '../address/prefix.ts'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { type Hit, lookUp } from '../document/lookup.ts'
import { openTags } from '../document/open-tags.ts'
import { UserErrors } from '../errors.ts'
import type { Io } from '../io.ts'
import { formatJson } from '../model/json.ts'
import type { CommonOptions } from '../policy/load.ts'
import { formatTable } from '../text/table.ts'

export interface LookupOptions extends CommonOptions {
  readonly from?: string
  readonly allowHost?: readonly string[]
}

export const command: CommandSpec<[queries: string[]], LookupOptions> = {
  summary: 'show which tags hold an address or a prefix',
  about:
    'Names the tags that hold an address or a prefix, the most specific first. It needs no network unless --from is a URL.',
  exits: ['every address is in a tag', 'an address is in no tag'],
  docs: 'docs/snapshots.md',
  uses: 'rules',
  examples: [
    ['tagwall lookup 20.190.128.1', 'search the newest snapshot'],
    [
      'tagwall lookup 20.190.128.1 4.150.240.0/24 --from ServiceTags_Public_20251110.json',
      'search every published tag',
    ],
  ],
  flags: (command) =>
    command
      .argument('<address...>', 'addresses or prefixes')
      .addOption(option.from().conflicts('snapshot'))
      .addOption(option.allowHost())
      .addOption(option.snapshot()),
  run: ([queries], options, io) => runLookup(queries, options, io),
}

/** Prints the tags that hold each query, most specific first. Returns 1 if a query is in no tag. */
async function runLookup(queries: readonly string[], options: LookupOptions, io: Io): Promise<0 | 1> {
  const wanted = parseQueries(queries)
  const { tags, where } = await openTags(options, io)
  const found = lookUp(wanted, tags)
  const answers = wanted.map((query, index) => ({ query, hits: found[index] as Hit[] }))
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
  return answers.every(({ hits }) => hits.length > 0) ? 0 : 1
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
  if (problems.length > 0) throw new UserErrors('expected addresses or prefixes', problems)
  return wanted
}

function hitJson({ tag, prefix, holds }: Hit) {
  return {
    tag: tag.name,
    region: tag.region,
    systemService: tag.systemService,
    prefix: formatPrefix(prefix),
    whole: holds === 'all',
    tagWhole: holds !== 'a part',
  }
}

const NOTES: Readonly<Record<Hit['holds'], string>> = {
  all: '',
  'a part, and its tag all': '(in part; all prefixes of the tag together hold all of it)',
  'a part': '(in part)',
}

function answerText(query: Prefix, hits: readonly Hit[], where: string): string {
  const heading = `${formatPrefix(query)}\n`
  if (hits.length === 0) return `${heading}  in no tag of ${where}\n`
  return heading + formatTable(hits.map(({ tag, prefix, holds }) => ['', formatPrefix(prefix), tag.name, NOTES[holds]]))
}
