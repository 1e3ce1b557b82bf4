import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { ROOT } from '../fixtures.ts'
import type { checkout } from './checkout.ts'

/** A step of a job, as GitHub and Azure Pipelines write it. */
export interface Step {
  readonly id?: string
  readonly name?: string
  readonly if?: string
  readonly uses?: string
  readonly run?: string
  readonly env?: Record<string, string>
  readonly with?: Record<string, string>
}

/** A step of Azure Pipelines. */
interface AzureStep {
  readonly script?: string
  readonly publish?: string
  readonly download?: string
  readonly artifact?: string
  readonly condition?: string
  readonly env?: Record<string, string>
}

interface Script {
  readonly run: string
  readonly env: Record<string, string>
  /** Runs also if one before it failed. */
  readonly always?: boolean
}

/** A job: what its service runs, each in a shell of its own. */
interface Job {
  readonly scripts: readonly Script[]
  /** The file of the checkout or of the temporary folder that its service shows. */
  readonly summary: string
}

/** The words of a service for a token, and for folders. */
const VALUES: Readonly<Record<string, string>> = {
  '${{ github.token }}': 'a-token',
  '$(System.AccessToken)': 'a-token',
  '${{ runner.temp }}': '$RUNNER_TEMP',
  '$(Agent.TempDirectory)': '$AGENT_TEMPDIRECTORY',
}
const filled = (text: string) =>
  Object.entries(VALUES).reduce((all, [word, value]) => all.replaceAll(word, value), text)

const keep = (path: string) =>
  `mkdir -p "$STATE/artifact" && cp -r ${filled(path).trim().split('\n').join(' ')} "$STATE/artifact"`
const get = (folder: string) => `cp -r "$STATE/artifact/tagwall-report" "${folder}"`

/** The jobs of a parsed workflow. */
export function onGitHub({ env: all = {}, jobs }: { env?: Record<string, string>; jobs: object }): Job[] {
  return Object.values(jobs as Record<string, { env?: Record<string, string>; steps: Step[] }>).map(
    ({ env, steps }) => ({
      summary: 'temp/step-summary',
      scripts: steps.flatMap(({ uses = '', run, with: given, env: own, if: condition }): Script[] => {
        const script = uses.startsWith('actions/upload-artifact@')
          ? keep(given?.path as string)
          : uses.startsWith('actions/download-artifact@')
            ? get(filled(given?.path as string))
            : run
        return script === undefined
          ? []
          : [{ run: script, env: { ...all, ...env, ...own }, always: condition?.includes('cancelled()') === true }]
      }),
    }),
  )
}

interface AzurePipeline {
  readonly variables: Record<string, string>
  /** Those of the only job, if `jobs` is missing. */
  readonly steps?: readonly AzureStep[]
  readonly jobs?: readonly { readonly steps: readonly AzureStep[] }[]
}

function onAzure({ variables, steps = [], jobs = [{ steps }] }: AzurePipeline): Job[] {
  return jobs.map(({ steps }) => ({
    summary: 'temp/tagwall.md',
    scripts: steps.flatMap(({ script, publish, download, env, condition }): Script[] => {
      const run = publish ? keep(publish) : download ? get('$PIPELINE_WORKSPACE/tagwall-report') : script
      return run === undefined
        ? []
        : [{ run, env: { ...variables, ...env }, always: condition === 'succeededOrFailed()' }]
    }),
  }))
}

interface GitLabJob {
  readonly script: readonly string[]
  readonly variables: Record<string, string>
  readonly environment?: { readonly name: string }
  readonly artifacts?: { readonly paths: readonly string[] }
  readonly needs?: readonly string[]
}

/** One shell runs all lines of a job. Only a job of the environment gets the token. */
function onGitLab(jobs: Record<string, GitLabJob>): Job[] {
  return Object.values(jobs).map(({ script, variables, environment, artifacts, needs }) => ({
    summary: 'work/tagwall.md',
    scripts: [
      ...(needs ? [{ run: get('tagwall-report'), env: {} }] : []),
      {
        run: script.join('\n'),
        env: { ...variables, ...(environment?.name === 'tagwall' && { GITLAB_TOKEN: 'a-token' }) },
      },
      // Those that are missing are a warning.
      ...(artifacts
        ? [{ run: `${keep(artifacts.paths.join('\n'))} 2> /dev/null || true`, env: {}, always: true }]
        : []),
    ],
  }))
}

/** The scripts of all jobs of a file in docs/ci, with the environment that its service gives to each. */
export function jobsOf(file: string): readonly Job[] {
  const text = parse(readFileSync(join(ROOT, 'docs/ci', file), 'utf8'))
  return (file.startsWith('github') ? onGitHub : file.startsWith('azure') ? onAzure : onGitLab)(text)
}

/** What runs a script, such as the shell of a checkout. */
type Run = ReturnType<typeof checkout>['run']

/**
 * Runs jobs as their service does, each in a new checkout of what is committed, to the first that fails. Returns how they ended, what
 * they printed, and the summaries that the service shows.
 */
export function runJobs(
  job: ReturnType<typeof checkout>,
  jobs: readonly Job[],
  about: Record<string, string> = {},
  run: Run = job.run,
) {
  const all = { status: 0 as number | null, stdout: '', stderr: '', summary: '' }
  for (const { scripts, summary } of jobs) {
    if (all.status !== 0) break
    job.fresh()
    rmSync(join(job.home, 'temp'), { recursive: true })
    mkdirSync(join(job.home, 'temp'))
    for (const { run: script, env, always } of scripts) {
      if (all.status !== 0 && !always) continue
      const { status, stdout, stderr } = run(script, {
        ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, filled(value)])),
        ...about,
      })
      all.status ||= status
      all.stdout += stdout
      all.stderr += stderr
    }
    const shown = join(job.home, summary)
    all.summary += existsSync(shown) ? readFileSync(shown, 'utf8') : ''
  }
  return all
}
