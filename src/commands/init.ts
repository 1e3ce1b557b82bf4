import { isUtf8 } from 'node:buffer'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Option } from 'commander'
import { exclusively, recoverInterruptedRun } from '../change/exclusive.ts'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { openTags } from '../document/open-tags.ts'
import { knownTag, SHIPPED_TAGS } from '../document/tag-names.ts'
import { UserError } from '../errors.ts'
import { checkRoot, type InitJobs, initJobs, type JobOptions } from '../init/init-jobs.ts'
import { DIRECTIONS, ownPolicy, type RuleOptions, ruleOption, type TagNames } from '../init/init-rules.ts'
import { askPolicy, askVendors, type GivenOptions, settleTargets } from '../init/init-targets.ts'
import type { Io, Prompts } from '../io.ts'
import { CLOUD_NAMES, CLOUDS, type Cloud } from '../model/cloud.ts'
import { formatJson } from '../model/json.ts'
import type { Policy } from '../model/policy.ts'
import { builtInPolicies } from '../paths.ts'
import { type CommonOptions, loadPolicy, POLICY_FILES, shownPath, vendorFolders } from '../policy/load.ts'
import { parsePolicy } from '../policy/policy.ts'
import type { PolicyTemplate } from '../policy/policy-template.ts'
import { policyTemplateText } from '../policy/template-text.ts'
import { CI_CHOICES } from '../propose/ci-host.ts'
import { PASSING_FILES } from '../store/journal.ts'
import { checkDrafts, type Draft, writeDrafts } from '../store/write.ts'
import { listVendors, readVendor } from '../vendor/vendor.ts'

export interface InitOptions extends CommonOptions, JobOptions, RuleOptions {
  readonly vendor?: readonly string[]
  /** By `VENDOR.OPTION`. */
  readonly set?: Readonly<Record<string, string>>
  readonly yes?: boolean
  readonly dryRun?: boolean
}

/**
 * Writes a policy file, CI jobs and `.gitignore` lines; all of them, or none. Existing files stay unchanged and are
 * named; only `.gitignore` gets its missing lines.
 */
export const command: CommandSpec<[], InitOptions> = {
  summary: 'write a policy file, CI jobs and .gitignore lines; asks questions on a terminal',
  about:
    'Writes a policy file, the jobs of a CI service, and lines for .gitignore. On a terminal it asks for missing options. It never overwrites a file that differs.',
  docs: 'docs/ci.md',
  uses: 'writes',
  examples: [
    ['tagwall init', 'answer questions on a terminal'],
    ['tagwall init --vendor list --set list.form=sets --ci gitlab', 'ask only for the rest'],
    ['tagwall init --yes --ci none', 'ask nothing, write no CI jobs'],
    ['tagwall init --policy arc-servers --vendor list', 'start from the rules of another policy'],
    ['tagwall init --tag Storage,Sql --ports 443,1433 --vendor list', 'allow other services'],
    ['tagwall init --yes --ci gitlab --package tools/tagwall.tgz', 'the jobs install this file, and need no registry'],
  ],
  flags: (command) =>
    command
      .addOption(
        new Option(
          '--vendor <name>',
          'a firewall to write rules for (several: repeat it, or separate them with commas; default: ask)',
        ).argParser(option.parseNext),
      )
      .addOption(
        new Option('--set <vendor.option=value>', 'an option of a vendor (may be repeated; default: ask)').argParser(
          option.parseSetting,
        ),
      )
      .addOption(
        new Option(
          '--tag <name>',
          'a service tag to allow, in place of the rules of a policy (several: repeat it, or separate them with commas; default: ask)',
        )
          .argParser(option.parseNext)
          .conflicts('policy'),
      )
      .addOption(
        new Option('--ports <list>', 'the TCP ports of these rules (default: ask, else 443)').argParser(
          option.parseNext,
        ),
      )
      .addOption(
        new Option('--direction <direction>', 'the direction of these rules (default: ask, else outbound)').choices(
          DIRECTIONS,
        ),
      )
      .addOption(
        new Option('--local <cidrs>', 'the local addresses of these rules (default: ask, else any)').argParser(
          option.parseNext,
        ),
      )
      .addOption(
        new Option(
          '--from <file|url|->',
          'a published document with the names of the tags (default: the names that ship, without regional ones)',
        ),
      )
      .addOption(new Option('--ci <host>', 'where the jobs run (default: ask, else github)').choices(CI_CHOICES))
      .addOption(
        new Option(
          '--package <file>',
          'the package of tagwall in this repository, from which the jobs install it (default: the tagwall-VERSION.tgz of this version)',
        ),
      )
      .addOption(new Option('--yes', 'ask nothing; anything you leave out keeps the built-in default'))
      .addOption(option.dryRun()),
  run: async (_, options, io) => {
    await recoverInterruptedRun(options, io)
    // Nobody waits for a person: other runs may go on while the questions are open.
    const answers = await ask(options, io)
    return exclusively(options, { createsSnapshots: false }, io, async (home) => write(answers, options, home, io))
  },
}

