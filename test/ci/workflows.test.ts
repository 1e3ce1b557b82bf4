import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser'
import { parseAction } from '@actions/workflow-parser/actions/action-parser'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { VERSION } from '../../src/version.ts'
import { ROOT } from '../fixtures.ts'
import { checkout, NEWER } from './checkout.ts'

const BRANCH = 'tagwall/update'
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const trace = new NoOperationTraceWriter()

// GitHub's own parser, with its own schema of workflows and actions.
const problemsOf = (file: string, text: string) =>
  (file === 'action.yml' ? parseAction : parseWorkflow)({ name: file, content: text }, trace)
    .context.errors.getErrors()
    .map(({ message }) => message)

describe("by GitHub's own schema", () => {
  test.for(['action.yml', 'docs/ci/github.yml', 'docs/ci/github-action.yml'])('%s is valid', (file) => {
    expect(problemsOf(file, read(file))).toEqual([])
  })

  test.for([
    ['action.yml', 'using: composite', 'using: compost'],
    ['action.yml', 'shell: bash', 'shel: bash'],
    ['docs/ci/github.yml', 'runs-on:', 'run-on:'],
    ['docs/ci/github.yml', 'cron: "23 5 * * 4"', 'crn: x'],
    ['docs/ci/github.yml', 'pull-requests: write', 'pull-requests: yes-please'],
  ])('%s with %j as %j is not, so that the test sees something', ([file, before, after]) => {
    const text = read(file as string)
    expect(text).toContain(before)
    expect(problemsOf(file as string, text.replaceAll(before as string, after as string))).not.toEqual([])
  })
})

describe('all examples', () => {
  const FILES = ['github.yml', 'github-action.yml', 'azure-devops.yml', 'gitlab.yml']
  const text = (file: string) => read(join('docs/ci', file))

  test.for(FILES.filter((file) => file !== 'gitlab.yml'))('%s runs on Thursdays', (file) => {
    expect(text(file)).toMatch(/cron: "\d+ \d+ \* \* 4"/)
  })

  test.for(['github.yml', 'azure-devops.yml', 'gitlab.yml'])('%s installs a version that this one is', (file) => {
    const [, version] = /tagwall@\^([\d.]+)/.exec(text(file)) ?? []
    expect(VERSION.split('.').slice(0, 2)).toEqual(version?.split('.').slice(0, 2))
  })

  test('action.yml does too', () => {
    expect(parse(read('action.yml')).inputs.version.default).toBe(/\^[\d.]+/.exec(text('github.yml'))?.[0])
  })
})

interface Step {
  readonly id?: string
  readonly run?: string
  readonly env?: Record<string, string>
}

/** `${{ inputs.cloud }}` and so on, as the runner would put them in. */
const filled = (text: string, values: Record<string, string>) =>
  text.replaceAll(/\$\{\{ ([\w.-]+) \}\}/g, (_, name) => {
    if (!(name in values)) throw new Error(`nothing for ${name}`)
    return values[name] as string
  })

/** Runs the steps of the action in a checkout, as the runner does, and returns how it ended and what its outputs are. */
function runAction(job: ReturnType<typeof checkout>, given: Record<string, string> = {}, env: NodeJS.ProcessEnv = {}) {
  const { inputs, outputs, runs } = parse(read('action.yml'))
  const values = Object.fromEntries(
    Object.entries(inputs as Record<string, { default: string }>).map(([name, input]) => [
      `inputs.${name}`,
      given[name] ?? input.default,
    ]),
  )
  const found: Record<string, string> = {}
  for (const [index, step] of (runs.steps as Step[]).entries()) {
    if (!step.run) continue
    const file = join(job.home, 'temp', `output-${index}`)
    writeFileSync(file, '')
    const own = Object.entries(step.env ?? {}).map(([name, value]) => [name, filled(value, values)])
    const result = job.run(step.run, { ...Object.fromEntries(own), ...env, GITHUB_OUTPUT: file })
    for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
      const [name, value] = line.split(/=(.*)/s) as [string, string]
      found[`steps.${step.id}.outputs.${name}`] = value
    }
    if (result.status !== 0) return { ...result, outputs: found }
  }
  const named = Object.entries(outputs as Record<string, { value: string }>).map(([name, { value }]) => [
    name,
    filled(value, found),
  ])
  return { status: 0, stderr: '', outputs: Object.fromEntries(named) as Record<string, string> }
}

