import { Option } from 'commander'
import { FAMILIES } from '../address/prefix.ts'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { type EmitOptions, emit } from '../emit/emit.ts'
import { printWarnings } from '../findings-output.ts'

/** Prints one file of a vendor, or of a target, and nothing else on stdout. */
export const command: CommandSpec<[name: string], EmitOptions> = {
  summary: 'print the rules of one vendor, or of one target of the policy',
  about:
    "Prints proved rules to standard output and writes no file. Name a vendor for the whole policy with default options, or a target for that target's options, limits and local side.",
  docs: 'loading',
  examples: [
    ['tagwall emit list', 'review the rules before you load them'],
    ['tagwall emit list --set form=all --family ipv4', 'set an option of the vendor; IPv4 only'],
    ['tagwall emit json --widen 150', 'at most 150 prefixes per rule and family'],
  ],
  flags: (command) =>
    command
      .argument('<vendor|target>', 'a vendor, or the name of a target')
      .addOption(option.site('the target at this site'))
      .addOption(option.snapshot())
      .addOption(option.since())
      .addOption(option.rollback())
      .addOption(option.settings())
      .addOption(new Option('--family <family>', 'only the rules of this address family').choices(FAMILIES))
      .option('--model <name>', 'use the limits of this model; tagwall list vendors NAME lists the models')
      .addOption(option.requireProof())
      .option('--part <name>', 'the file to print, if the vendor makes several')
      .option('--view', 'print the input of the templates as JSON, for authors of vendors')
      .option('--rule <name>', 'with --view: only this rule of the policy')
      .option(
        '--widen <number>',
        'at most this many prefixes per rule and family, with the fewest additional addresses',
        option.parseCount,
      ),
  run: async ([name], options, io) => {
    const { findings, notes, output } = await emit(name, options, io)
    printWarnings(findings, io)
    io.err(notes)
    io.out(output)
    return 0
  },
}
