import { join } from 'node:path'
import { Option } from 'commander'
import type { CommandSpec } from '../cli/command.ts'
import { oneOf, parseNext } from '../cli/options.ts'
import { UserError } from '../errors.ts'
import { writeNewVendor } from '../init/new-vendor.ts'
import type { Io } from '../io.ts'
import { formatJson } from '../model/json.ts'
import { Bar } from '../progress.ts'
import { shellWord } from '../text/sanitize.ts'
import { checkVendor } from '../vendor-check/check-vendor.ts'
import { CHECKS, vendorCheckJson, vendorCheckText } from '../vendor-check/result.ts'
import { openVendor } from '../vendor-check/settings.ts'

interface VendorOptions {
  readonly dir?: string
  readonly only?: readonly string[]
  readonly json?: boolean
  readonly quiet?: boolean
}

/** The tasks for a vendor's folder, by name. */
export const TASKS = { new: runNew, check: runCheck }

export const command: CommandSpec<[task: string, name: string], VendorOptions> = {
  summary: 'start a vendor of your own, or check it: proofs, edited files, hostile names',
  about:
    '"vendor new NAME" writes a small vendor that passes the check, to change step by step. "vendor check DIR" renders many policies, reads the files back, edits them, and looks for edits that the reader does not notice.',
  exits: ['done; no findings', 'there are findings'],
  docs: 'vendor',
  uses: 'nothing',
  examples: [
    ['tagwall vendor new mine --dir my-vendors', 'write a small vendor into my-vendors/mine'],
    ['tagwall vendor check my-vendors/small', 'everything that can be checked by its folder alone'],
    ['tagwall vendor check my-vendors/small --only edits', 'run one check again'],
  ],
  flags: (command) =>
    command
      .argument('<task>', 'new or check')
      .argument('<dir|name>', 'new: the name of the vendor; check: its folder')
      .option('--dir <dir>', 'new: where the folder of the vendor goes (default: the working directory)')
      .option(
        '--only <checks>',
        `check: only these (${CHECKS.join(', ')}; several: repeat it, or separate them with commas)`,
        parseNext,
      )
      .option('--json', 'print the result as JSON')
      .addOption(new Option('--quiet', 'new: print errors only').conflicts('json')),
  run: async ([task, name], options, io) =>
    TASKS[oneOf('task', task, Object.keys(TASKS) as (keyof typeof TASKS)[])](name, options, io),
}

export const newVendorJson = (writtenFiles: readonly string[], next: readonly string[]) => ({ writtenFiles, next })

/** Writes a small vendor, and prints the next steps. */
async function runNew(name: string, { dir = '.', only, json, quiet }: VendorOptions, io: Io): Promise<0> {
  if (only) throw new UserError('--only is for "vendor check" only')
  const written = writeNewVendor(name, dir, io)
  const next = [
    `tagwall vendor check ${shellWord(join(dir, name))}`,
    `tagwall emit ${name} --vendors ${shellWord(dir)}`,
  ]
  if (json) io.out(formatJson(newVendorJson(written, next)))
  else if (!quiet)
    io.out([...written.map((path) => `wrote ${path}`), '', 'next:', ...next.map((line) => `  ${line}`), ''].join('\n'))
  return 0
}

/** Prints the result of each check; 1 with findings. */
async function runCheck(folder: string, options: VendorOptions, io: Io): Promise<0 | 1> {
  if (options.dir !== undefined) throw new UserError('--dir is for "vendor new" only: name the folder of the vendor')
  const only = options.only?.map((name) => oneOf('check', name, CHECKS))
  const vendor = openVendor(folder, io)
  const line = new Bar(io)
  const checked = await checkVendor(vendor, { only }, (check) =>
    line.draw(undefined, `${check} (${CHECKS.indexOf(check) + 1} of ${CHECKS.length})`),
  )
  line.end()
  io.out(options.json ? formatJson(vendorCheckJson(checked)) : vendorCheckText(checked))
  return checked.checks.some(({ findings }) => findings.length > 0) ? 1 : 0
}
