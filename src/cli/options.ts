import { type Command, Help, InvalidArgumentError, Option } from 'commander'
import { UserError } from '../errors.ts'
import { CLOUD_NAMES } from '../model/cloud.ts'
import { GUARDS, type GuardName } from '../model/guard.ts'
import { isDate } from '../text/dates.ts'
import { meantOrExpected } from '../text/nearest.ts'

// The options that several commands share, and what their values must be.

/** Defaults that Commander does not know. */
const DEFAULTS: Readonly<Record<string, string>> = {
  '--cloud': "the policy's",
  '--family': 'both',
  '--set': "the vendor's defaults",
  '--from': 'the newest snapshot',
}

/** The help of an option, which ends in its default unless it is nothing or off. */
export function descriptionWithDefault(option: Option): string {
  const text = new Help().optionDescription(option)
  const otherwise = DEFAULTS[option.long ?? '']
  return otherwise === undefined || option.mandatory || /\bdefault: /.test(text)
    ? text
    : `${text} (default: ${otherwise})`
}

/** The groups of the help, in its order; what stands in none is the command's own. */
const GROUPS: Readonly<Record<string, string>> = {
  'Document:': 'from allow-host source subscription location published record accept',
  'Policy:': 'policy snapshots snapshot vendors cloud site family set model',
  'Output:': 'dry-run overwrite allow-outside prune require-proof report json quiet all format part names',
  'CI:': 'exit-code summary',
  'Help:': 'help',
}

/** The groups of options in the order of the help. */
export const inOrder = <T>(groups: Map<string, T>): Map<string, T> => {
  const order = ['Options:', ...Object.keys(GROUPS)]
  return new Map([...groups].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b)))
}

/** The heading under which the help lists an option. */
export function groupOf({ long = '', mandatory }: Option): string {
  if (mandatory) return 'Options:'
  const name = long.replace(/^--/, '')
  return Object.entries(GROUPS).find(([, names]) => names.split(' ').includes(name))?.[0] ?? 'Options:'
}

/** Adds the options of every command that reads a policy and snapshots. */
export function addCommonOptions(command: Command): void {
  command
    .option('--policy <file|name>', 'policy file, or built-in policy (default: tagwall.yaml, else arc-kubernetes)')
    .option(
      '--snapshots <dir>',
      'the folder of the snapshots (default: snapshots, or the shipped ones if there is none)',
    )
    .option('--vendors <dir>', 'a folder with your own vendors')
    .addOption(new Option('--cloud <cloud>', 'use this cloud instead of the one in the policy').choices(CLOUD_NAMES))
    .option('--json', 'print the result as JSON')
}

/** Adds the options of every command that gets a document and stores it. */
export function addDocumentOptions(command: Command): Command {
  return command
    .addOption(from('the current one'))
    .addOption(allowHost())
    .addOption(
      new Option('--source <source>', 'the weekly file, or the Service Tag Discovery API (token in AZURE_ACCESS_TOKEN)')
        .choices(['file', 'api'])
        .default('file'),
    )
    .option('--subscription <id>', 'the subscription for the API')
    .option('--location <name>', 'the region for the API, such as westeurope')
    .option(
      '--published <date>',
      'publication date of the --from document (default: the date in its name, the date of the snapshot with the same content, or today)',
      parseDate,
    )
    .option('--record', 'store the snapshot even if no tag in use changed')
    .option(
      '--accept <guards>',
      `accept for this run a document that these guards refuse (${GUARDS.join(', ')}; separated by commas)`,
      parseGuards,
    )
    .addOption(dryRun())
}

export const from = (otherwise?: string) =>
  new Option(
    '--from <file|url|->',
    `the published document: a file, an https URL, or - for stdin${otherwise ? ` (default: ${otherwise})` : ''}`,
  )
export const allowHost = () =>
  new Option(
    '--allow-host <host>',
    "allow downloads from this host, in addition to Microsoft's (several: repeat it, or separate them with commas)",
  ).argParser(parseNext)
export const snapshot = () => new Option('--snapshot <date|file>', 'the snapshot to use (default: the newest)')
export const since = () =>
  new Option(
    '--since <date|file|git:rev>',
    'write only the commands that update from this older snapshot, lock or commit',
  )
export const rollback = () =>
  new Option('--rollback', 'with --since: write only the commands that go back to that snapshot')
export const requireProof = () =>
  new Option('--require-proof', 'refuse vendors without a reader, whose files cannot be proved')
export const allPrefixes = () =>
  new Option(
    '--all',
    'print every rule, file and prefix (default: what changes, and the first prefixes); with --json, every prefix',
  )
export const settings = () =>
  new Option('--set <key=value>', 'set an option of the vendor (may be repeated)').argParser(parseSetting)
export const narrow = () =>
  new Option(
    '--narrow <key=value>',
    'only this zone, virtual system, chain...; "tagwall list vendors NAME" lists the keys (may be repeated; default: all)',
  ).argParser(parseSetting)
export const site = (what: string) => new Option('--site <name>', what).argParser(parseNext)
export const dryRun = () => new Option('--dry-run', 'do everything except writing')
export const report = () =>
  new Option(
    '--report <dir>',
    'write title.txt and body.md for a pull request, and the full report.html, to this folder',
  )
export const summary = () =>
  new Option(
    '--summary <file>',
    'add the outcome as Markdown to this file, also if the command fails; in a job, the summary of the service',
  )
/** Adds the options of every command that writes the files of targets. */
export function addPlaceOptions(command: Command): Command {
  return command
    .option('--allow-outside', 'allow "out" paths outside the working directory')
    .option('--allow-any-name', 'allow "out" names that begin with a dot, or that CI and build tools run')
    .option('--overwrite', 'replace files that do not look like files of their targets')
}
/** For commands that write: only warnings and errors are printed. */
export const quiet = () => new Option('--quiet', 'print warnings and errors only').conflicts('json')
export const exitCode = (when: string) => new Option('--exit-code', `exit with 1 if ${when}`)

/** `name` as one of `names`. Throws `UserError` for any other, with the closest ones, or all. */
export function oneOf<Name extends string>(what: string, name: string, names: readonly Name[]): Name {
  const found = names.find((one) => one === name)
  if (found !== undefined) return found
  throw new UserError(`unknown ${what} "${name}"${meantOrExpected(name, names)}`)
}

/** Collects the values of an option that may be repeated. No value can contain a comma, so one option may hold several. */
export const parseNext = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...text.split(',').map((value) => value.trim()),
]

export function parseSetting(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [key, value] = text.split(/=(.*)/s)
  if (!key || value === undefined) throw new InvalidArgumentError('Expected KEY=VALUE.')
  const earlier = Object.hasOwn(before, key) ? before[key] : value
  if (earlier !== value) throw new InvalidArgumentError(`"${key}" has one value; "${earlier}" came before.`)
  return { ...before, [key]: value }
}

export function parseDate(text: string): string {
  if (!isDate(text)) throw new InvalidArgumentError('Expected a date as YYYY-MM-DD, such as 2025-11-10.')
  return text
}

export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Expected a number from 1 to 999999.')
  return Number(text)
}

function parseGuards(text: string, before: readonly GuardName[] = []): GuardName[] {
  const names = text.split(',').map((name) => oneOf('guard', name.trim(), GUARDS))
  return GUARDS.filter((name) => names.includes(name) || before.includes(name))
}
