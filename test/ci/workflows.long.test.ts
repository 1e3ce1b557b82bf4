import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser'
import { parseAction } from '@actions/workflow-parser/actions/action-parser'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { PACKAGE_FILE } from '../../src/init/init-jobs.ts'
import { VERSION } from '../../src/version.ts'
import { folderWith } from '../cli/harness.ts'
import { ROOT } from '../fixtures.ts'
import { checkout, NEWER, OLDER } from './checkout.ts'
import { jobsOf, runJobs, type Step } from './jobs.ts'

const BRANCH = 'tagwall/update'
/** Releases of actions, each with the commit of its tag as `git show-ref --tags` of its repository has it. */
const COMMITS = [
  'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1',
  'actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0',
  'actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0',
  'actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1',
  'actions/cache@55cc8345863c7cc4c66a329aec7e433d2d1c52a9 # v6.1.0',
  'actions/attest@1e69f48acb82d1966a394da916b4c1698aa569d6 # v4.2.2',
  'actions/create-github-app-token@1b10c78c7865c340bc4f6099eb2f838309f1e8c3 # v3.1.1',
]
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const trace = new NoOperationTraceWriter()

// GitHub's own parser, with its own schema of workflows and actions.
const problemsOf = (file: string, text: string) =>
  (file === 'action.yml' ? parseAction : parseWorkflow)({ name: file, content: text }, trace)
    .context.errors.getErrors()
    .map(({ message }) => message)

const WORKFLOWS = ['docs/ci/github.yml', 'docs/ci/github-action.yml', 'docs/ci/github-policies.yml']
/** Plans a pull request. */
const PLAN = 'docs/ci/github-plan.yml'
const GITHUB_PLANS = [PLAN, 'docs/ci/github-policies-plan.yml']
/** The workflows of this repository. */
const OWN = ['.github/workflows/test.yml', '.github/workflows/publish.yml']

describe("by GitHub's own schema", () => {
  test.for(['action.yml', ...WORKFLOWS, ...GITHUB_PLANS, ...OWN])('%s is valid', (file) => {
    expect(problemsOf(file, read(file))).toEqual([])
  })

  test.for([
    ['action.yml', 'using: composite', 'using: compost'],
    ['action.yml', 'shell: bash', 'shel: bash'],
    ['docs/ci/github.yml', 'runs-on:', 'run-on:'],
    ['docs/ci/github.yml', 'cron: "23 5 * * 4"', 'crn: x'],
    ['docs/ci/github.yml', 'pull-requests: write', 'pull-requests: yes-please'],
    [PLAN, 'on: pull_request', 'on: pull_requested'],
    ['.github/workflows/publish.yml', 'id-token: write', 'id-tokens: write'],
    ['.github/workflows/test.yml', 'matrix:', 'matrices:'],
  ])('%s with %j as %j is not, so that the test sees something', ([file, before, after]) => {
    const text = read(file as string)
    expect(text).toContain(before)
    expect(problemsOf(file as string, text.replaceAll(before as string, after as string))).not.toEqual([])
  })
})

const WEEKLY = ['github.yml', 'github-action.yml', 'github-policies.yml', 'azure-devops.yml', 'gitlab.yml']
const PLANS = ['github-plan.yml', 'azure-devops-plan.yml', 'gitlab-plan.yml']
const FILES = [...WEEKLY, ...PLANS, 'github-policies-plan.yml']
const INSTALLED = `npm install --global --offline --ignore-scripts --no-audit --no-fund ./${PACKAGE_FILE}`

describe('all examples', () => {
  const text = (file: string) => read(join('docs/ci', file))

  test.for(WEEKLY.filter((file) => file !== 'gitlab.yml'))('%s runs on Thursdays', (file) => {
    expect(text(file)).toMatch(/cron: "\d+ \d+ \* \* 4"/)
  })

  test('all weekly jobs run by hand too', () => {
    expect(Object.keys(parse(text('github.yml')).on)).toEqual(['schedule', 'workflow_dispatch'])
    expect(Object.keys(parse(text('github-action.yml')).on)).toEqual(['schedule', 'workflow_dispatch'])
    expect(Object.keys(parse(text('github-policies.yml')).on)).toEqual(['schedule', 'workflow_dispatch'])
    // A pipeline of Azure always has a button, unless its file is for templates only.
    expect(parse(text('azure-devops.yml'))).toMatchObject({ trigger: 'none', jobs: expect.anything() })
    expect(parse(text('gitlab.yml')).tagwall.rules).toEqual([
      { if: '$CI_PIPELINE_SOURCE == "schedule"' },
      { if: '$CI_PIPELINE_SOURCE == "web"', when: 'manual', allow_failure: true },
    ])
  })

  test.for(['docs/ci/github.yml', 'docs/ci/gitlab.yml', 'docs/ci/azure-devops.yml', 'action.yml'])(
    '%s keeps the record of the last check in the cache of its service',
    (file) => {
      expect(read(file)).toMatch(/(?:uses: actions\/cache@|cache:|task: Cache@2)[^-]*?tagwall-checked/s)
      expect(read(file)).toContain('snapshots/')
      expect(read(file)).toContain('.tagwall-checked.json')
    },
  )

  // A branch that nobody reviewed writes no record.
  test.for(PLANS)('%s keeps nothing', (file) => {
    expect(text(file)).not.toMatch(/actions\/cache|Cache@|tagwall-checked/)
  })

  test.for([...FILES.map((file) => `docs/ci/${file}`), 'action.yml'])(
    '%s installs this version, from a file',
    (file) => {
      expect([...new Set(read(file).match(/\btagwall-[\d.]+\.tgz\b/g))]).toEqual([PACKAGE_FILE])
      // Nothing that npm would look up by a name.
      expect(read(file)).not.toMatch(/\b(?:npx\b|npm (?:exec|i|add|ci)\b|tagwall@(?!COMMIT))/)
      for (const [, words] of read(file).matchAll(/npm install (.*)/g))
        expect(words).toMatch(/ "\.\/\$TAGWALL_PACKAGE"$/)
    },
  )
})

