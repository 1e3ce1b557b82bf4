import type { AddressFamily } from '../address/prefix.ts'
import type { PrefixSet } from '../address/prefix-set.ts'
import type { CommandSpec } from '../cli/command.ts'
import { formatJson, setJson } from '../model/json.ts'
import { type CidrText, readCidrLines } from '../parse/cidr-lines.ts'
import { readInput } from '../parse/read-file.ts'

export const aggregateJson = (set: PrefixSet, given: Readonly<Record<AddressFamily, number>>) => ({
  ipv4Given: given.ipv4,
  ipv6Given: given.ipv6,
  ...setJson(set),
})

export const command: CommandSpec<[files: string[]], { readonly json?: boolean }> = {
  summary: 'aggregate CIDRs, one per line, into the fewest prefixes with exactly the same addresses',
  about:
    'Reads CIDRs and addresses, one per line, and prints the fewest prefixes that hold exactly the same addresses. It needs neither a policy nor a snapshot.',
  docs: 'cli',
  uses: 'nothing',
  examples: [
    ['tagwall aggregate mine.txt theirs.txt', 'aggregate both files together'],
    ['tagwall emit list | tagwall aggregate --json', 'print the prefixes with counts'],
  ],
  flags: (command) =>
    command
      .argument('[file...]', 'files, or - for stdin', ['-'])
      .option('--json', 'print the prefixes with counts as JSON'),
  run: async ([files], options, io) => {
    const texts: CidrText[] = []
    for (const file of files.length > 0 ? files : ['-']) texts.push(await readInput(file, io))
    const { set, given } = readCidrLines(texts)
    io.out(options.json ? formatJson(aggregateJson(set, given)) : set.lines)
    return 0
  },
}
