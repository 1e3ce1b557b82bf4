import { InvalidArgumentError, Option } from 'commander'
import { adoptJson, adoptText } from '../adopt/report.ts'
import { type AdoptOptions, runAdopt } from '../adopt/run-adopt.ts'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { formatJson } from '../model/json.ts'

export const command: CommandSpec<[vendor: string, paths: string[]], AdoptOptions> = {
  summary: 'propose a policy for the rules that a firewall has',
  about: `Reads a running configuration, finds the service tags that its rules stand for, and prints a draft of a policy, with the reasons as comments; on a terminal, a table. It decides nothing: read the draft. It needs a published document, which has all tags, and no access to the device.`,
  docs: 'adopt',
  examples: [
    [
      'tagwall emit json | tagwall adopt json - --from ServiceTags_Public_20251110.json',
      'show which tags the rules of a firewall stand for',
    ],
    [
      'tagwall emit json | tagwall adopt json - --from ServiceTags_Public_20251110.json --output mine.yaml',
      'write the draft of a policy to a file',
    ],
  ],
  flags: (command) =>
    command
      .argument('<vendor>', 'the vendor of the device')
      .argument('<file...>', 'the configuration, or - for stdin; all files if the device has several')
      .addOption(option.from().makeOptionMandatory())
      .addOption(option.allowHost())
      .option('--history <dir>', 'a folder with older published documents, for rules that are copies of them')
      .addOption(
        new Option('--fit <percent>', 'propose a tag if the rule has at least this much of it')
          .argParser(parsePercent)
          .default(90, '90%'),
      )
      .addOption(option.settings())
      .addOption(option.narrow())
      .option('--output <file>', 'write the draft to this new file, and print the table'),
  run: async ([vendor, paths], options, io) => {
    const report = await runAdopt(vendor, paths, options, io)
    const isTable = options.output !== undefined || io.outColumns !== undefined
    io.out(options.json ? formatJson(adoptJson(report)) : isTable ? adoptText(report, io.outColumns) : report.draft)
    return 0
  },
}

function parsePercent(text: string): number {
  const number = Number(/^(\d{1,3})%?$/.exec(text)?.[1] ?? Number.NaN)
  if (!(number >= 1 && number <= 100))
    throw new InvalidArgumentError('Expected a percentage from 1% to 100%, such as 90%.')
  return number
}
