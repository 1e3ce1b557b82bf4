import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PACKAGE_FILE } from '../../src/init/init-jobs.ts'
import { lazy, memo } from '../../src/model/lazy.ts'
import { DOCUMENT, folderWith, INVENTED } from '../cli/harness.ts'
import { servedProgram } from '../cli/served.ts'

const POLICY = `rules:
  - { name: Manage, tags: [AzureResourceManager], direction: outbound, ports: [443], priority: 150 }
guards: { maxShrink: 100% }
targets:
  - { name: plain, vendor: list, out: rules/plain.txt }
`
export const OLDER = 'ServiceTags_Public_20251006.json'
export const NEWER = 'ServiceTags_Public_20251110.json'
export const NEWEST = 'ServiceTags_Public_20251117.json'

const CHANGED = DOCUMENT.replace('"52.60.113.64/27"', '"52.60.113.96/27"')

/** What would be downloaded comes from the file that $DOCUMENT names. */
const FROM_DOCUMENT = `if [ "$1" = update ]; then shift; set -- update --from "$DOCUMENT" "$@"; fi
`
// Each remembers how it was called, in one line.
const NPM = '#!/bin/sh\necho "npm $*" >> "$STATE/calls"\n'

/** `gh` and `az`: they keep one pull request a branch in $STATE/prs.json, and answer as their services do. */
const SERVICE = `#!${process.execPath}
const { appendFileSync, existsSync, readFileSync, writeFileSync } = require('node:fs')
const { execFileSync } = require('node:child_process')
const { basename } = require('node:path')
const [program, argv] = [basename(process.argv[1]), process.argv.slice(2)]
const { STATE } = process.env
const store = STATE + '/prs.json'
appendFileSync(STATE + '/calls', [program, ...argv].join(' ').split('\\n')[0] + '\\n')
// The words of the calls that fail; empty for every call.
if (existsSync(STATE + '/broken') && argv.join(' ').includes(readFileSync(STATE + '/broken', 'utf8'))) process.exit(1)
const value = (name) => argv.find((word) => word.startsWith(name + '='))?.slice(name.length + 1)
const known = existsSync(store) ? JSON.parse(readFileSync(store, 'utf8')) : []
const head = () => execFileSync('git', ['ls-remote', STATE + '/../origin.git', 'refs/heads/tagwall/update'], { encoding: 'utf8' }).split('\\t')[0]
const body = () => (program === 'gh' ? readFileSync(value('--body-file'), 'utf8') : value('--description'))
if (argv.includes('list')) {
  const live = known.map((one) => (/open|active/i.test(one.state) ? { ...one, head: head() } : one))
  const url = (number) => (program === 'gh' ? { url: 'https://github.example/o/r/pull/' + number } : {})
  console.log(JSON.stringify(live.map((one) => ({ ...one, ...url(one.number), headRefOid: one.head }))))
}
if (argv.includes('create')) {
  console.log(program === 'gh' ? 'https://github.example/o/r/pull/7' : 7)
  writeFileSync(store, JSON.stringify([{ number: 7, state: program === 'gh' ? 'OPEN' : 'active', title: value('--title'), body: body(), head: head() }, ...known]))
}
if (argv.includes('edit') || argv.includes('update'))
  writeFileSync(store, JSON.stringify(known.map((one) => ({ ...one, title: value('--title'), body: body() }))))
`

