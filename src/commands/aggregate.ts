import { FAMILIES } from '../address/prefix.ts'
import type { CommandSpec } from '../cli/command.ts'
import { type CidrText, readCidrLines } from '../parse/cidr-lines.ts'
import { readInput } from '../parse/read-file.ts'

export interface AggregateOptions {
  readonly json?: boolean
}

export const command: CommandSpec<[files: string[]], AggregateOptions> = {
  summary: 'aggregate CIDRs, one per line, into the fewest prefixes with exactly the same addresses',
  about:
    'Reads CIDRs and addresses, one per line, and prints the fewest prefixes that hold exactly the same addresses. It needs neither a policy nor a snapshot.',
  docs: 'docs/cli.md',
  uses: 'nothing',
  examples: [
    ['tagwall aggregate mine.txt theirs.txt', 'aggregate both files together'],
    ['tagwall emit list | tagwall aggregate --json', 'print only the counts'],
  ],
  flags: (command) =>
    command
      .argument('[file...]', 'files, or - for stdin', ['-'])
      .option('--json', 'print counts as JSON instead of the prefixes'),
  run: async ([files], options, io) => {
    const texts: CidrText[] = []
    for (const file of files.length > 0 ? files : ['-']) texts.push(await readInput(file, io))
    const { set, given } = readCidrLines(texts)
    if (!options.json) {
      io.out(set.lines)
      return 0
    }
    const counts = FAMILIES.map((family) => {
      const own = set.family(family)
      return [family, { given: given[family], prefixes: own.prefixCount, addresses: String(own.count) }]
    })
    io.out(`${JSON.stringify(Object.fromEntries(counts), null, 2)}\n`)
    return 0
  },
}
