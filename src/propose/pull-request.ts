import { UserError, unlessFailed } from '../errors.ts'
import type { CiHostName } from './ci-host.ts'
import type { GitToken } from './credentials.ts'
import { output, type Shell } from './shell.ts'

/** The desired pull request. */
export interface Request {
  readonly title: string
  readonly body: string
  readonly bodyFile: string
  readonly branch: string
  /** Undefined: the repository's default branch. */
  readonly base: string | undefined
  /** The https address of the repository, if the remote has one. */
  readonly repository: string | undefined
}

/** A new pull request. The service may say neither. */
export interface Created {
  readonly number: string | undefined
  /** For a browser. */
  readonly address: string | undefined
}

/** An existing pull request. */
export interface PullRequest extends Created {
  readonly number: string
  readonly state: 'open' | 'closed' | 'merged'
  readonly title: string
  readonly body: string
  /** The last commit. */
  readonly head: string
}

/** How to manage pull requests at a service: with its program, or with push options. */
export interface Host {
  /** How git gets the right to push. */
  readonly token: GitToken
  /** The most characters of a text; absent if a report always fits. */
  readonly longestBody?: number
  /** For a service whose pull requests the push itself creates. */
  pushOptions?(request: Request): readonly string[]
  readonly program?: Program
}

/** A program that manages pull requests. */
export interface Program {
  /** The pull requests of the branch of a request in this repository, newest first. */
  list(shell: Shell, request: Request): readonly PullRequest[]
  create(shell: Shell, request: Request): Created
  update(shell: Shell, number: string, request: Request): void
}

// Values are joined to their options with "=", so no value is taken for an option.
// The services list by the name of a branch only, and a fork may have a branch of the same name.

const gh: Program = {
  list: (shell, { branch }) => {
    const fields = 'number,url,state,title,body,headRefOid,isCrossRepository'
    const argv = ['pr', 'list', `--head=${branch}`, '--state=all', '--limit=100', `--json=${fields}`]
    const entries = entriesOf('gh', output(shell, 'gh', argv)).filter(({ isCrossRepository }) => !isCrossRepository)
    return entries.map((entry) => ({
      number: numberOf('gh', entry.number),
      address: isAddress(entry.url) ? entry.url : undefined,
      state: entry.state === 'OPEN' ? 'open' : entry.state === 'MERGED' ? 'merged' : 'closed',
      title: String(entry.title),
      body: String(entry.body),
      head: String(entry.headRefOid),
    }))
  },
  create: (shell, { title, bodyFile, branch, base }) =>
    createdAt(
      output(shell, 'gh', [
        ...['pr', 'create', `--head=${branch}`, `--title=${title}`, `--body-file=${bodyFile}`],
        ...(base ? [`--base=${base}`] : []),
      ]),
    ),
  update: (shell, number, { title, bodyFile }) =>
    void output(shell, 'gh', ['pr', 'edit', number, `--title=${title}`, `--body-file=${bodyFile}`]),
}

const az: Program = {
  list: (shell, request) => {
    const fields =
      'number:pullRequestId,state:status,title:title,body:description,head:lastMergeSourceCommit.commitId,fork:forkSource'
    const argv = [
      ...['repos', 'pr', 'list', '--detect=true', `--source-branch=${request.branch}`, '--status=all', '--top=100'],
      ...[`--query=[].{${fields}}`, '--output=json'],
    ]
    const entries = entriesOf('az', output(shell, 'az', argv)).filter(({ fork }) => !fork)
    return entries.map((entry) => {
      const number = numberOf('az', entry.number)
      return {
        number,
        address: azureAddress(number, request),
        state: entry.state === 'active' ? 'open' : entry.state === 'completed' ? 'merged' : 'closed',
        title: String(entry.title),
        body: String(entry.body ?? ''),
        head: String(entry.head),
      }
    })
  },
  create: (shell, request) => {
    const { title, body, branch, base } = request
    const id = output(shell, 'az', [
      ...['repos', 'pr', 'create', '--detect=true', `--source-branch=${branch}`, `--title=${title}`],
      ...[`--description=${body}`, ...(base ? [`--target-branch=${base}`] : [])],
      ...['--query=pullRequestId', '--output=json'],
    ]).trim()
    const number = /^\d+$/.test(id) ? id : undefined
    return { number, address: number && azureAddress(number, request) }
  },
  update: (shell, number, { title, body }) =>
    void output(shell, 'az', [
      ...['repos', 'pr', 'update', '--detect=true', `--id=${number}`, `--title=${title}`, `--description=${body}`],
    ]),
}

/** https://dev.azure.com/ORGANIZATION/PROJECT/_git/REPOSITORY/pullrequest/NUMBER */
export const azureAddress = (number: string, { repository }: Pick<Request, 'repository'>): string | undefined =>
  repository?.includes('/_git/') ? `${repository}/pullrequest/${number}` : undefined

const SHORTENED = '\n\n(shortened; the files of this pull request have the whole change)\n'
const [CODE_END, FOLD_END] = ['\n```', '\n\n</details>']

/** The first lines of a text that fit into `longest` characters, with the ends of the blocks that they begin, so the note is seen. */
export function shortened(body: string, longest = Number.POSITIVE_INFINITY): string {
  if (body.length <= longest) return body
  const room = longest - SHORTENED.length - CODE_END.length - FOLD_END.length
  const start = body.slice(0, Math.max(0, body.lastIndexOf('\n', room - 1)))
  const count = (pattern: RegExp) => start.match(pattern)?.length ?? 0
  const codeEnd = count(/^```/gm) % 2 === 1 ? CODE_END : ''
  const foldEnd = count(/^<details/gm) > count(/^<\/details>/gm) ? FOLD_END : ''
  return `${start}${codeEnd}${foldEnd}${SHORTENED}`
}

/** The services, by their names in `--to`. */
export const HOSTS: Readonly<Record<CiHostName, Host>> = {
  github: { token: { variable: 'GH_TOKEN', user: 'x-access-token' }, program: gh },
  // Any user name will do.
  'azure-devops': { token: { variable: 'AZURE_DEVOPS_EXT_PAT', user: 'tagwall' }, longestBody: 4000, program: az },
  gitlab: {
    token: { variable: 'GITLAB_TOKEN', user: 'oauth2' },
    // So the job's image only needs git. They cannot contain line breaks, so the body is left out. They also update an open merge request;
    // without a push nothing happens.
    pushOptions: ({ title, base }) => [
      'merge_request.create',
      `merge_request.title=${title}`,
      'merge_request.description=The report is among the artifacts of the job that pushed this branch.',
      ...(base ? [`merge_request.target=${base}`] : []),
    ],
  },
}

/** `gh pr create` prints the address of the new one, on its last line. */
function createdAt(text: string): Created {
  const address = text.trim().split(/\s/).at(-1) ?? ''
  const [, number] = /^https:\/\/\S{1,500}\/pull\/(\d{1,12})$/.exec(address) ?? []
  return number === undefined ? { number, address: undefined } : { number, address }
}

const isAddress = (value: unknown): value is string => typeof value === 'string' && /^https?:\/\/\S+$/.test(value)

/** Parses the list of objects that a program printed. Throws `UserError` for anything else. */
function entriesOf(program: string, text: string): Record<string, unknown>[] {
  const entries: unknown = unlessFailed(() => JSON.parse(text))
  if (Array.isArray(entries) && entries.every((entry) => typeof entry === 'object' && entry !== null)) return entries
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