describe('what a security team asks of a workflow', () => {
  test.for([...WORKFLOWS, ...GITHUB_PLANS, ...OWN, 'action.yml'])(
    '%s pins actions by commit, with the tag in a comment',
    (file) => {
      const uses = [...read(file).matchAll(/uses: (.*)/g)].map(([, action]) => action as string)
      expect(uses.length).toBeGreaterThan(0)
      for (const action of uses.filter((one) => !/^(OWNER\/tagwall@COMMIT$|\.\/)/.test(one)))
        expect(COMMITS).toContain(action)
    },
  )

  test.for(WORKFLOWS)('%s lets only the job that proposes write, and gives the token to one step of it', (file) => {
    const { permissions, jobs } = parse(read(file))
    expect(permissions).toEqual({})
    expect(Object.keys(jobs)).toEqual(['update', 'propose'])
    expect(jobs.update.permissions).toEqual({ contents: 'read' })
    expect(jobs.propose.permissions).toEqual({ contents: 'write', 'pull-requests': 'write' })
    const steps = Object.values(jobs as Record<string, { steps: Step[] }>).flatMap((job) => job.steps)
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))
    expect(checkouts.map((step) => step.with)).toEqual([
      { 'persist-credentials': false },
      { 'persist-credentials': false },
    ])
    const withToken = steps.filter((step) => JSON.stringify(step).includes('github.token'))
    expect(withToken.map(({ name }) => name)).toEqual(['Propose the change'])
    expect(jobs.propose.steps).toContain(withToken[0])
  })

  test('what plans a pull request may only read, and sees no secret', () => {
    for (const { on, permissions, jobs } of GITHUB_PLANS.map((file) => parse(read(file)))) {
      // Not "pull_request_target", which would give the rights of this repository to that code.
      expect({ on, permissions }).toEqual({ on: 'pull_request', permissions: {} })
      expect(jobs.plan.permissions).toEqual({ contents: 'read' })
      expect(jobs.plan.steps[0].with).toEqual({ 'fetch-depth': 0, 'persist-credentials': false })
    }
    expect(parse(read('docs/ci/azure-devops-plan.yml'))).toMatchObject({ trigger: 'none', pr: expect.anything() })
    expect(parse(read('docs/ci/azure-devops-plan.yml')).steps[0]).toEqual({
      checkout: 'self',
      fetchDepth: 0,
      persistCredentials: false,
    })
    const { rules, variables } = parse(read('docs/ci/gitlab-plan.yml'))['tagwall-plan']
    expect(rules).toEqual([{ if: '$CI_PIPELINE_SOURCE == "merge_request_event"' }])
    expect(variables.GIT_DEPTH).toBe('0')
    for (const file of FILES.filter((file) => file.endsWith('-plan.yml')))
      expect(read(`docs/ci/${file}`)).not.toMatch(/secrets\.|token: |_TOKEN|AccessToken/i)
  })

  test('the comment of docs/ci.md fits into the workflow, for branches of this repository only, and runs nothing of them', () => {
    const [, block = ''] = /^```yaml\n( {2}comment:\n[\s\S]*?)^```$/m.exec(read('docs/ci.md')) ?? []
    const whole = `${read(PLAN)}${block}`
    expect(problemsOf(PLAN, whole)).toEqual([])
    const { needs, permissions, steps, ...job } = parse(whole).jobs.comment
    expect({ needs, permissions, if: job.if }).toEqual({
      needs: 'plan',
      permissions: { actions: 'read', 'pull-requests': 'write' },
      if: 'github.event.pull_request.head.repo.full_name == github.repository',
    })
    expect((steps as Step[]).map(({ run = '' }) => run.match(/^gh .*?(?= --)/gm))).toEqual([
      ['gh run download "$GITHUB_RUN_ID"', 'gh pr comment "$NUMBER"'],
    ])
  })

  test('neither do the other weekly jobs keep a token in the checkout', () => {
    const { jobs } = parse(read('docs/ci/azure-devops.yml'))
    for (const { steps } of jobs) expect(steps[0]).toEqual({ checkout: 'self', persistCredentials: false })
    const steps: object[] = jobs.flatMap((job: { steps: object[] }) => job.steps)
    expect(steps.filter((step) => JSON.stringify(step).includes('AccessToken'))).toHaveLength(1)
    expect(read('docs/ci/gitlab.yml')).not.toMatch(/set-url/)
    // GitLab gives a variable with this scope to no other job.
    const { tagwall, 'tagwall-propose': propose } = parse(read('docs/ci/gitlab.yml'))
    expect([tagwall.environment, propose.environment]).toEqual([undefined, { name: 'tagwall', action: 'access' }])
  })

  test('the GitHub App of docs/ci.md fits into the job', () => {
    const [, block = ''] = /^```yaml\n( {6}- id: app\n[\s\S]*?)^```$/m.exec(read('docs/ci.md')) ?? []
    expect(COMMITS).toContain(/uses: (.*)/.exec(block)?.[1])
    const whole = read('docs/ci/github.yml')
    const changed = whole.replace(/^ {6}- name: Propose the change\n[\s\S]*/m, block)
    expect(changed).not.toBe(whole)
    expect(problemsOf('docs/ci/github.yml', changed)).toEqual([])
    expect(parse(changed).jobs.propose.steps.at(-1).run).toBe(parse(whole).jobs.propose.steps.at(-1).run)
  })
})

