import { Argument, Command, CommanderError, Option } from 'commander'
import type { RawOutline } from '../commands/completion.ts'
import { reportOf, UserErrors } from '../errors.ts'
import type { Io } from '../io.ts'
import { FAMILIES } from '../model/address/family.ts'
import { CI_CHOICES, CI_HOST_NAMES } from '../model/ci-host.ts'
import { sanitize } from '../model/text/sanitize.ts'
import { VERSION } from '../version.ts'
import { SHELL_NAMES, type ShellName } from './command-outline.ts'
import { examplesText, WELCOME } from './examples.ts'
import * as option from './options.ts'
import { safeIo } from './safe-io.ts'

/** 0: done. 1: there are differences or findings. 2: it could not or would not run. */
export type ExitCode = 0 | 1 | 2

/** Runs one command line, without the program's name. Prints through `io` only, and never throws. */
export async function run(argv: readonly string[], world: Io): Promise<ExitCode> {
  const io = safeIo(world)
  let code: ExitCode = 0
  if (argv.length === 0) {
    io.out(WELCOME)
    return 0
  }
  const program = programFor(argv, io, (result) => {
    code = result
  })
  try {
    await program.parseAsync(argv, { from: 'user' })
    return code
  } catch (error) {
    // Commander has printed its own message: help and version are no failure.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    io.err(reportOf(error, io.env))
    if (io.isTerminal && error instanceof UserErrors) io.err(error.hint)
    return 2
  }
}