describe('the steps of the action, executed', () => {
  test('report a change, then that there is none', () => {
    const job = checkout()
    const { status, outputs } = runAction(job)
    expect(job.calls()).toEqual(['npm install --global tagwall@^0.1.0'])
    expect({ status, outputs }).toEqual({
      status: 0,
      outputs: {
        changed: 'true',
        title: readFileSync(join(job.home, 'temp/tagwall-report/title.txt'), 'utf8').trim(),
        'body-file': join(job.home, 'temp/tagwall-report/body.md'),
        'exit-code': '1',
      },
    })
    expect(existsSync(outputs['body-file'] as string)).toBe(true)
    expect(runAction(job).outputs).toMatchObject({ changed: 'false', 'exit-code': '0' })
  })

  test('pass inputs on', () => {
    const job = checkout()
    const { status, stderr, outputs } = runAction(job, { policy: 'arc-kubernets', cloud: 'china', version: '9' })
    expect(job.calls()).toEqual(['npm install --global tagwall@9'])
    expect({ status, outputs }).toEqual({ status: 2, outputs: { 'steps.update.outputs.exit-code': '2' } })
    expect(stderr).toContain('cannot find policy "arc-kubernets"')
    expect(runAction(job, { source: 'api' }).stderr).toContain('--from and --source api exclude each other')
  })

  test('fail if a guard refuses the document, and nothing is written', () => {
    const job = checkout()
    writeFileSync(
      join(job.home, NEWER),
      readFileSync(join(job.home, NEWER), 'utf8').replaceAll('52.60.113', '10.60.113'),
    )
    const { status, stderr } = runAction(job)
    expect(status).toBe(2)
    expect(stderr).toContain('--accept special-use')
    expect(job.git('status', '--porcelain')).toBe('')
  })
})

describe('the example jobs, executed', () => {
  test('GitHub, without the action: a branch and a pull request', () => {
    const job = checkout()
    for (const { run, env } of parse(read('docs/ci/github.yml')).jobs.update.steps as Step[]) {
      if (run)
        expect(
          job.run(run, env && { GH_TOKEN: filled(env.GH_TOKEN as string, { 'github.token': 't' }) }),
        ).toMatchObject({ status: 0 })
    }
    expect(job.calls()).toEqual([
      'npm install --global tagwall@^0.1.0',
      expect.stringMatching(/^gh pr list /),
      expect.stringMatching(/^gh pr create /),
    ])
    expect(job.remote(BRANCH)).not.toBe('')
  })

  test('GitHub, with the action: the same', () => {
    const job = checkout()
    const { outputs } = runAction(job)
    const step = (parse(read('docs/ci/github-action.yml')).jobs.update.steps as (Step & { if?: string })[]).at(-1)
    expect(step?.if).toBe("steps.tagwall.outputs.changed == 'true'")
    expect(outputs.changed).toBe('true')
    expect(job.run(step?.run as string)).toMatchObject({ status: 0 })
    expect(job.calls().at(-1)).toMatch(/^gh pr create /)
  })

  test('Azure Pipelines', () => {
    const job = checkout()
    for (const { script } of parse(read('docs/ci/azure-devops.yml')).steps as { script?: string }[]) {
      if (script) expect(job.run(script)).toMatchObject({ status: 0 })
    }
    expect(job.calls()).toEqual([
      'npm install --global tagwall@^0.1.0',
      expect.stringMatching(/^az repos pr list --detect=true --source-branch=tagwall\/update --status=all /),
      expect.stringMatching(
        /^az repos pr create --detect=true --source-branch=tagwall\/update --title=Azure service tags /,
      ),
    ])
  })

  test('GitLab, with push options', () => {
    const job = checkout()
    const origin = join(job.home, 'origin.git')
    job.git('-C', origin, 'config', 'receive.advertisePushOptions', 'true')
    mkdirSync(join(origin, 'hooks'), { recursive: true })
    writeFileSync(
      join(origin, 'hooks/pre-receive'),
      '#!/bin/sh\nenv | grep ^GIT_PUSH_OPTION | sort > "$STATE/options"\n',
    )
    chmodSync(join(origin, 'hooks/pre-receive'), 0o755)
    job.git('config', `url.${origin}.insteadOf`, 'https://oauth2:secret@gitlab.invalid/group/project.git')
    const { tagwall } = parse(read('docs/ci/gitlab.yml'))
    const env = { GITLAB_TOKEN: 'secret', CI_SERVER_HOST: 'gitlab.invalid', CI_PROJECT_PATH: 'group/project' }
    for (const line of [...tagwall.before_script, ...tagwall.script])
      expect(job.run(line, env)).toMatchObject({ status: 0 })
    const title = readFileSync(join(job.work, 'tagwall-report/title.txt'), 'utf8').trim()
    expect(readFileSync(join(job.home, 'state/options'), 'utf8').split('\n')).toEqual([
      'GIT_PUSH_OPTION_0=merge_request.create',
      `GIT_PUSH_OPTION_1=merge_request.title=${title}`,
      'GIT_PUSH_OPTION_2=merge_request.description=The report is among the artifacts of the job that pushed this branch.',
      'GIT_PUSH_OPTION_COUNT=3',
      '',
    ])
    expect(job.git('diff', '--name-only', 'main', job.remote(BRANCH))).not.toContain('tagwall-report')
  })
})
