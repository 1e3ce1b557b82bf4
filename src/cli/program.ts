import { Command, CommanderError, Help } from 'commander'
import { reportOf, UserError } from '../errors.ts'
import { Refusal } from '../finding/finding.ts'
import { failureJson, hintFor } from '../findings-output.ts'
import type { Io } from '../io.ts'
import { formatJson } from '../model/json.ts'
import { sanitize } from '../text/sanitize.ts'
import { VERSION } from '../version.ts'
import { type AnyCommand, type CommandTable, ENVIRONMENT, type ExitCode } from './command.ts'
import { addCommonOptions, descriptionWithDefault, groupOf, inOrder } from './options.ts'
import { safeIo } from './safe-io.ts'

/** Runs one command line of the commands in `table`. Prints through `io` only, and never throws. */
export async function runCommandLine(argv: readonly string[], world: Io, table: CommandTable): Promise<ExitCode> {
  const io = safeIo(world)
  if (argv.length === 0) {
    io.out(WELCOME)
    return 0
  }
  let code: ExitCode = 0
  let program: Command | undefined
  try {
    const [asked = ''] = argv
    // All commands for a line without one, as for the help. The version needs none.
    const names = asked === '--version' ? [] : Object.hasOwn(table, asked) ? [asked] : Object.keys(table)
    program = await withCommands(emptyProgram(argv, io), names, table, io, (result) => {
      code = result
    })
    await program.parseAsync(withKnownCommand(argv, table), { from: 'user' })
    return code
  } catch (error) {
    // Commander has already printed its message. Help and version are not failures.
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    if (wantsJson(argv)) io.out(formatJson(failureJson(error instanceof CommanderError ? usageError(error) : error)))
    if (error instanceof CommanderError) {
      io.err(await adviceFor(error, program, table))
      return 2
    }
    io.err(reportOf(error, io.env))
    if (io.isTerminal && error instanceof Refusal) io.err(hintFor(error.findings))
    return 2
  }
}

/** True if a program reads the output, also of a command line that cannot be parsed. */
const wantsJson = (argv: readonly string[]) =>
  argv.some(
    (word, index) => /^--(?:json|format=json)$/.test(word) || (word === 'json' && argv[index - 1] === '--format'),
  )

const usageError = ({ message }: CommanderError) =>
  new UserError(message.replace(/^error: /, '').split('\n'), { code: 'USAGE' })

/** Advice for a command line that commander refused. */
async function adviceFor({ code }: CommanderError, program: Command | undefined, table: CommandTable): Promise<string> {
  const [command, ...others] = program?.commands.filter((one) => one.name() !== 'help') ?? []
  if (!command || others.length > 0) return '(tagwall --help lists the commands)\n'
  const name = command.name()
  const more = `tagwall ${name} --help has examples and options`
  if (code === 'commander.excessArguments' && command.options.some(({ long }) => long === '--from'))
    return `(a document is given with --from ${sanitize(command.args.at(-1) ?? 'FILE')}; ${more})\n`
  if (code !== 'commander.missingArgument') return `(${more})\n`
  const { command: spec } = await (table[name] as CommandTable[string])()
  const expected = command.registeredArguments.map((argument) => `  ${argument.name()}: ${argument.description}\n`)
  return `${expected.join('')}  for example: ${spec.examples[0]?.[0]}\n(${more})\n`
}

/** The words to parse. Help for an unknown command is the same error as the command itself, with its suggestion. */
function withKnownCommand(argv: readonly string[], table: CommandTable): readonly string[] {
  const [asked = ''] = argv[0] === 'help' ? argv.slice(1) : argv
  const isKnown = asked === '' || asked === 'help' || asked.startsWith('-') || Object.hasOwn(table, asked)
  return isKnown ? argv : [asked]
}

