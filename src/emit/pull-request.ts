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

/** How a service is asked for pull requests: through a program of its own, or with the push itself. */
export interface Host {
  pushOptions(request: Request): readonly string[]
  /** The number of the open pull request of a branch; empty where there is none, or where nothing can be asked. */
  open(shell: Shell, branch: string): string
  /** Whether there is or was one of that branch, open or not. */
  exists(shell: Shell, branch: string): boolean
  create(shell: Shell, request: Request): void
  update(shell: Shell, number: string, request: Request): void
}

const github: Host = {
  pushOptions: () => [],
  open: (shell, branch) => listOnGithub(shell, branch, 'open'),
  exists: (shell, branch) => listOnGithub(shell, branch, 'all') !== '',
  create: (shell, { title, bodyFile, branch, base }) =>
    void output(shell, 'gh', [
      ...['pr', 'create', '--head', branch, '--title', title, '--body-file', bodyFile],
      ...(base ? ['--base', base] : []),
    ]),
  update: (shell, number, { title, bodyFile }) =>
    void output(shell, 'gh', ['pr', 'edit', number, '--title', title, '--body-file', bodyFile]),
}

const listOnGithub = (shell: Shell, branch: string, state: string) =>
  output(shell, 'gh', [
    ...['pr', 'list', '--head', branch, '--state', state, '--limit', '1'],
    ...['--json', 'number', '--jq', '.[].number'],
  ])

// A description there has at most 4,000 characters.
const AZURE_DESCRIPTION = 4000

const azureDevops: Host = {
  pushOptions: () => [],
  open: (shell, branch) => listOnAzure(shell, branch, 'active'),
  exists: (shell, branch) => listOnAzure(shell, branch, 'all') !== '',
  create: (shell, { title, body, branch, base }) =>
    void output(shell, 'az', [
      ...['repos', 'pr', 'create', '--detect', 'true', '--source-branch', branch, '--title', title],
      ...['--description', shortened(body), ...(base ? ['--target-branch', base] : [])],
    ]),
  update: (shell, number, { title, body }) =>
    void output(shell, 'az', [
      ...['repos', 'pr', 'update', '--detect', 'true', '--id', number, '--title', title],
      ...['--description', shortened(body)],
    ]),
}

const listOnAzure = (shell: Shell, branch: string, status: string) =>
  output(shell, 'az', [
    ...['repos', 'pr', 'list', '--detect', 'true', '--source-branch', branch, '--status', status, '--top', '1'],
    ...['--query', '[].pullRequestId', '--output', 'tsv'],
  ])

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
  open: () => '',
  exists: () => true,
  create: () => {},
  update: () => {},
}

/** The services, by the name that `--to` takes. */
export const HOSTS: Readonly<Record<CiHostName, Host>> = { github, 'azure-devops': azureDevops, gitlab }
