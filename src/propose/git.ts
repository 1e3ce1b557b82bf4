import { UserError, unlessFailed } from '../errors.ts'
import { linesText } from '../text/lines.ts'
import { plural } from '../text/numbers.ts'
import { foldersAbove } from './listed-files.ts'
import { changeBetween, type Difference, type Proposal } from './proposal.ts'
import type { Created } from './pull-request.ts'
import { git, gitIf, notPushed, outputs, type Shell } from './shell.ts'

/** A branch at the remote. */
export type RemoteBranch = NonNullable<ReturnType<typeof remoteBranch>>

/** `branch` at `remote`, if it exists, and its difference from the parent commit. */
export function remoteBranch(shell: Shell, remote: string, branch: string) {
  const ref = `refs/heads/${branch}`
  const lines = git(shell, ['ls-remote', '--symref', '--end-of-options', remote, 'HEAD', ref]).split('\n')
  const [commit] = lines.find((line) => line.endsWith(`\t${ref}`))?.split('\t') ?? []
  if (!commit) return undefined
  fetch(shell, remote, ref)
  const message = git(shell, ['log', '-1', '--format=%B', commit])
  return { isDefault: lines.includes(`ref: ${ref}\tHEAD`), commit, message, ...changeOf(shell, commit) }
}

/** The identity of a commit's change, even if no branch at `remote` has it any more; undefined if `remote` does not give it. */
export function remoteIdentity(shell: Shell, remote: string, commit: string): string | undefined {
  return unlessFailed(() => {
    fetch(shell, remote, commit)
    return changeOf(shell, commit).identity
  })
}

function fetch(shell: Shell, remote: string, what: string): void {
  // Two commits show what the last one changed. A depth would make a full checkout shallow, so only use it in a shallow one.
  const isShallow = git(shell, ['rev-parse', '--is-shallow-repository']) === 'true'
  git(shell, [
    ...['fetch', '--quiet', '--no-tags', ...(isShallow ? ['--depth=2'] : [])],
    ...['--end-of-options', remote, what],
  ])
}

function changeOf(shell: Shell, commit: string): Difference {
  const [, parent] = git(shell, ['rev-list', '--parents', '-n', '1', commit]).split(' ')
  return parent ? changeBetween(shell, parent, commit) : { change: '', identity: '' }
}

/**
 * Throws `UserError` if commits of the checkout would go along, because nothing at the remote has them except for `branch` itself.
 * `tracked` is the name of the remote in the checkout, and `remote` where to ask. The last refs that the checkout fetched count too: a
 * shallow clone cannot follow newer ones back.
 */
export function checkPushed(
  shell: Shell,
  { remote, tracked, branch }: { readonly remote: string; readonly tracked: string; readonly branch: string },
  { parent }: Proposal,
): void {
  const asked = git(shell, ['ls-remote', '--heads', '--tags', '--end-of-options', remote])
  const fetched = git(shell, ['for-each-ref', '--format=%(objectname)\t%(refname)', `refs/remotes/${tracked}/`])
  const own = [`refs/heads/${branch}`, `refs/remotes/${tracked}/${branch}`]
  const refs = `${asked}\n${fetched}`.split('\n').map((line) => line.split('\t') as [name: string, ref?: string])
  const names = [...new Set(refs.flatMap(([name, ref = '']) => (own.includes(ref) || name === '' ? [] : [name])))]
  if (names.includes(parent)) return
  // Commits that the checkout does not have cannot be excluded.
  const known = git(shell, ['cat-file', '--batch-check'], { input: linesText(names) })
    .split('\n')
    .flatMap((line) => /^(\S+) (?:commit|tag) /.exec(line)?.[1] ?? [])
  const input = linesText([parent, ...known.map((name) => `^${name}`)])
  const unpushed = git(shell, ['rev-list', '--stdin'], { input }).split('\n').filter(Boolean)
  if (unpushed.length === 0) return
  const subject = git(shell, ['log', '-1', '--no-show-signature', '--format=%h %s', unpushed[0] as string])
  throw notPushed(
    `${plural(unpushed.length, 'commit')} of this checkout would go along, because no other branch at ${tracked} has ${unpushed.length === 1 ? 'it' : 'them'} (${subject}): push your branch first, or check out one that is pushed`,
  )
}