/** The files that the answers ask for, and the steps that follow. */
interface Answers {
  readonly files: readonly Wanted[]
  /** True for rules of one's own, whose tags the shipped snapshots may lack. */
  readonly isOwn: boolean
  /** The manual steps for the jobs. */
  readonly next: readonly string[]
}

async function ask(options: InitOptions, io: Io): Promise<Answers> {
  checkRoot(options, io)
  const prompts = options.yes ? undefined : await io.prompts?.()
  const { isOwn, file } = existingPolicy(options, io) ?? (await newPolicy(options, prompts, io))
  const jobs = await initJobs(options, prompts, io)
  return { files: [file, ...(jobs?.files.map(jobDraft) ?? [])], isOwn, next: jobs?.next ?? [] }
}

function write(answers: Answers, options: InitOptions, home: string | undefined, io: Io): 0 {
  const { files } = answers
  const appeared = files.find((file) => 'text' in file && existsSync(file.path))
  if (appeared)
    throw new UserError(
      `${shownPath(appeared.path, io)} was made while init asked; nothing was written: run init again`,
    )
  const wanted = [...files, ignoreDraft(io)].filter((draft) => draft !== undefined)
  const drafts = wanted.filter((draft): draft is Draft => 'text' in draft)
  const kept = wanted.filter((draft) => !('text' in draft)).map(({ path }) => shownPath(path, io))
  if (options.dryRun) checkDrafts(drafts)
  else writeDrafts(drafts, home)
  const written = drafts.map(({ path }) => shownPath(path, io))
  if (options.json) io.out(formatJson({ written, kept, dryRun: options.dryRun === true }))
  else io.out(summary(written, kept, answers, options))
  return 0
}

/** A file to write, or an existing one. */
type Wanted = Draft | { readonly path: string }

function existingPolicy(options: InitOptions, io: Io): { isOwn: false; file: Wanted } | undefined {
  const found = POLICY_FILES.find((name) => existsSync(join(io.cwd, name)))
  if (found === undefined) return undefined
  const given = (['policy', 'cloud', 'vendor', 'set'] as const).find((name) => options[name] !== undefined)
  const flag = given ?? ruleOption(options)
  if (flag)
    throw new UserError(
      `${found} exists, and init does not overwrite it: change the file, or remove --${flag}; nothing was written`,
    )
  return { isOwn: false, file: { path: join(io.cwd, found) } }
}

async function newPolicy(
  options: InitOptions,
  prompts: Prompts | undefined,
  io: Io,
): Promise<{ isOwn: boolean; file: Wanted }> {
  const { isOwn, policy } = await startingPolicy(options, prompts, io)
  const folders = vendorFolders(options, io)
  const known = [...listVendors(folders).keys()].map((vendor) => readVendor(vendor, folders))
  const builtIn = (policy.targets.length > 0 ? policy : await loadPolicy({}, io)).targets.map(({ vendor }) => vendor)
  const vendors = options.vendor ?? (prompts ? await askVendors(known, prompts) : options.yes ? builtIn : undefined)
  if (vendors === undefined) {
    const names = known.map((vendor) => vendor.name).join(', ')
    throw new UserError(
      `choose one or more firewalls with --vendor (${names}), or take ${builtIn.join(', ')} with --yes; nothing was written`,
    )
  }
  const chosen = [...new Set(vendors)].map((vendor) => readVendor(vendor, folders, '--vendor'))
  const given: GivenOptions = { set: options.set ?? {}, prompts }
  const template: PolicyTemplate = {
    cloud: policy.cloud,
    policy,
    targets: await settleTargets(chosen, given),
    schema: schemaFor(io),
  }
  const text = policyTemplateText(template)
  // Never write a policy that the next command would refuse.
  parsePolicy(text, 'tagwall.yaml', 'tagwall.yaml')
  return { isOwn, file: { path: join(io.cwd, 'tagwall.yaml'), text, owner: 'init' } }
}