describe("this repository's own workflows", () => {
  const all = OWN.map((file) => parse(read(file)))
  const [testing, publishing] = all

  test('give each job what it needs, and no checkout a token', () => {
    for (const { permissions } of all) expect(permissions).toEqual({})
    const jobs = all.flatMap((workflow) => Object.entries(workflow.jobs as Record<string, { permissions: object }>))
    expect(Object.fromEntries(jobs.map(([name, job]) => [name, job.permissions]))).toEqual({
      fast: { contents: 'read' },
      everything: { contents: 'read' },
      thorough: { contents: 'read' },
      test: { contents: 'read' },
      build: { contents: 'read' },
      npm: { 'id-token': 'write' },
      release: { contents: 'write', 'id-token': 'write', attestations: 'write' },
    })
    const checkouts = OWN.flatMap((file) => [...read(file).matchAll(/uses: actions\/checkout@.*\n(.*\n.*\n)/g)])
    expect(checkouts).toHaveLength(4)
    for (const [, rest] of checkouts) expect(rest).toContain('persist-credentials: false')
  })

  test('run the tests on three systems and the Nodes of package.json, and before a version is published', () => {
    const { os, node } = testing.jobs.fast.strategy.matrix
    expect(os.map((name: string) => name.split('-')[0])).toEqual(['ubuntu', 'windows', 'macos'])
    expect(node).toEqual([20, 22, 24, 26])
    expect(JSON.parse(read('package.json')).engines.node).toBe('>=20.12')
    expect(publishing.on).toEqual({ push: { tags: ['v*'] } })
    const needs = Object.entries(publishing.jobs as Record<string, { needs?: string }>).map(([job, { needs }]) => [
      job,
      needs,
    ])
    expect(Object.fromEntries(needs)).toEqual({ test: undefined, build: 'test', npm: 'build', release: 'npm' })
  })

  test('install and build nothing where a token can be asked for', () => {
    const jobs: { permissions: object; steps?: Step[] }[] = Object.values(publishing.jobs)
    const signing = jobs.filter(({ permissions }) => 'id-token' in permissions)
    const startOf = ({ uses, run }: Step) => uses?.replace(/@.*/, '') ?? run?.split(' ').slice(0, 2).join(' ')
    expect(signing.map(({ steps = [] }) => steps.map(startOf))).toEqual([
      ['actions/setup-node', 'actions/download-artifact', 'npm publish'],
      ['actions/download-artifact', 'actions/attest', 'gh release'],
    ])
    expect(publishing.jobs.npm.steps.at(-1).run).toContain('.tgz" --ignore-scripts ')
  })

  test('attest every file of a release, the checksums too, before the release is made', () => {
    const make = (publishing.jobs.build.steps as Step[]).find(({ name }) => name === 'Make what the release holds')
    const [attest, create] = (publishing.jobs.release.steps as Step[]).slice(-2)
    expect(make?.run).toMatch(/pack:offline .*[\s\S]*pack:single .*[\s\S]*sha256sum -- \* > SHA256SUMS\n$/)
    expect({ uses: attest?.uses, with: attest?.with }).toEqual({
      uses: expect.stringMatching(/^actions\/attest@[0-9a-f]{40}$/),
      with: { 'subject-path': 'release/*' },
    })
    expect(create?.run).toMatch(/^gh release create .* release\/\*$/)
  })

  test('put the files into a release that SECURITY.md names', () => {
    const make = (publishing.jobs.build.steps as Step[]).find(({ name }) => name === 'Make what the release holds')
    const folder = folderWith({ 'dist/sbom.cdx.json': '{}', 'bin/npm': FAKE_NPM })
    chmodSync(join(folder, 'bin/npm'), 0o755)
    const env = { PATH: `${join(folder, 'bin')}:${process.env.PATH}`, GITHUB_REF_NAME: `v${VERSION}` }
    const { status, stderr } = spawnSync(
      'bash',
      ['--noprofile', '--norc', '-eo', 'pipefail', '-c', make?.run as string],
      {
        cwd: folder,
        env,
        encoding: 'utf8',
      },
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const files = readdirSync(join(folder, 'release')).sort()
    const single = `tagwall-${VERSION}-linux-x64`
    expect(files).toEqual([
      'SHA256SUMS',
      'sbom.cdx.json',
      single,
      `${single}.LICENSES.txt`,
      `${single}.cdx.json`,
      PACKAGE_FILE,
    ])
    const sums = readFileSync(join(folder, 'release/SHA256SUMS'), 'utf8')
    expect(sums.match(/ {2}.*$/gm)).toEqual(files.slice(1).map((file) => `  ${file}`))
  })

  /** The exit code of a step of the job that publishes. */
  const statusOf = (step: string, env: Record<string, string>) => {
    const check = (publishing.jobs.build.steps as Step[]).find(({ name }) => name === step)
    return spawnSync('bash', ['-e', '-c', check?.run as string], { cwd: ROOT, env: { ...process.env, ...env } }).status
  }

  test.for([
    [`v${VERSION}`, 0],
    ['v99.0.0', 1],
    [VERSION, 1],
  ] as const)('a tag %s ends the check of the version with %i', ([tag, status]) => {
    expect(statusOf('The tag is the version of the package', { GITHUB_REF_NAME: tag })).toBe(status)
  })

  test.for([
    ['tagwall/tagwall', 'https://github.com', 0],
    ['somebody/tagwall', 'https://github.com', 1],
    ['tagwall/tagwall', 'https://github.example.com', 1],
  ] as const)('publishing from %s on %s ends the check of the repository with %i', ([repository, server, status]) => {
    const env = { GITHUB_REPOSITORY: repository, GITHUB_SERVER_URL: server }
    expect(statusOf('The package names this repository', env)).toBe(status)
  })
})

/** `npm run` for the scripts that pack: it makes empty files where these put theirs. */
const FAKE_NPM = `#!/bin/sh
case "$2" in
pack:offline) : > "$5/${PACKAGE_FILE}" ;;
pack:single) for end in '' .LICENSES.txt .cdx.json; do : > "$4$end"; done ;;
esac
`

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
    if (!step.run || (step.if === "inputs.install-only != 'true'" && values['inputs.install-only'] === 'true')) continue
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
  if (values['inputs.install-only'] === 'true') return { status: 0, stderr: '', outputs: {} as Record<string, string> }
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
    expect(job.calls()).toEqual([INSTALLED])
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
    // The index is that of the user.
    expect(job.git('diff', '--cached', '--name-only')).toBe('')
    const patch = join(job.home, 'temp/tagwall-report/change.patch')
    expect(job.git('apply', '--numstat', '--reverse', '--check', patch)).toContain('\trules/plain.txt\n')
    expect(runAction(job).outputs).toMatchObject({ changed: 'false', 'exit-code': '0' })
  })

  test('only install, for a job that proposes', () => {
    const job = checkout()
    expect(runAction(job, { 'install-only': 'true' }).status).toBe(0)
    expect(job.calls()).toEqual([INSTALLED])
    expect(existsSync(join(job.home, 'temp/tagwall-report'))).toBe(false)
  })

  test('pass inputs on', () => {
    const job = checkout()
    job.git('mv', PACKAGE_FILE, 'other.tgz')
    const { status, stderr, outputs } = runAction(job, {
      policy: 'arc-kubernets',
      cloud: 'china',
      package: 'other.tgz',
    })
    expect(job.calls()).toEqual([INSTALLED.replace(PACKAGE_FILE, 'other.tgz')])
    expect({ status, outputs }).toEqual({ status: 2, outputs: { 'steps.update.outputs.exit-code': '2' } })
    expect(stderr).toContain('cannot find policy "arc-kubernets"')
    expect(runAction(job, { source: 'api', package: 'other.tgz' }).stderr).toContain(
      '--from and --source api exclude each other',
    )
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

/** What each service tells the job of a pull request from a branch to main, whose merge is checked out. */
const ABOUT: Readonly<Record<string, (job: ReturnType<typeof checkout>) => Record<string, string>>> = {
  'github-plan.yml': () => ({ GITHUB_BASE_REF: 'main' }),
  'azure-devops-plan.yml': () => ({ SYSTEM_PULLREQUEST_TARGETBRANCH: 'refs/heads/main' }),
  'gitlab-plan.yml': (job) => ({
    CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main',
    CI_MERGE_REQUEST_TARGET_BRANCH_SHA: job.git('rev-parse', 'origin/main'),
  }),
}

const JOBS_OF_WEEK = ['github.yml', 'azure-devops.yml', 'gitlab.yml']

describe.each(JOBS_OF_WEEK)('%s, executed', (name) => {
  test('installs the package, proposes the change, and shows a summary', () => {
    const job = checkout()
    job.git('-C', join(job.home, 'origin.git'), 'config', 'receive.advertisePushOptions', 'true')
    const { status, stdout, stderr, summary } = runJobs(job, jobsOf(name))
    expect({ status, stderr }).toMatchObject({ status: 0 })
    expect(stdout).toContain(`  ${PACKAGE_FILE}\n`)
    expect(job.calls().filter((call) => call.startsWith('npm'))).toEqual([INSTALLED, INSTALLED])
    expect(job.remote(BRANCH)).not.toBe('')
    const changed = job.git('diff', '--name-only', 'main', job.remote(BRANCH)).split('\n')
    expect(changed).toEqual([
      'rules/plain.change.md',
      'rules/plain.delta.added.txt',
      'rules/plain.delta.removed.txt',
      'rules/plain.rollback.added.txt',
      'rules/plain.rollback.removed.txt',
      'rules/plain.txt',
      'snapshots/public/2025-11-10.json',
      'tagwall.lock.json',
    ])
    expect(summary).toMatch(/^## tagwall: adds 32 addresses to the list all .*Public 2025-11-10/)
    // GitLab has no page for a summary: the log of the second job says it.
    expect(name === 'gitlab.yml' ? stdout : summary).toMatch(/\npushed to tagwall\/update: /)
  })

  test('proposes nothing in a quiet week', () => {
    const job = checkout()
    const { status, stderr } = runJobs(job, jobsOf(name), { DOCUMENT: join(job.home, OLDER) })
    expect({ status, stderr }).toMatchObject({ status: 0 })
    expect(job.remote(BRANCH)).toBe('')
  })

  test('without the package says which file is missing, and installs nothing', () => {
    const job = checkout()
    job.git('rm', '--quiet', PACKAGE_FILE)
    commit(job, 'No package')
    const { status, stderr } = runJobs(job, jobsOf(name))
    expect(status).not.toBe(0)
    expect(stderr).toBe(`sha256sum: ${PACKAGE_FILE}: No such file or directory\n`)
    expect(job.calls()).toEqual([])
  })

  test('gives no token to what reads the document, nor to a process above it', () => {
    const job = checkout()
    job.git('-C', join(job.home, 'origin.git'), 'config', 'receive.advertisePushOptions', 'true')
    spyOn(job)
    expect(runJobs(job, jobsOf(name)).status).toBe(0)
    const second = name === 'gitlab.yml' ? 'npm install: token' : 'npm install: none'
    expect(readFileSync(join(job.home, 'state/seen'), 'utf8').split('\n')).toEqual([
      ...['npm install: none', 'tagwall update: none', second, 'tagwall propose: token', ''],
    ])
  })

  test('keeps the token from the reader of a vendor that looks for it, and takes along what the change removes', () => {
    const job = checkout()
    job.git('-C', join(job.home, 'origin.git'), 'config', 'receive.advertisePushOptions', 'true')
    addOurs(job)
    inReader(
      job,
      `const { appendFileSync, readFileSync } = process.getBuiltinModule('node:fs')
      let seen = 'none'
      for (let pid = process.pid; pid > 1; pid = Number(/^PPid:\\t(.*)$/m.exec(readFileSync(\`/proc/\${pid}/status\`, 'utf8'))[1]))
        if (readFileSync(\`/proc/\${pid}/environ\`, 'utf8').includes('a-token')) seen = 'token'
      appendFileSync(${JSON.stringify(join(job.home, 'state/reader'))}, seen)`,
    )
    const future = 'snapshots/public/2099-01-05.json'
    const {
      checksum: _,
      tags,
      ...label
    } = JSON.parse(readFileSync(join(job.work, 'snapshots/public/2025-10-06.json'), 'utf8'))
    const forged = { ...label, published: '2099-01-05' }
    const checksum = createHash('sha256')
      .update(JSON.stringify({ ...forged, tags }))
      .digest('hex')
    writeFileSync(join(job.work, future), JSON.stringify({ ...forged, checksum, tags }))
    commit(job, 'A vendor, and a snapshot')
    job.git('push', '--quiet', 'origin', 'main')
    const { status, stderr } = runJobs(job, jobsOf(name), { TAGWALL_VENDORS: 'vendors' })
    expect({ status, stderr }).toMatchObject({ status: 0 })
    expect(readFileSync(join(job.home, 'state/reader'), 'utf8')).toMatch(/^(?:none)+$/)
    expect(job.git('diff', '--name-status', 'main', job.remote(BRANCH))).toContain(`D\t${future}\n`)
    // The test sees a token that is there.
    job.run('tagwall plan --vendors vendors', { GH_TOKEN: 'a-token' })
    expect(readFileSync(join(job.home, 'state/reader'), 'utf8')).toMatch(/token$/)
  })

  test("fails with the guard's sentence in its summary, and pushes nothing", () => {
    const job = checkout()
    const document = join(job.home, NEWER)
    writeFileSync(document, readFileSync(document, 'utf8').replaceAll('52.60.113', '10.60.113'))
    const { status, summary } = runJobs(job, jobsOf(name))
    expect(status).toBe(2)
    expect(job.calls()).toEqual([INSTALLED])
    expect(job.remote(BRANCH)).toBe('')
    expect(summary).toMatch(/^## tagwall update failed\n\n```text\ntagwall: [\s\S]*--accept special-use/)
  })
})

describe('github-policies.yml, executed', () => {
  /** A second policy. */
  const office = (job: ReturnType<typeof checkout>) => {
    const policy = readFileSync(join(job.work, 'tagwall.yaml'), 'utf8').replaceAll('plain', 'office')
    writeFileSync(join(job.work, 'office.yaml'), policy)
    expect(job.run('tagwall build --policy office.yaml')).toMatchObject({ status: 0 })
  }
  const pushed = (job: ReturnType<typeof checkout>) => {
    commit(job, 'The office')
    job.git('push', '--quiet', 'origin', 'main')
  }
  const run = (job: ReturnType<typeof checkout>) => runJobs(job, jobsOf('github-policies.yml'))
  const filesOn = (job: ReturnType<typeof checkout>, branch: string) =>
    job
      .git('diff', '--name-only', 'main', job.remote(branch))
      .split('\n')
      .filter((path) => !/\.(?:delta|rollback|change)\./.test(path))

  test('proposes each policy as a pull request of its own, and nothing again a week later', () => {
    const job = checkout()
    office(job)
    pushed(job)
    expect(run(job)).toMatchObject({ status: 0 })
    const snapshot = 'snapshots/public/2025-11-10.json'
    expect(filesOn(job, BRANCH)).toEqual(['rules/plain.txt', snapshot, 'tagwall.lock.json'])
    expect(filesOn(job, `${BRANCH}-office`)).toEqual(['office.lock.json', 'rules/office.txt', snapshot])
    const before = [job.remote(BRANCH), job.remote(`${BRANCH}-office`)]
    expect(run(job)).toMatchObject({ status: 0 })
    expect([job.remote(BRANCH), job.remote(`${BRANCH}-office`)]).toEqual(before)
  })

  test('proposes the others if a guard refuses one, and then fails', () => {
    const job = checkout()
    office(job)
    edit('guards: { maxShrink: 100% }', 'guards: { maxGrow: 1% }')(job)
    pushed(job)
    const { status, stderr, summary } = run(job)
    expect({ status, refused: stderr.trim().split('\n').at(-1) }).toEqual({ status: 1, refused: 'tagwall.yaml' })
    expect(summary).toMatch(/^## tagwall update failed\n\n```text\ntagwall: /)
    expect(job.remote(BRANCH)).toBe('')
    expect(filesOn(job, `${BRANCH}-office`)).toContain('rules/office.txt')
  })

  test('plans each policy of a pull request', () => {
    const job = pullRequest(edit('ports: [443]', 'ports: [443, 80], except: [20.151.100.0/30]'), office)
    const { status, stderr, summary } = runJobs(job, jobsOf('github-policies-plan.yml'), { GITHUB_BASE_REF: 'main' })
    expect({ status, stderr }).toMatchObject({ status: 0 })
    expect(summary.match(/^#{1,2} .*/gm)).toEqual([
      '# tagwall.yaml',
      expect.stringMatching(/^## tagwall: takes .* addresses/),
      '# office.yaml',
      expect.stringMatching(/^## tagwall: nothing changes/),
    ])
    expect(readdirSync(join(job.home, 'state/artifact/tagwall-report')).sort()).toEqual(['office.yaml', 'tagwall.yaml'])
  })
})

test('the jobs of GitLab refuse a token that every job gets, and the test sees one that a job has unset', () => {
  const job = checkout()
  spyOn(job)
  const { status, stderr } = runJobs(job, jobsOf('gitlab.yml'), { GITLAB_TOKEN: 'a-token' })
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: 'limit the variable GITLAB_TOKEN to the environment tagwall\n',
  })
  job.run('unset GITLAB_TOKEN; tagwall update; true', { GITLAB_TOKEN: 'a-token' })
  expect(readFileSync(join(job.home, 'state/seen'), 'utf8')).toBe('tagwall update: token\n')
})

/** Lets `npm` and `tagwall` write down whether they, or a process above them, have a token in the environment. */
function spyOn(job: ReturnType<typeof checkout>): void {
  const tagwall = join(job.home, 'bin/tagwall')
  const spy = `#!/bin/bash
token=none
for (( pid = $$; pid > 1; pid = $(awk '$1 == "PPid:" { print $2 }' /proc/$pid/status) )); do
  if grep -qz '=a-token$' /proc/$pid/environ; then token=token; fi
done
echo "$(basename "$0") $1: $token" >> "$STATE/seen"
`
  writeFileSync(join(job.home, 'bin/npm'), spy)
  writeFileSync(
    tagwall,
    readFileSync(tagwall, 'utf8').replace('#!/bin/sh\n', () => spy),
  )
}

const JO = ['-c', 'user.name=Jo', '-c', 'user.email=jo@example.com']

function commit(job: ReturnType<typeof checkout>, message: string): void {
  job.git('add', '--all', '--force')
  job.git(...JO, 'commit', '--quiet', '--message', message)
}

/** Gives the repository a vendor of its own, in vendors/. */
function addOurs(job: ReturnType<typeof checkout>): void {
  expect(job.run('tagwall vendor new ours --dir vendors').status).toBe(0)
  edit('targets:', 'targets:\n  - { name: own, vendor: ours, out: rules/own.txt }')(job)
  expect(job.run('tagwall build --vendors vendors')).toMatchObject({ status: 0 })
}

/** Lets the reader of that vendor run more code. */
function inReader(job: ReturnType<typeof checkout>, code: string): void {
  const reader = join(job.work, 'vendors/ours/reader.js')
  writeFileSync(reader, `${code}\n${readFileSync(reader, 'utf8')}`)
}

/** A pull request with this change, merged with a newer main, as services check it out; `base` is in main already. */
function pullRequest(change: (job: ReturnType<typeof checkout>) => void, base?: typeof change) {
  const job = checkout()
  if (base) {
    base(job)
    commit(job, 'Base')
  }
  job.git('switch', '--quiet', '--create', 'mine')
  change(job)
  commit(job, 'Mine')
  job.git('switch', '--quiet', 'main')
  writeFileSync(join(job.work, 'other.txt'), 'of somebody else')
  commit(job, 'Other')
  job.git('push', '--quiet', 'origin', 'main')
  job.git(...JO, 'merge', '--quiet', '--no-ff', 'mine')
  job.git('switch', '--quiet', '--detach')
  job.git('branch', '--quiet', '--delete', '--force', 'main')
  return job
}

/** A change of the policy. */
const edit = (before: string, after: string) => (job: ReturnType<typeof checkout>) => {
  const path = join(job.work, 'tagwall.yaml')
  writeFileSync(path, readFileSync(path, 'utf8').replace(before, after))
}

describe.each(PLANS)('%s, executed', (name) => {
  const MAIL = '{ name: Mail, prefixes: [8.8.8.0/24], direction: outbound, ports: [25], priority: 160 }'
  const addMail = edit('rules:', `rules:\n  - ${MAIL}`)
  const plan = (job: ReturnType<typeof checkout>, about = {}) =>
    runJobs(job, jobsOf(name), { ...ABOUT[name]?.(job), ...about })

  test('shows what the pull request changes, and changes nothing itself', () => {
    const job = pullRequest(addMail)
    const { status, stderr, summary } = plan(job)
    expect({ status, stderr }).toMatchObject({ status: 0 })
    expect(job.calls()).toEqual([INSTALLED])
    expect(summary).toMatch(/^## tagwall: adds 256 addresses to the list all \(policy\)/)
    const folder = join(job.home, 'state/artifact/tagwall-report')
    expect(readdirSync(folder).sort()).toEqual(['body.md', 'files.txt', 'report.html', 'title.txt'])
    const left = job.git('status', '--porcelain').split('\n').filter(Boolean)
    expect(left).toEqual(name === 'gitlab-plan.yml' ? ['?? tagwall-report/', '?? tagwall.md'] : [])
  })

  test('says that nothing changes, and fails with the sentence that says why there are no rules', () => {
    const same = plan(pullRequest(edit('rules:', '# Ours\nrules:')))
    expect(same.status).toBe(0)
    expect(same.summary).toMatch(/^## .*nothing changes/)
    const broken = plan(pullRequest(edit('ports: [443]', 'ports: [70000]')))
    expect(broken.status).toBe(2)
    expect(broken.summary).toMatch(/^## tagwall plan failed\n\n```text\ntagwall: [\s\S]*expected a port/)
  })

  test('takes package and vendors from the base, and says that they changed', () => {
    const job = pullRequest((job) => {
      addMail(job)
      writeFileSync(join(job.work, PACKAGE_FILE), 'another package')
      inReader(job, `process.getBuiltinModule('node:fs').writeFileSync(${JSON.stringify(join(job.home, 'ran'))}, '')`)
      // What the step itself would find, if it ran in the checkout.
      writeFileSync(join(job.work, '.npmrc'), 'ignore-scripts=false\n')
    }, addOurs)
    const npm = '#!/bin/sh\nsha256sum ./tagwall-*.tgz > "$STATE/installed"; ls -A > "$STATE/beside"\n'
    writeFileSync(join(job.home, 'bin/npm'), npm)
    const { status, stderr, stdout, summary } = plan(job, { TAGWALL_VENDORS: 'vendors' })
    expect({ status, stderr }).toMatchObject({ status: 0 })
    const said = [PACKAGE_FILE, 'vendors'].map(
      (path) => `**${path} changed in this branch; planned with the base's.**\n\n`,
    )
    expect(summary.startsWith(`${said.join('')}## tagwall: `)).toBe(true)
    expect(stdout.startsWith(said.join(''))).toBe(true)
    expect(existsSync(join(job.home, 'ran'))).toBe(false)
    const hash = createHash('sha256').update('a package').digest('hex')
    expect(readFileSync(join(job.home, 'state/installed'), 'utf8')).toBe(`${hash}  ./${PACKAGE_FILE}\n`)
    expect(readFileSync(join(job.home, 'state/beside'), 'utf8')).not.toContain('.npmrc')
    // The test sees code that runs.
    job.run('tagwall plan --vendors vendors')
    expect(existsSync(join(job.home, 'ran'))).toBe(true)
  })

  test('writes around files of the checkout in the place of the report, also where a step fails', () => {
    const plant = (job: ReturnType<typeof checkout>) => {
      addMail(job)
      writeFileSync(join(job.home, 'profile'), '# mine\n')
      mkdirSync(join(job.home, 'outside'))
      writeFileSync(join(job.home, 'outside/title.txt'), 'tagwall: ours\n')
      symlinkSync('../profile', join(job.work, 'tagwall.md'))
      symlinkSync('../outside', join(job.work, 'tagwall-report'))
    }
    const job = pullRequest(plant)
    const { status, stderr, summary } = plan(job)
    expect({ status, stderr }).toMatchObject({ status: 0 })
    expect(summary).toMatch(/^## tagwall: adds 256 addresses/)
    expect(readFileSync(join(job.home, 'profile'), 'utf8')).toBe('# mine\n')
    expect(readdirSync(join(job.home, 'outside'))).toEqual(['title.txt'])
    const early = pullRequest((job) => {
      writeFileSync(join(job.work, 'tagwall.md'), '## tagwall: nothing changes\n\n<!--\n')
      mkdirSync(join(job.work, 'tagwall-report'))
    })
    writeFileSync(join(early.home, 'bin/npm'), '#!/bin/sh\nexit 1\n')
    const failed = plan(early)
    expect(failed.status).not.toBe(0)
    expect(failed.summary).toBe('')
  })
})

describe('what services ask of their jobs', () => {
  test('GitHub, with the action: a branch and a pull request', () => {
    const job = checkout()
    const { outputs } = runAction(job)
    const step = (parse(read('docs/ci/github-action.yml')).jobs.propose.steps as Step[]).at(-1)
    expect(outputs.changed).toBe('true')
    expect(job.run(step?.run as string)).toMatchObject({ status: 0 })
    expect(job.calls().at(-1)).toMatch(/^gh pr create /)
    expect(readFileSync(join(job.home, 'temp/step-summary'), 'utf8')).toContain('## tagwall propose\n')
  })

  test('GitHub lists and creates with gh', () => {
    const job = checkout()
    runJobs(job, jobsOf('github.yml'))
    expect(job.calls().slice(2)).toEqual([
      expect.stringMatching(/^gh pr list /),
      expect.stringMatching(/^gh pr create /),
    ])
  })

  test('Azure Pipelines lists and creates with az, and is told where the summary is', () => {
    const job = checkout()
    const { stdout } = runJobs(job, jobsOf('azure-devops.yml'))
    expect(stdout).toContain(`##vso[task.uploadsummary]${join(job.home, 'temp/tagwall.md')}\n`)
    expect(job.calls().slice(2)).toEqual([
      expect.stringMatching(/^az repos pr list --detect=true --source-branch=tagwall\/update --status=all /),
      expect.stringMatching(
        /^az repos pr create --detect=true --source-branch=tagwall\/update --title=tagwall: adds 32 addresses /,
      ),
    ])
  })

  test('GitLab gets push options', () => {
    const job = checkout()
    const origin = join(job.home, 'origin.git')
    job.git('-C', origin, 'config', 'receive.advertisePushOptions', 'true')
    mkdirSync(join(origin, 'hooks'), { recursive: true })
    writeFileSync(
      join(origin, 'hooks/pre-receive'),
      '#!/bin/sh\nenv | grep ^GIT_PUSH_OPTION | sort > "$STATE/options"\n',
    )
    chmodSync(join(origin, 'hooks/pre-receive'), 0o755)
    runJobs(job, jobsOf('gitlab.yml'))
    const title = readFileSync(join(job.work, 'tagwall-report/title.txt'), 'utf8').trim()
    expect(readFileSync(join(job.home, 'state/options'), 'utf8').split('\n')).toEqual([
      'GIT_PUSH_OPTION_0=merge_request.create',
      `GIT_PUSH_OPTION_1=merge_request.title=${title}`,
      'GIT_PUSH_OPTION_2=merge_request.description=The report is among the artifacts of the job that pushed this branch.',
      'GIT_PUSH_OPTION_COUNT=3',
      '',
    ])
  })
})
