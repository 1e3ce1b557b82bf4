import { existsSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { proposalOf, push, type RemoteBranch, remoteBranch, type Shell } from '../emit/git.ts'
import { HOSTS, type Request } from '../emit/pull-request.ts'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import { CI_HOST_NAMES, type CiHostName } from '../model/ci-host.ts'

export interface ProposeOptions {
  /** The folder that `update --report` wrote. */
  readonly report: string
  readonly to?: CiHostName
  readonly branch: string
  readonly base?: string
  readonly remote: string
  readonly dryRun?: boolean
}

// How a branch says that nobody but tagwall has put a commit there.
const MARK = 'Proposed-by: tagwall'

/**
 * Pushes what changed in the working tree as the one commit of a branch, and opens or updates its one pull request. Does
 * nothing when nothing changed, or when the branch holds that change already: a closed pull request stays closed.
 */
export async function runPropose(options: ProposeOptions, io: Io): Promise<0> {
  const shell: Shell = { cwd: io.cwd, env: io.env }
  const host = HOSTS[options.to ?? hostOf(io.env)]
  const { branch, remote } = options
  const proposal = proposalOf(shell, relative(io.cwd, resolve(io.cwd, options.report)))
  if (proposal.change === '') {
    io.err('nothing changed: nothing to propose\n')
    return 0
  }
  const texts = textsOf(options.report, io)
  const there = remoteBranch(shell, remote, branch)
  checkOwner(there, options)
  const isPushed = there?.change === proposal.change
  if (options.dryRun) {
    io.err(isPushed ? `${branch} holds this change already\n` : `would push to ${branch}: ${texts.title}\n`)
    return 0
  }
  const request: Request = { ...texts, branch, base: options.base }
  if (!isPushed) {
    const where = { remote, branch, before: there?.commit, options: host.pushOptions(request) }
    push(shell, proposal, `${texts.title}\n\n${MARK}`, where)
  }
  const open = host.open(shell, branch)
  // Without a push, a pull request that a person closed stays closed; one that was never made (the last run ended early) is made.
  if (open) {
    if (!isPushed) host.update(shell, open, request)
  } else if (!isPushed || !host.exists(shell, branch)) host.create(shell, request)
  io.err(isPushed ? `${branch} holds this change already: nothing to push\n` : `pushed to ${branch}: ${texts.title}\n`)
  return 0
}

function checkOwner(there: RemoteBranch | undefined, { branch, remote }: ProposeOptions): void {
  if (there && !there.message.includes(MARK))
    throw new UserError(
      `the branch ${branch} at ${remote} ends with a commit that is not of tagwall, and would be lost: merge or rename it, or choose another --branch; nothing was pushed`,
    )
}

function textsOf(folder: string, io: Io): { title: string; body: string; bodyFile: string } {
  const [titleFile, bodyFile] = ['title.txt', 'body.md'].map((name) => join(resolve(io.cwd, folder), name)) as [
    string,
    string,
  ]
  const missing = [titleFile, bodyFile].find((path) => !existsSync(path))
  if (missing)
    throw new UserError(
      `there is no ${missing}; run "tagwall update --report ${folder}" before, and propose what it wrote`,
    )
  return { title: readFileSync(titleFile, 'utf8').trim(), body: readFileSync(bodyFile, 'utf8'), bodyFile }
}

function hostOf(env: Io['env']): CiHostName {
  if (env.GITHUB_ACTIONS) return 'github'
  if (env.TF_BUILD) return 'azure-devops'
  if (env.GITLAB_CI) return 'gitlab'
  throw new UserError(`this is none of the CI services that tagwall knows; say with --to: ${CI_HOST_NAMES.join(', ')}`)
}