function programFor(argv: readonly string[], io: Io, done: (code: ExitCode) => void): Command {
  const program = new Command('tagwall')
    .description('Compiles Azure service tags into firewall rules.')
    .version(VERSION, '--version')
    .exitOverride()
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      getOutHelpWidth: () => io.outWidth,
      getErrHelpWidth: () => io.errWidth,
      getOutHasColors: () => io.outColor,
      getErrHasColors: () => io.errColor,
      // What somebody typed stands in it as it is.
      outputError: (text, write) =>
        write(
          argv.reduce((safe, word) => safe.replaceAll(word, sanitize(word)), text).replace(/^error: /, 'tagwall: '),
        ),
    })
    .showHelpAfterError('(tagwall --help lists the commands, tagwall COMMAND --help their options)')
    .helpCommand('help [command]', 'the same as --help')
    .configureHelp({ optionDescription: option.descriptionWithDefault })
    .addHelpText('after', MORE)

  const commands: Readonly<Record<string, (command: Command) => Command>> = {
    update: (command) =>
      option
        .addPlaceOptions(
          option.addDocumentOptions(
            command.description(
              'the monthly job: get the document, store the snapshot, say what changed, write the rules',
            ),
          ),
        )
        .addOption(option.exitCode('something changed'))
        .addOption(option.requireProof())
        .addOption(
          new Option(
            '--report <dir>',
            'write title.txt and body.md for a pull request there, and report.html with everything',
          ),
        )
        .action(async (_, command: Command) =>
          done(await (await import('../commands/update.ts')).runUpdate(command.optsWithGlobals(), io)),
        ),
    fetch: (command) =>
      option
        .addDocumentOptions(
          command.description('get the document, check it, store the snapshot, or repair a damaged one of its date'),
        )
        .addOption(option.exitCode('the snapshot changed'))
        .action(async (_, command: Command) =>
          done(await (await import('../commands/fetch.ts')).runFetch(command.optsWithGlobals(), io)),
        ),
    diff: (command) =>
      command
        .description('what changed between two snapshots, in addresses')
        .argument('[old]', 'a date, "previous", "latest", or a file: a snapshot or a published document', 'previous')
        .argument('[new]', 'the same', 'latest')
        .addOption(
          new Option('--all-tags', 'every tag of two published documents, not only those that the policy uses'),
        )
        .addOption(option.allowHost())
        .addOption(
          new Option(
            '--format <format>',
            'text, JSON (as --json), Markdown for a pull request, or a page to look at (default: text)',
          ).choices(['text', 'json', 'markdown', 'html']),
        )
        .addOption(new Option('--all', 'every changed prefix (default: the first 20 a tag)'))
        .addOption(option.exitCode('there are differences'))
        .action(async (older: string, newer: string, _, command: Command) =>
          done(await (await import('../commands/diff.ts')).runDiff(older, newer, command.optsWithGlobals(), io)),
        ),
    build: (command) =>
      option
        .addPlaceOptions(command.description('write the rules of every target of the policy, or of some'))
        .argument('[target...]', 'names of targets; all of them if there is none')
        .addOption(option.snapshot())
        .addOption(option.since())
        .addOption(option.rollback())
        .addOption(option.dryRun())
        .addOption(option.exitCode('a file changed'))
        .addOption(option.requireProof())
        .action(async (targets: string[], _, command: Command) =>
          done(await (await import('../commands/build.ts')).runBuild(targets, command.optsWithGlobals(), io)),
        ),
    emit: (command) =>
      command
        .description('the rules of one vendor, or of one target of the policy, on stdout')
        .argument('<vendor>', 'a vendor, or the name of a target')
        .addOption(option.snapshot())
        .addOption(option.since())
        .addOption(option.rollback())
        .addOption(option.settings())
        .addOption(new Option('--family <family>', 'only the rules of this address family').choices(FAMILIES))
        .addOption(new Option('--model <name>', 'with the limits of this model; tagwall list vendors NAME lists them'))
        .addOption(option.requireProof())
        .addOption(new Option('--part <name>', 'which file, where the vendor makes several'))
        .addOption(
          new Option(
            '--widen <number>',
            'at most so many prefixes a rule and family, at the least price in addresses that are in no tag of the rule',
          ).argParser(option.parseCount),
        )
        .action(async (vendor: string, _, command: Command) =>
          done(await (await import('../commands/emit.ts')).runEmit(vendor, command.optsWithGlobals(), io)),
        ),
    widen: (command) =>
      command
        .description('what fewer prefixes would cost: the addresses that would be allowed beyond the tags')
        .argument('[rule]', 'only this rule of the policy')
        .addOption(
          new Option('--max <number>', 'at most so many prefixes a rule and family').argParser(option.parseCount),
        )
        .addOption(new Option('--curve', 'the price of a range of numbers, as a table and a chart').conflicts('max'))
        .addOption(new Option('--target <name>', 'with the numbers and constraints that this target has'))
        .addOption(new Option('--within <tag>', 'more addresses from this tag first, such as AzureCloud'))
        .addOption(
          new Option('--never <cidr>', 'no more addresses from here (may be repeated)').argParser(option.parseNext),
        )
        .addOption(
          new Option(
            '--min-prefix-length <family=length>',
            'widen no prefix beyond this length (default: ipv4=8 and ipv6=16; may be repeated)',
          ).argParser(option.parseSetting),
        )
        .addOption(option.from())
        .addOption(option.allowHost())
        .addOption(option.snapshot())
        .action(async (rule: string | undefined, _, command: Command) =>
          done(await (await import('../commands/widen.ts')).runWiden(rule, command.optsWithGlobals(), io)),
        ),
    audit: (command) =>
      command
        .description('does this running configuration allow what the policy asks, and no more?')
        .argument('<vendor>', 'a vendor, or the name of a target')
        .argument('<file...>', 'the configuration, or - for stdin; several where a device has several')
        .addOption(option.snapshot())
        .addOption(option.settings())
        .addOption(new Option('--family <family>', 'compare only this address family').choices(FAMILIES))
        .addOption(
          new Option('--since <date>', 'the oldest snapshot to look for on the device (default: all there are)'),
        )
        .addOption(new Option('--all', 'print every prefix, every rule outside the policy, and harmless notes'))
        .addOption(new Option('--strict', 'rules outside the policy are findings too'))
        .addOption(new Option('--baseline <file>', 'accept the findings in this file, and no others'))
        .addOption(new Option('--write-baseline <file>', 'write all findings to this file, and exit with 0'))
        .addOption(new Option('--from-zone <zone>', 'only traffic from this zone or interface'))
        .addOption(new Option('--to-zone <zone>', 'only traffic to this zone or interface'))
        .addOption(new Option('--vsys <name>', 'only this virtual system'))
        .addOption(new Option('--vdom <name>', 'only this virtual domain'))
        .addOption(new Option('--chain <name>', 'begin at this chain'))
        .action(async (vendor: string, files: string[], _, command: Command) =>
          done(await (await import('../commands/audit.ts')).runAudit(vendor, files, command.optsWithGlobals(), io)),
        ),
    lookup: (command) =>
      command
        .description('which tags hold an address or a prefix')
        .argument('<address...>', 'addresses or prefixes')
        .addOption(option.from())
        .addOption(option.allowHost())
        .addOption(option.snapshot())
        .action(async (queries: string[], _, command: Command) =>
          done(await (await import('../commands/lookup.ts')).runLookup(queries, command.optsWithGlobals(), io)),
        ),
    list: (command) =>
      command
        .description('list snapshots, tags, vendors or policies')
        .argument('<what>', 'snapshots, tags, vendors or policies')
        .argument('[name]', 'only this one, in full')
        .addOption(option.from())
        .addOption(option.allowHost())
        .addOption(option.snapshot())
        .action(async (what: string, name: string | undefined, _, command: Command) =>
          done(await (await import('../commands/list.ts')).runList(what, name, command.optsWithGlobals(), io)),
        ),
    explain: (command) =>
      command
        .description('what a rule, a tag, a finding, a guard or a limit is about, and what to do; with sources')
        .argument(
          '[name]',
          'such as AllowMCROutboundAccess, INBOUND_TAG or shrink; without one, what there is to ask for',
        )
        .action(async (name: string | undefined, _, command: Command) =>
          done(await (await import('../commands/explain.ts')).runExplain(name, command.optsWithGlobals(), io)),
        ),
    init: (command) =>
      command
        .description(
          'write a policy file, the CI job that runs every Thursday, and .gitignore lines; asks on a terminal',
        )
        .addOption(
          new Option('--vendor <name>', 'a firewall to write rules for (may be repeated; default: it asks)').argParser(
            option.parseNext,
          ),
        )
        .addOption(
          new Option(
            '--set <vendor.option=value>',
            'an option of a vendor (may be repeated; default: it asks)',
          ).argParser(option.parseSetting),
        )
        .addOption(new Option('--ci <host>', 'where the job runs (default: it asks, else github)').choices(CI_CHOICES))
        .addOption(new Option('--yes', 'ask nothing; anything you leave out keeps the built-in default'))
        .addOption(option.dryRun())
        .action(async (_, command: Command) =>
          done(await (await import('../commands/init.ts')).runInit(command.optsWithGlobals(), io)),
        ),
    aggregate: (command) =>
      command
        .description('the fewest prefixes that hold exactly the same addresses, of CIDRs one a line')
        .argument('[file...]', 'texts, or - for stdin', ['-'])
        .addOption(new Option('--json', 'counts as JSON on stdout, instead of the prefixes'))
        .action(async (files: string[], _, command: Command) =>
          done(await (await import('../commands/aggregate.ts')).runAggregate(files, command.optsWithGlobals(), io)),
        ),
    propose: (command) =>
      command
        .description('for the weekly job: push what changed as one branch, and open or update its one pull request')
        .addOption(new Option('--report <dir>', 'what "tagwall update --report DIR" wrote').makeOptionMandatory())
        .addOption(
          new Option('--to <host>', 'whose pull requests (default: the one that runs the job)').choices(CI_HOST_NAMES),
        )
        .addOption(new Option('--branch <name>', 'the branch, always the same one').default('tagwall/update'))
        .addOption(new Option('--base <branch>', "where it should go (default: the repository's default branch)"))
        .addOption(new Option('--remote <name>', 'where it is pushed').default('origin'))
        .addOption(option.dryRun())
        .action(async (_, command: Command) =>
          done(await (await import('../commands/propose.ts')).runPropose(command.optsWithGlobals(), io)),
        ),
    completion: (command) =>
      command
        .description('the script that makes a shell complete commands, options and names')
        .addArgument(new Argument('<shell>', 'the shell').choices(SHELL_NAMES))
        .action(async (shell: ShellName) =>
          done((await import('../commands/completion.ts')).runCompletion(shell, program.commands.map(outlineOf), io)),
        ),
  }
  // Most runs are of one command and need no other; the completion of a shell, and the help, want all.
  const asked =
    argv[0] !== 'completion' && Object.hasOwn(commands, argv[0] ?? '') ? argv.slice(0, 1) : Object.keys(commands)
  for (const name of asked) {
    const command = commands[name]?.(program.command(name)) as Command
    if (!STANDALONE.includes(name)) {
      option.addCommonOptions(command)
      // Whatever is read next, an interrupted run is finished or undone first.
      if (!WRITING.includes(name))
        command.hook('preAction', async () =>
          (await import('../workflow/exclusive.ts')).settle(command.optsWithGlobals(), io),
        )
    }
    command.addHelpText('after', examplesText(name))
  }
  return program
}

// These take care of an interrupted run themselves, under the lock that they keep.
const WRITING: readonly string[] = ['update', 'fetch', 'build', 'init']

// These know neither policy nor snapshots.
const STANDALONE: readonly string[] = ['aggregate', 'propose', 'completion']

/** A command as a shell completes it. */
const outlineOf = (command: Command): RawOutline => ({
  name: command.name(),
  description: command.description(),
  options: command.options.map((option) => ({
    flag: option.long ?? '',
    description: option.description,
    placeholder: /<([^<>]+)>/.exec(option.flags)?.[1],
    choices: option.argChoices ?? [],
  })),
  arguments: command.registeredArguments.map((argument) => argument.name()),
})

const MORE = `
${WELCOME.slice(WELCOME.indexOf('  tagwall build'))}`
