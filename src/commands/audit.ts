import { Option } from 'commander'
import { FAMILIES } from '../address/prefix.ts'
import { auditJson } from '../audit/json.ts'
import { type AuditOptions, runAudit } from '../audit/run-audit.ts'
import { auditText } from '../audit/text.ts'
import { findingsOf } from '../audit/values.ts'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { printWarnings } from '../findings-output.ts'
import { formatJson } from '../model/json.ts'
import { colorFor } from '../text/lines.ts'

export const command: CommandSpec<[name: string, paths: string[]], AuditOptions> = {
  summary: 'check that a running configuration allows what the policy allows, and no more',
  about: `Reads a running configuration as the device does, and compares what it allows with the policy. FILE is the configuration as the device prints it; the README of the vendor (vendors/NAME/README.md) has the command. It needs no access to the device.`,
  exits: ['no findings', 'there are findings that --baseline does not accept'],
  docs: 'audit',
  examples: [
    ['tagwall audit list running.txt', 'compare a file with the policy'],
    ['tagwall emit list | tagwall audit list -', 'read standard input'],
  ],
  flags: (command) =>
    command
      .argument('<vendor|target>', 'a vendor, or the name of a target')
      .argument('<file...>', 'the configuration, or - for stdin; all files if the device has several')
      .addOption(option.site('the target at this site'))
      .addOption(option.snapshot())
      .addOption(option.settings())
      .addOption(new Option('--family <family>', 'compare only this address family').choices(FAMILIES))
      .option('--oldest <date>', 'compare the device with snapshots from this date on (default: all)', option.parseDate)
      .option('--all', 'print every prefix, every rule outside the policy, and every note')
      .option('--strict', 'report rules outside the policy as findings too')
      .option('--baseline <file>', 'accept the findings in this file, and no others')
      .option('--write-baseline <file>', 'write all findings to this file, and exit with 0')
      .addOption(option.narrow()),
  run: async ([name, paths], options, io) => {
    const { report, findings } = await runAudit(name, paths, options, io)
    printWarnings(findings, io)
    io.out(options.json ? formatJson(auditJson(report)) : auditText(report, colorFor(io.outColor)))
    // Findings that were just accepted do not fail a pipeline.
    const fails = findingsOf(report.audit, report.isStrict).length > 0 && options.writeBaseline === undefined
    return fails ? 1 : 0
  },
}