/** The policy whose rules the new one begins with. */
async function startingPolicy(
  options: InitOptions,
  prompts: Prompts | undefined,
  io: Io,
): Promise<{ isOwn: boolean; policy: Policy }> {
  const clouds = CLOUD_NAMES.map((value) => ({ value, hint: CLOUDS[value] }))
  const cloud = options.cloud ?? ((await prompts?.one('Which cloud?', clouds, 'public')) as Cloud | undefined)
  let { policy: name } = options
  let isOwn = ruleOption(options) !== undefined
  if (name === undefined && !isOwn && prompts) {
    name = await askPolicy(await Promise.all(builtInPolicies().map((policy) => loadPolicy({ policy }, io))), prompts)
    isOwn = name === undefined
  }
  if (isOwn) {
    const known = await tagNames(options, cloud, io)
    return { isOwn, policy: await ownPolicy(options, cloud ?? 'public', known, prompts) }
  }
  const policy = await loadPolicy({ policy: name, cloud }, io)
  const bound = policy.rules.find((rule) => rule.targets !== undefined)
  if (bound)
    throw new UserError(
      `${bound.at}: rule "${bound.name}" names its targets, but init writes new ones; copy ${policy.name} and change its targets instead; nothing was written`,
    )
  return { isOwn, policy }
}

async function tagNames({ from }: InitOptions, cloud: Cloud | undefined, io: Io): Promise<TagNames> {
  if (from === undefined) return { names: SHIPPED_TAGS, spelled: knownTag, document: undefined }
  const names = (await openTags({ from, cloud }, io)).tags.map(({ name }) => name)
  const bySmallLetters = new Map(names.map((name) => [name.toLowerCase(), name]))
  return { names, spelled: (tag) => bySmallLetters.get(tag.toLowerCase()), document: from }
}

/** The schema installed next to the policy. The name `tagwall` at a registry may be somebody else's, so no URL has it. */
function schemaFor(io: Io): string | undefined {
  const installed = 'node_modules/tagwall/policies/policy.schema.json'
  return existsSync(join(io.cwd, installed)) ? `./${installed}` : undefined
}

const jobDraft = ({ path, text }: InitJobs['files'][number]): Wanted =>
  text === undefined ? { path } : { path, text, owner: 'init' }

/** `.gitignore` with the missing line; undefined if it has the line already. */
function ignoreDraft(io: Io): Draft | undefined {
  const path = join(io.cwd, '.gitignore')
  // Writing anything else than a file is refused later, with a sentence.
  const bytes = statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path) : Buffer.from('')
  const before = bytes.toString('utf8')
  if (before.split(/\r?\n/).includes(PASSING_FILES)) return undefined
  if (!isUtf8(bytes))
    throw new UserError(
      `.gitignore is not UTF-8, so init cannot add its line: convert the file, or add the line ${PASSING_FILES} yourself; nothing was written`,
    )
  const gap = before === '' ? '' : before.endsWith('\n') ? '\n' : '\n\n'
  const text = `${before}${gap}# tagwall: mutex, journal, temporary files, and the date of the last check\n${PASSING_FILES}\n`
  return { path, text, owner: 'init' }
}

function summary(
  written: readonly string[],
  kept: readonly string[],
  { isOwn, next }: Answers,
  options: InitOptions,
): string {
  const lines = [
    ...written.map((path) => `${options.dryRun ? 'would write' : 'wrote'} ${path}`),
    ...kept.map((path) => `${path} exists: unchanged`),
    '',
    'next:',
    ...(isOwn ? [] : ['  tagwall build     writes the rules of the newest snapshot, offline']),
    '  tagwall update    gets the current document from Microsoft and shows the changes',
    ...(next.length > 0 ? ['  for the jobs, commit these files, and:', ...next.map((step) => `    - ${step}`)] : []),
    ...(options.vendors ? [`  every command needs --vendors ${options.vendors}, also in the jobs`] : []),
  ]
  return `${lines.join('\n')}\n`
}
