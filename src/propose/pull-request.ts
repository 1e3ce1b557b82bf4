import { UserError } from '../errors.ts'
import type { CiHostName } from '../model/ci-host.ts'
import { output, type Shell } from './git.ts'

/** A pull request as it should be. */
export interface Request {
  readonly title: string
  readonly body: string
  readonly bodyFile: string
  readonly branch: string
  /** Undefined: the repository's default branch. */
  readonly base: string | undefined
}

/** A pull request as the service has it. */
export interface PullRequest {
  readonly number: string
  readonly state: 'open' | 'closed' | 'merged'
  readonly title: string
  readonly body: string
  /** The commit that it ends with. */
  readonly head: string
}

/** How a service is asked for pull requests: through a program of its own, or with the push itself. */
export interface Host {
  pushOptions(request: Request): readonly string[]
  /** Those of a branch, newest first; undefined where the push itself makes them, and nothing can be asked. */
  list(shell: Shell, branch: string): readonly PullRequest[] | undefined
  /** What the service is given as the text. */
  bodyOf(request: Request): string
  create(shell: Shell, request: Request): void
  update(shell: Shell, number: string, request: Request): void
}

// Values are joined to their options with "=", so that none of them can be taken for an option.

const github: Host = {
  pushOptions: () => [],
  list: (shell, branch) => {
    const fields = 'number,state,title,body,headRefOid'
    const argv = ['pr', 'list', `--head=${branch}`, '--state=all', '--limit=100', `--json=${fields}`]
    return entriesOf('gh', output(shell, 'gh', argv)).map((entry) => ({
      number: numberOf('gh', entry.number),
      state: entry.state === 'OPEN' ? 'open' : entry.state === 'MERGED' ? 'merged' : 'closed',
      title: String(entry.title),
      body: String(entry.body),
      head: String(entry.headRefOid),
    }))
  },
  bodyOf: ({ body }) => body,
  create: (shell, { title, bodyFile, branch, base }) =>
    void output(shell, 'gh', [
      ...['pr', 'create', `--head=${branch}`, `--title=${title}`, `--body-file=${bodyFile}`],
      ...(base ? [`--base=${base}`] : []),
    ]),
  update: (shell, number, { title, bodyFile }) =>
    void output(shell, 'gh', ['pr', 'edit', number, `--title=${title}`, `--body-file=${bodyFile}`]),
}

// A description there has at most 4,000 characters.
const AZURE_DESCRIPTION = 4000

const azureDevops: Host = {
  pushOptions: () => [],
  list: (shell, branch) => {
    const fields = 'number:pullRequestId,state:status,title:title,body:description,head:lastMergeSourceCommit.commitId'
    const argv = [
      ...['repos', 'pr', 'list', '--detect=true', `--source-branch=${branch}`, '--status=all', '--top=100'],
      ...[`--query=[].{${fields}}`, '--output=json'],
    ]
    return entriesOf('az', output(shell, 'az', argv)).map((entry) => ({
      number: numberOf('az', entry.number),
      state: entry.state === 'active' ? 'open' : entry.state === 'completed' ? 'merged' : 'closed',
      title: String(entry.title),
      body: String(entry.body ?? ''),
      head: String(entry.head),
    }))
  },
  bodyOf: ({ body }) => shortened(body),
  create: (shell, { title, body, branch, base }) =>
    void output(shell, 'az', [
      ...['repos', 'pr', 'create', '--detect=true', `--source-branch=${branch}`, `--title=${title}`],
      ...[`--description=${shortened(body)}`, ...(base ? [`--target-branch=${base}`] : [])],
    ]),
  update: (shell, number, { title, body }) =>
    void output(shell, 'az', [
      ...['repos', 'pr', 'update', '--detect=true', `--id=${number}`, `--title=${title}`],
      ...[`--description=${shortened(body)}`],
    ]),
}

/** Whole lines of the beginning, as many as a description may have. */
function shortened(body: string): string {
  if (body.length <= AZURE_DESCRIPTION) return body
  const note = '\n\n(shortened; the files of this pull request have the whole change)\n'
  const start = body.slice(0, AZURE_DESCRIPTION - note.length)
  return start.slice(0, Math.max(0, start.lastIndexOf('\n'))) + note
}

// Through push options, so that the image of the job needs no program but git. They hold no line break, so the body cannot
// be in them; one for an open merge request changes it, and without a push nothing is asked.
const gitlab: Host = {
  pushOptions: ({ title, base }) => [
    'merge_request.create',
    `merge_request.title=${title}`,
    'merge_request.description=The report is among the artifacts of the job that pushed this branch.',
    ...(base ? [`merge_request.target=${base}`] : []),
  ],
  list: () => undefined,
  bodyOf: ({ body }) => body,
  create: () => {},
  update: () => {},
}

/** The services, by the name that `--to` takes. */
export const HOSTS: Readonly<Record<CiHostName, Host>> = { github, 'azure-devops': azureDevops, gitlab }

/** A list of objects, as a program printed it. Throws `UserError` when it is something else. */
function entriesOf(program: string, text: string): Record<string, unknown>[] {
  try {
    const entries: unknown = JSON.parse(text)
    if (Array.isArray(entries) && entries.every((entry) => typeof entry === 'object' && entry !== null)) return entries
  } catch {
    // Said below.
  }
  throw new UserError(
    `${program} did not print a list of pull requests as JSON; update ${program}, and run the command again`,
  )
}

function numberOf(program: string, number: unknown): string {
  if (/^\d+$/.test(String(number))) return String(number)
  throw new UserError(
    `${program} printed a pull request without a number; update ${program}, and run the command again`,
  )
}
