import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { throwDenial, UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import { refuseLinkOut } from '../places.ts'
import { loadPolicy } from '../policy/load.ts'
import { parseLock } from '../policy/lock/lock-file.ts'
import { otherLocks } from '../policy/lock/open-lock.ts'
import { LOCK_EXTENSION } from '../store/territory.ts'
import { sha256 } from '../text/hashes.ts'
import { withUnixLines } from '../text/lines.ts'
import { CI_HOST_NAMES, type CiHostName } from './ci-host.ts'
import { webAddressOf, withToken } from './credentials.ts'
import { checkPushed, checkRemote, push, type RemoteBranch, remoteBranch, remoteIdentity } from './git.ts'
import { type ListedFiles, ownLock, parseListed } from './listed-files.ts'
import type { Proposed, PullRequestOutcome } from './outcome.ts'
import { checkRepository, proposalOf } from './proposal.ts'
import { type Created, HOSTS, type Request, shortened } from './pull-request.ts'
import { git, gitIf, notPushed, type Shell } from './shell.ts'

/** The options of `propose`, from the command line. */
export interface ProposeOptions {
  /** The folder that `update --report` wrote. */
  readonly report: string
  readonly to?: CiHostName
  /** By default, `branchOf` the report's policy. */
  readonly branch?: string
  readonly base?: string
  readonly remote: string
  readonly dryRun?: boolean
  /** A file of the CI service. */
  readonly summary?: string
}

type Branched = ProposeOptions & { readonly branch: string }

/** Marks a commit by tagwall, so a commit by somebody else is noticed, and one that somebody changed. */
const markOf = (change: string) => `Proposed-by: tagwall\nProposed-change: ${sha256(change)}`

/**
 * Pushes the files of the report as the only commit of a branch, and updates its pull request, after any earlier run. A pull
 * request that a person closed for the same change stays closed. `isTitle` is true for the titles of reports. Throws `UserError`
 * if the checkout differs from the report, or if the push would include anything else.
 */
export async function propose(asked: ProposeOptions, isTitle: (text: string) => boolean, io: Io): Promise<Proposed> {
  const given: Shell = { cwd: io.cwd, env: io.env }
  const host = HOSTS[asked.to ?? hostOf(io.env)]
  checkRepository(given)
  checkNames(given, asked)
  const texts = textsOf(asked.report, io)
  const branch = asked.branch ?? branchOf(texts.files, io)
  const options = { ...asked, branch }
  if (asked.branch === undefined) checkNames(given, options)
  await checkPolicyEdits(texts.files, io)
  const proposal = proposalOf(given, texts.files, options.report)
  const done = (outcome: Proposed['outcome'], told?: PullRequestOutcome, by?: Created): Proposed => ({
    outcome,
    branch,
    title: texts.title,
    pullRequest: told && by && { outcome: told, number: by.number, address: by.address },
    ignored: proposal.ignored,
  })
  if (proposal.change === '') return done('nothing')
  const { shell, remote } = withToken(given, options.remote, host.token)
  const there = remoteBranch(shell, remote, branch)
  checkRemote(shell, remote, { name: options.remote, branch })
  checkOwner(there, options)
  // The same change of a newer document is no news: dates alone open, push and edit nothing.
  const isThere = there?.identity === proposal.identity
  if (!isThere) checkPushed(shell, { remote, tracked: options.remote, branch }, proposal)
  if (options.dryRun) return done(isThere ? 'there' : 'would push')
  const repository = webAddressOf(given, options.remote)
  const body = shortened(texts.body, host.longestBody)
  const request: Request = { ...texts, body, branch, base: options.base, repository }
  // Checked before the push, so a missing program or token changes nothing.
  const { program, pushOptions } = host
  const known = program?.list(given, request)
  // A person may have deleted the branch of a pull request with it.
  const last = known?.[0]
  if (!there && last?.state === 'closed' && remoteIdentity(shell, remote, last.head) === proposal.identity)
    return done('closed', 'closed', last)
  // A merged commit cannot be merged again, even if its change was taken back.
  const isPushed = isThere && !known?.some(({ state, head }) => state === 'merged' && head === there.commit)
  const { head, ...pushed } = isPushed
    ? { head: there.commit, number: undefined, address: undefined }
    : push(shell, proposal, `${texts.title}\n\n${markOf(proposal.change)}`, {
        remote,
        branch,
        before: there?.commit,
        options: pushOptions?.(request) ?? [],
      })
  const outcome = isPushed ? 'there' : 'pushed'
  if (!program || !known) return pushed.address === undefined ? done(outcome) : done(outcome, 'pushed', pushed)
  const open = known.find(({ state }) => state === 'open')
  if (!open) {
    const closed = known.find((one) => one.state === 'closed' && one.head === head)
    return closed ? done(outcome, 'closed', closed) : done(outcome, 'opened', program.create(given, request))
  }
  // A person gave it another title.
  if (!isTitle(open.title)) return done(outcome, 'kept', open)
  // Its text stays where the commit is of an older document.
  const isOlder = isPushed && there.change !== proposal.change
  const isSame = open.title === request.title && isSameText(open.body, request.body)
  if (!isOlder && !isSame) program.update(given, open.number, request)
  return done(outcome, isOlder || isSame ? 'up to date' : 'updated', open)
}

const BRANCH = 'tagwall/update'

/** `tagwall/update`, or `tagwall/update-office` for office.yaml where other policies have locks in the folder, so none replaces the pull request of another. */
function branchOf(files: ListedFiles, io: Io): string {
  const own = ownLock(files.present)
  const stem = own && basename(own, LOCK_EXTENSION)
  return stem === undefined || stem === 'tagwall' || otherLocks({ shown: own as string }, io).length === 0
    ? BRANCH
    : `${BRANCH}-${stem.replaceAll(NOT_IN_A_BRANCH, '-')}`
}

/** git: https://git-scm.com/docs/git-check-ref-format */
const NOT_IN_A_BRANCH = /[\s~^:?*[\\]|\.\.|@\{/g

/** Services change line ends and trailing space. */
const isSameText = (a: string, b: string) => withUnixLines(a).trim() === withUnixLines(b).trim()

/** Checks the name with git, so it is never taken for an option. */
function checkNames(shell: Shell, { branch, base, remote }: ProposeOptions): void {
  for (const name of [branch, base].filter((name) => name !== undefined)) {
    const problem = notPushed(`"${name}" is not a valid branch name`)
    // git takes HEAD for a valid name of a branch, and then for the default branch in nearly every command.
    if (name.startsWith('-') || name === 'HEAD' || name.startsWith('refs/')) throw problem
    try {
      git(shell, ['check-ref-format', `refs/heads/${name}`])
    } catch (error) {
      throwDenial(error)
      throw problem
    }
  }
  if (branch !== undefined && branch === base)
    throw notPushed(
      `--branch and --base are both ${branch}, and a pull request needs a separate branch: choose another --branch`,
    )
  if (remote.startsWith('-')) throw notPushed(`"${remote}" is not a valid remote name`)
}

function checkOwner(there: RemoteBranch | undefined, { branch, remote }: Branched): void {
  if (there?.isDefault)
    throw notPushed(
      `${branch} is the default branch at ${remote}, and a pull request needs a separate branch: choose another --branch`,
    )
  if (there && !there.message.includes(markOf(there.change)))
    throw notPushed(
      `the branch ${branch} at ${remote} ends with a commit by somebody else, which would be lost: merge or rename the branch, or choose another --branch`,
    )
}

function textsOf(folder: string, io: Io) {
  refuseLinkOut(resolve(io.cwd, folder), io.cwd, `--report ${folder}`)
  const bodyFile = resolve(io.cwd, folder, 'body.md')
  const read = (name: string) => {
    const path = resolve(io.cwd, folder, name)
    const there = lstatSync(path, { throwIfNoEntry: false })
    if (!there) throw new UserError(`cannot find ${path}; run "tagwall update --report ${folder}" first`)
    if (!there.isFile())
      throw new UserError(`${path} is not a regular file; expected the file that "tagwall update" wrote`)
    return readFileSync(path, 'utf8')
  }
  const title = read('title.txt').trim()
  const files = parseListed(read('files.txt'))
  return { title, body: read('body.md'), bodyFile, files }
}

function hostOf(env: Io['env']): CiHostName {
  if (env.GITHUB_ACTIONS) return 'github'
  if (env.TF_BUILD) return 'azure-devops'
  if (env.GITLAB_CI) return 'gitlab'
  throw new UserError(`could not detect the CI service; choose one with --to: ${CI_HOST_NAMES.join(', ')}`)
}

/**
 * Throws `UserError` if the policy of a report, or a file that it includes, has edits that are not committed: the branch would have rules and a
 * lock that do not fit its policy, which the lock names. A built-in policy has no file.
 */
async function checkPolicyEdits(files: ListedFiles, io: Io): Promise<void> {
  const lock = ownLock(files.present)
  if (lock === undefined || !existsSync(resolve(io.cwd, lock))) return
  const { policy } = parseLock(readFileSync(resolve(io.cwd, lock), 'utf8'), lock)
  if (!existsSync(resolve(io.cwd, policy))) return
  const { parts = [] } = await loadPolicy({ policy }, io)
  const shell = { cwd: io.cwd, env: io.env }
  // Says nothing of a file outside the repository, nor of one that git ignores.
  const status = ['--literal-pathspecs', '--no-optional-locks', 'status', '--porcelain', '--untracked-files=all', '--']
  const edited = [policy, ...parts].find((path) => gitIf(shell, [...status, path]))
  if (edited !== undefined)
    throw notPushed(
      `${edited} has edits that are not committed, and the pull request would have their rules without them: commit and push the policy, or undo the edits and run "tagwall update" again`,
    )
}