/** Pushes a proposal as the only commit of a branch that is still at `before`; returns it with the merge request that the server named. */
export function push(
  shell: Shell,
  { tree, parent }: Proposal,
  message: string,
  where: { remote: string; branch: string; before: string | undefined; options: readonly string[] },
): Created & { head: string } {
  const { remote, branch, before, options } = where
  const commit = commitOf(shell, tree, parent, message)
  const ref = `refs/heads/${branch}`
  const argv = [
    // Tags and submodules of the checkout stay here, whatever is configured.
    ...['push', '--quiet', '--no-follow-tags', '--recurse-submodules=no', `--force-with-lease=${ref}:${before ?? ''}`],
    ...options.map((option) => `--push-option=${option}`),
    ...['--end-of-options', remote, `${commit}:${ref}`],
  ]
  const said = pushed(shell, branch, argv)
  // GitLab answers a push with the address of its merge request.
  const [, address, number] = /^remote:\s+(https?:\/\/\S+\/merge_requests\/(\d{1,12}))\s*$/m.exec(said) ?? []
  return { head: commit, number, address }
}

function pushed(shell: Shell, branch: string, argv: readonly string[]): string {
  try {
    // The only step with a hook that a person may have set up for it: pre-push.
    const { stdout, stderr } = outputs(shell, 'git', argv, { runsHooks: true })
    return `${stderr}\n${stdout}`
  } catch (error) {
    if (!(error instanceof UserError) || !/stale info|fetch first|cannot lock ref/.test(error.message)) throw error
    throw notPushed(`another run changed the branch ${branch} meanwhile: run propose again`)
  }
}

/** Throws `UserError` if the remote is a mirror, or if another branch stands in the way of the name. */
export function checkRemote(shell: Shell, remote: string, { name, branch }: { name: string; branch: string }): void {
  if (gitIf(shell, ['config', '--type=bool', `remote.${name}.mirror`]) === 'true')
    throw notPushed(
      `the remote ${name} is a mirror, to which git pushes every branch and tag: add a second remote without "mirror", and name it with --remote`,
    )
  const above = foldersAbove(branch).map((folder) => `refs/heads/${folder}`)
  const patterns = [...above, `refs/heads/${branch}/*`]
  const lines = git(shell, ['ls-remote', '--heads', '--end-of-options', remote, ...patterns]).split('\n')
  const inTheWay = lines
    .flatMap((line) => line.split('\t')[1] ?? [])
    .find((ref) => above.includes(ref) || ref.startsWith(`refs/heads/${branch}/`))
  if (inTheWay !== undefined)
    throw notPushed(
      `${name} has a branch ${inTheWay.replace('refs/heads/', '')}, so git can have none that is called ${branch}: rename one, or choose another --branch`,
    )
}

/** Makes the commit, signed if `commit.gpgsign` asks for it, which git itself only heeds in `git commit`. */
function commitOf(shell: Shell, tree: string, parent: string, message: string): string {
  const argv = ['commit-tree', tree, '-p', parent, '-m', message]
  const env = identity(shell)
  const signs = gitIf(shell, ['config', '--type=bool', 'commit.gpgsign']) === 'true'
  if (!signs) return git(shell, argv, { env })
  try {
    return git(shell, [...argv, '-S'], { env })
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw new UserError(
      `commit.gpgsign asks for a signed commit, and signing failed: give the job the key, or set commit.gpgsign to false for it; ${error.message}`,
    )
  }
}

const TAGWALL = { NAME: 'tagwall', EMAIL: 'tagwall@users.noreply.github.com' }

/** The author of the commit: the one that git is configured with, or else tagwall. */
function identity(shell: Shell): Record<string, string> {
  const unknown = ['AUTHOR', 'COMMITTER'].filter((role) => !isKnown(shell, `GIT_${role}_IDENT`))
  return Object.fromEntries(
    unknown.flatMap((role) => Object.entries(TAGWALL).map(([key, value]) => [`GIT_${role}_${key}`, value])),
  )
}

const isKnown = (shell: Shell, ident: string): boolean =>
  gitIf(shell, ['-c', 'user.useConfigOnly=true', 'var', ident]) !== undefined