/** A folder with the programs that a job calls, and what it says to git and bash. */
function stage(home: string) {
  const files = {
    [OLDER]: DOCUMENT,
    [NEWER]: CHANGED,
    [NEWEST]: CHANGED.replace('"20.151.100.0/30", ', '"20.151.100.0/31", '),
    'bin/tagwall': servedProgram(FROM_DOCUMENT),
    'bin/npm': NPM,
    'bin/gh': SERVICE,
    'bin/az': SERVICE,
    gitconfig: '[init]\n  defaultBranch = main\n[advice]\n  detachedHead = false\n',
  }
  for (const name of ['bin', 'work', 'state', 'temp']) mkdirSync(join(home, name))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(home, name), text)
  for (const name of ['tagwall', 'npm', 'gh', 'az']) chmodSync(join(home, 'bin', name), 0o755)
  const work = join(home, 'work')
  const env: NodeJS.ProcessEnv = {
    PATH: `${join(home, 'bin')}:${process.env.PATH}`,
    HOME: home,
    GIT_CONFIG_GLOBAL: join(home, 'gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
    STATE: join(home, 'state'),
    RUNNER_TEMP: join(home, 'temp'),
    AGENT_TEMPDIRECTORY: join(home, 'temp'),
    PIPELINE_WORKSPACE: join(home, 'temp'),
    GITHUB_STEP_SUMMARY: join(home, 'temp/step-summary'),
    DOCUMENT: join(home, NEWER),
    LC_ALL: 'C',
  }
  const git = (...argv: string[]) => execFileSync('git', argv, { cwd: work, env, encoding: 'utf8' }).trim()
  /** Runs a script as the runner of a job does. */
  const run = (script: string, more: NodeJS.ProcessEnv = {}) => {
    const { status, stdout, stderr } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
      cwd: work,
      env: { ...env, ...more },
      encoding: 'utf8',
      timeout: 60_000,
    })
    return { status, stdout, stderr }
  }
  return { work, git, run }
}

function keptFolder(): string {
  const home = mkdtempSync(join(tmpdir(), 'tagwall-checkout-'))
  process.once('exit', () => rmSync(home, { recursive: true, force: true }))
  return home
}

/** A bare repository and its checkout with one commit, made once: each test has a copy. */
const original = lazy(() => {
  const home = keptFolder()
  const { work, git, run } = stage(home)
  writeFileSync(join(work, 'tagwall.yaml'), POLICY)
  writeFileSync(join(work, PACKAGE_FILE), 'a package')
  git('init', '--quiet', '--bare', join(home, 'origin.git'))
  git('init', '--quiet')
  git('remote', 'add', 'origin', join(home, 'origin.git'))
  const first = run(`tagwall update ${INVENTED.join(' ')}`, { DOCUMENT: join(home, OLDER) })
  if (first.status !== 0) throw new Error(first.stderr)
  git('add', '--all')
  git('-c', 'user.name=Jo', '-c', 'user.email=jo@example.com', 'commit', '--quiet', '--message', 'Set-up')
  git('push', '--quiet', 'origin', 'main')
  return home
})

/** A copy of a checkout, of what it was made from and of what its jobs left. */
function copied(from: string, home: string) {
  const { work, git, run } = stage(home)
  for (const name of ['work', 'origin.git', 'state', 'temp'])
    cpSync(join(from, name), join(home, name), { recursive: true })
  git('remote', 'set-url', 'origin', join(home, 'origin.git'))
  return { work, git, run }
}

/** The folder of a checkout in which a script has run, made once for each script. */
const after = memo((script: string) => {
  const home = keptFolder()
  const { status, stderr } = copied(original(), home).run(script)
  if (status !== 0) throw new Error(stderr)
  return home
})

/**
 * A checkout of a bare repository, both in a folder of their own, as a CI job finds them, and the programs it calls. If there is a
 * script, it has run there.
 */
export function checkout(script?: string) {
  const home = folderWith()
  const { work, git, run } = copied(script === undefined ? original() : after(script), home)

  return {
    home,
    work,
    git,
    run,
    /** Throws away what a job did, as the next one begins with a new checkout. */
    fresh: () => {
      git('reset', '--quiet', '--hard')
      git('clean', '--quiet', '-fd')
    },
    /** How the programs were called since the last time. */
    calls: () => {
      const file = join(home, 'state/calls')
      const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
      writeFileSync(file, '')
      return text.replaceAll(home, 'HOME').split('\n').filter(Boolean)
    },
    /** The pull requests of the fake services. */
    pullRequests: (change?: (one: Record<string, unknown>) => object) => {
      const file = join(home, 'state/prs.json')
      const known: Record<string, unknown>[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
      if (change) writeFileSync(file, JSON.stringify(known.map(change)))
      return known
    },
    /** A file of the fake services. */
    state: (name: string, text: string) => writeFileSync(join(home, 'state', name), text),
    /** What a branch of the bare repository points to; empty where there is none. */
    remote: (branch: string) => git('ls-remote', 'origin', `refs/heads/${branch}`).split('\t')[0] as string,
  }
}
