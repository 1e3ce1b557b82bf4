import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Prefix, parsePrefixOrAddress, scanPrefix } from '../address/prefix.ts'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { lookUp, lookupJson, lookupText } from '../document/lookup.ts'
import { summarize, summaryJson, summaryText } from '../document/lookup-summary.ts'
import { openTags, type TagOptions } from '../document/open-tags.ts'
import { UserErrors } from '../errors.ts'
import type { Io } from '../io.ts'
import { formatJson } from '../model/json.ts'
import { prefixesOfLines } from '../parse/cidr-lines.ts'
import { readInput } from '../parse/read-file.ts'

interface LookupOptions extends TagOptions {
  readonly summary?: boolean
}

export const command: CommandSpec<[queries: string[]], LookupOptions> = {
  summary: 'show which tags hold an address or a prefix',
  about:
    'Names the tags that hold an address or a prefix, the most specific first. A file has one per line. It needs no network unless --from is a URL.',
  exits: ['every address is in a tag', 'an address is in no tag'],
  docs: 'cli',
  examples: [
    ['tagwall lookup 20.190.128.1', 'search the newest snapshot'],
    [
      'tagwall lookup 20.190.128.1 4.150.240.0/24 --from ServiceTags_Public_20251110.json',
      'search every published tag',
    ],
    ['tagwall emit list | tagwall lookup - --summary', 'show which tags some addresses stand for'],
  ],
  flags: (command) =>
    command
      .argument('<address|file...>', 'addresses, prefixes, files with one per line, or - for stdin')
      .option('--summary', 'show for each tag how much of all addresses it has, and how much of the tag they are')
      .addOption(option.from().conflicts('snapshot'))
      .addOption(option.allowHost())
      .addOption(option.snapshot()),
  run: async ([queries], options, io) => {
    const wanted = await readQueries(queries, io)
    const { tags, where } = await openTags(options, io)
    if (options.summary) {
      const families = summarize(wanted, tags)
      io.out(options.json ? formatJson(summaryJson(families, where)) : summaryText(families, where))
      return families.every(({ unknown }) => unknown === 0n) ? 0 : 1
    }
    const answers = lookUp(wanted, tags)
    io.out(options.json ? formatJson(lookupJson(answers, where)) : lookupText(answers, where))
    return answers.every(({ hits }) => hits.length > 0) ? 0 : 1
  },
}

/** Each of `given` is an address, a prefix, a file with one per line, or `-` for standard input. Throws `UserErrors` with everything else. */
async function readQueries(given: readonly string[], io: Io): Promise<Prefix[]> {
  const problems: string[] = []
  const wanted: Prefix[] = []
  const isFile = (query: string) =>
    query === '-' || (scanPrefix(query) === undefined && existsSync(resolve(io.cwd, query)))
  for (const query of given) {
    if (isFile(query)) for (const prefix of prefixesOfLines(await readInput(query, io))) wanted.push(prefix)
    else
      try {
        wanted.push(parsePrefixOrAddress(query))
      } catch (error) {
        problems.push((error as Error).message)
      }
  }
  if (problems.length > 0) throw new UserErrors('expected addresses or prefixes, or files with one per line', problems)
  return wanted
}
