import { isUtf8 } from 'node:buffer'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { exclusively } from '../change/exclusive.ts'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import { shownPath } from '../policy/load.ts'
import type { Home } from '../store/home.ts'
import { PASSING_FILES } from '../store/journal.ts'
import { type Draft, writeAndRemove } from '../store/write.ts'
import { checkRoot, initJobs, type JobOptions } from './init-jobs.ts'
import { type NewPolicyOptions, policyFile, type Wanted } from './new-policy.ts'

/** The options of `init`, from the command line. */
export interface InitOptions extends NewPolicyOptions, JobOptions {
  readonly dryRun?: boolean
}

type InitResult = Awaited<ReturnType<typeof runInit>>

/**
 * Writes a policy file, CI jobs and `.gitignore` lines; all of them, or none. Existing files stay unchanged and are
 * named; only `.gitignore` gets its missing lines. Returns the files that are written, or in a dry run would be, those that are left alone, and
 * the steps that remain to be done by hand; `isOwn` for rules of one's own, whose tags the shipped snapshots may lack.
 */
export async function runInit(options: InitOptions, io: Io) {
  await exclusively(options, io, async () => {})
  // Nobody waits for a person: other runs may go on while the questions are open.
  const { files, ...steps } = await ask(options, io)
  return exclusively(options, io, async (home) => ({ ...write(files, home, io), ...steps }))
}

export const initJson = ({ written, kept }: InitResult, { dryRun = false }: InitOptions) => ({
  writtenFiles: written,
  keptFiles: kept,
  dryRun,
})

export function initText({ written, kept, isOwn, next }: InitResult, options: InitOptions): string {
  const lines = [
    ...written.map((path) => `${options.dryRun ? 'would write' : 'wrote'} ${path}`),
    ...kept.map((path) => `${path} exists: unchanged`),
    '',
    'next:',
    ...(isOwn ? [] : ['  tagwall build     writes the rules of the newest snapshot, offline']),
    '  tagwall update    gets the current document from Microsoft and shows the changes',
    ...(next.length > 0 ? ['  for the jobs, commit these files, and:', ...next.map((step) => `    - ${step}`)] : []),
    ...(options.vendors
      ? [`  every command needs --vendors ${options.vendors}, and the jobs TAGWALL_VENDORS: ${options.vendors}`]
      : []),
  ]
  return `${lines.join('\n')}\n`
}

/** The files that the options and the answers of a person ask for. */
async function ask(options: InitOptions, io: Io) {
  checkRoot(options, io)
  const prompts = options.yes ? undefined : await io.prompts?.()
  const { isOwn, file } = await policyFile(options, prompts, io)
  const { files, next } = await initJobs(options, prompts, io)
  return { files: [file, ...files], isOwn, next }
}

function write(files: readonly Wanted[], home: Home | undefined, io: Io) {
  const appeared = files.find((file) => 'text' in file && existsSync(file.path))
  if (appeared)
    throw new UserError(
      `${shownPath(appeared.path, io)} was made while init asked; nothing was written: run init again`,
    )
  const wanted = [...files, ignoreDraft(io)].filter((draft) => draft !== undefined)
  const drafts = wanted.filter((draft): draft is Draft => 'text' in draft)
  const kept = wanted.filter((draft) => !('text' in draft)).map(({ path }) => shownPath(path, io))
  writeAndRemove(drafts, [], home)
  return { written: drafts.map(({ path }) => shownPath(path, io)), kept }
}

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
  const text = `${before}${gap}# tagwall: temporary files, and the date of the last check\n${PASSING_FILES}\n`
  return { path, text, owner: 'init' }
}