function emptyProgram(argv: readonly string[], io: Io): Command {
  return new Command('tagwall')
    .description('Compiles Azure service tags into firewall rules.')
    .version(VERSION, '--version')
    .exitOverride()
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      getOutHelpWidth: () => io.outColumns ?? 80,
      getErrHelpWidth: () => io.errColumns ?? 80,
      getOutHasColors: () => io.outColor,
      getErrHasColors: () => io.errColor,
      // Commander repeats user input unchanged.
      outputError: (text, write) =>
        write(
          argv.reduce((safe, word) => safe.replaceAll(word, sanitize(word)), text).replace(/^error: /, 'tagwall: '),
        ),
    })
    .helpCommand('help [command]', 'the same as --help')
    .configureHelp({ optionDescription: descriptionWithDefault, groupItems: inGroups })
    .addHelpText('after', `\n${GETTING_STARTED}`)
}

/** Every command of `table`, with its arguments and options. */
export async function commandsOf(table: CommandTable, io: Io): Promise<readonly Command[]> {
  return (await withCommands(new Command(), Object.keys(table), table, io, () => undefined)).commands
}

/** The groups of commander, in the order of tagwall's help. */
const inGroups: Help['groupItems'] = (...given) => inOrder(new Help().groupItems(...given))

async function withCommands(
  program: Command,
  names: readonly string[],
  table: CommandTable,
  io: Io,
  done: (code: ExitCode) => void,
): Promise<Command> {
  for (const name of names) {
    const { command: spec } = await (table[name] as CommandTable[string])()
    const command = spec.flags(program.command(name).summary(spec.summary).description(spec.about))
    if (spec.uses !== 'nothing') addCommonOptions(command)
    for (const one of command.options) one.helpGroup(groupOf(one))
    command.hook('preAction', () => refuseEmpty(command))
    // A writing command first finishes or undoes an interrupted run; the others only tell of it.
    if (spec.uses === undefined)
      command.hook('preAction', async () => {
        const { tellInterruptedRun } = await import('../change/exclusive.ts')
        return tellInterruptedRun(command.optsWithGlobals(), io)
      })
    command.addHelpText('after', moreHelp(spec))
    const argumentCount = command.registeredArguments.length
    command.action(async (...given) => {
      done(await spec.run(given.slice(0, argumentCount), command.optsWithGlobals(), io))
    })
  }
  return program
}

/** Refuses empty values: a script gives one if its variable is not set, and as a path it would mean the working directory. */
function refuseEmpty(command: Command): void {
  const isEmpty = (value: unknown) => [value].flat().includes('')
  const values = command.optsWithGlobals()
  const names = [
    ...command.registeredArguments
      .filter((_, index) => isEmpty(command.processedArgs[index]))
      .map((argument) => `<${argument.name()}>`),
    ...command.options.filter((option) => isEmpty(values[option.attributeName()])).map(({ long }) => long),
  ]
  if (names.length > 0)
    throw new UserError(`the value of ${names.join(', ')} is empty: is a variable of your script not set?`)
}

/** The end of a command's help, after its options: examples, exit codes, environment, and further reading. */
function moreHelp({ examples, exits, environment = [], docs }: AnyCommand): string {
  const codes = [
    ...(exits ?? ['done']).map((what, code) => [String(code), what]),
    ['2', 'error, or refused (by a guard, for example)'],
  ]
  const variables = environment.map((name) => ENVIRONMENT[name])
  return [
    listText('Examples', examples),
    listText('Exit codes', codes),
    variables.length > 0 ? listText('Environment', variables) : '',
    `\nLearn more: tagwall explain ${docs}\n`,
  ].join('')
}

/** A heading, and rows in two columns. */
function listText(heading: string, rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([name = '']) => name.length))
  return `\n${heading}:\n${rows.map(([name = '', what]) => `  ${name.padEnd(width)}   ${what}\n`).join('')}`
}

/** How to start, and where to read on. */
const GETTING_STARTED = `  tagwall build --dry-run   show what it would write for four firewalls, from a shipped snapshot; offline
  tagwall init              create your own policy file and a weekly job, question by question
  tagwall update            the weekly job: get the current document, show the changes, write the rules

  tagwall --help lists the commands, tagwall COMMAND --help has examples and options,
  tagwall explain NAME explains a rule or a finding.
`

/** The output of `tagwall` without arguments. */
export const WELCOME = `tagwall compiles Azure service tags into firewall rules, and proves every line before it is written.

${GETTING_STARTED}`
