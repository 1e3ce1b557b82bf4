import { Option } from 'commander'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import { formatJson } from '../model/json.ts'
import { didYouMean } from '../text/nearest.ts'
import { checkVendor } from '../vendor-check/check-vendor.ts'
import { builtInView, openVendor } from '../vendor-check/open-vendor.ts'
import { CHECKS } from '../vendor-check/result.ts'
import { vendorCheckText } from '../vendor-check/text.ts'

interface VendorOptions {
  readonly view?: boolean
  readonly set?: Readonly<Record<string, string>>
  readonly json?: boolean
}

/** What can be done with a vendor's folder, by name. */
export const TASKS = { check: runCheck }

export const command: CommandSpec<[task: string, folder: string], VendorOptions> = {
  summary: 'check a vendor that you write: proofs, edited files, hostile names',
  about:
    'Checks a vendor that you write: it renders many policies, reads the files back, edits them, and looks for edits that the reader does not notice. The folder has a vendor.json, templates, and a reader.js for proofs.',
  exits: ['no findings', 'there are findings'],
  docs: 'vendors/README.md',
  uses: 'nothing',
  examples: [
    ['tagwall vendor check my-vendors/small', 'everything that can be checked by its folder alone'],
    ['tagwall vendor check my-vendors/small --view', 'what its templates see, as JSON'],
  ],
  flags: (command) =>
    command
      .argument('<task>', 'check')
      .argument('<dir>', 'the folder of one vendor')
      .addOption(new Option('--view', 'print what the templates see of the built-in policy, and check nothing'))
      .addOption(option.settings())
      .addOption(new Option('--json', 'print the result as JSON')),
  run: ([task, folder], options, io) => runVendor(task, folder, options, io),
}

async function runVendor(task: string, folder: string, options: VendorOptions, io: Io): Promise<0 | 1> {
  const names = Object.keys(TASKS)
  if (!names.includes(task))
    throw new UserError(`unknown task "${task}"${didYouMean(task, names) || `; there are ${names.join(', ')}`}`)
  return TASKS[task as keyof typeof TASKS](folder, options, io)
}

/** Prints the result of every check; 1 with findings. */
async function runCheck(folder: string, options: VendorOptions, io: Io): Promise<0 | 1> {
  const vendor = openVendor(folder, io)
  if (options.view) {
    io.out(formatJson(builtInView(vendor, options.set ?? {})))
    return 0
  }
  if (options.set) throw new UserError('--set is for --view only: the check tries every choice of every option')
  const checked = await checkVendor(vendor, undefined, (check) => {
    if (io.isTerminal) io.err(`\r\u001b[K${check} (${CHECKS.indexOf(check) + 1} of ${CHECKS.length})`)
  })
  if (io.isTerminal) io.err('\r\u001b[K')
  io.out(options.json ? formatJson(checked) : vendorCheckText(checked))
  return checked.checks.some(({ findings }) => findings.length > 0) ? 1 : 0
}
