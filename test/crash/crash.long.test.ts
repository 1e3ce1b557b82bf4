import { execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exclusively } from '../../src/store/exclusive.ts'
import { homesOf } from '../../src/store/home.ts'
import { contentsOf, tagwall as run } from '../cli/harness.ts'
import { ROOT } from '../fixtures.ts'
import { published } from '../notation.ts'
import { randomFrom } from '../random.ts'
import { someOf, THOROUGH } from '../thorough.ts'

// `update` of the built program is killed with SIGKILL before each of its steps on the disk, and at random moments.
// Then every file is whole. A command that reads says so and changes nothing; the next one that writes makes one state of snapshots and rules.

const POLICY = `cloud: public
guards: { maxShrink: 100% }
rules:
  - { name: Web, tags: [Sql, Storage], direction: outbound, protocol: tcp, ports: [443], priority: 100 }
targets:
  - { name: deep, vendor: list, out: rules/below/it/deep.txt }
  - { name: all, vendor: json, out: rules.json }
`

/** A published document in which Storage is these prefixes. */
const documentOf = (storage: string[]) =>
  published({ Sql: ['20.40.2.0/24', '2603:db8::/32'], Storage: storage }, storage.length)

const OLD = 'ServiceTags_Public_20251103.json'
const NEW = 'ServiceTags_Public_20251110.json'
const FILES = {
  'tagwall.yaml': POLICY,
  [OLD]: documentOf(['20.151.100.0/24']),
  [NEW]: documentOf(['20.151.100.0/25', '52.60.113.0/24']),
}

type State = Record<string, string>

/** What counts: all but the git directory. */
const stateOf = (folder: string): State =>
  Object.fromEntries(Object.entries(contentsOf(folder)).filter(([file]) => !file.startsWith('.git/')))

/** The state of the user for a folder: each has its own. */
const envOf = (folder: string) => ({ XDG_STATE_HOME: `${folder}-state` })
const tagwall = (folder: string, argv: readonly string[]) => run(folder, argv, { env: envOf(folder) })

/** The possible places of the journal. */
const homesIn = (folder: string) => homesOf(join(folder, 'snapshots'), envOf(folder))
const leftIn = (folder: string) =>
  homesIn(folder).flatMap((home) => (existsSync(home.folder) ? readdirSync(home.folder) : []))

/** What the next command that writes does first, and says. */
async function recovered(folder: string): Promise<string[]> {
  const told: string[] = []
  let slept = 0
  const sleep = async (milliseconds: number) => {
    slept += milliseconds
  }
  const caller = { sleep, now: () => new Date(Date.now() + slept), waits: () => {}, interrupted: () => {} }
  await exclusively(
    homesIn(folder),
    {
      ...caller,
      recovered: ({ outcome, paths }) =>
        told.push(`${outcome} ${paths.map((path) => path.slice(folder.length + 1)).join(', ')}`),
    },
    async () => {},
  )
  return told
}

/** Runs the built program; its code is null when it was killed. */
function runBuilt(cwd: string, argv: string[], env: Record<string, string>, killAfter?: number) {
  return new Promise<{ code: number | null; err: string }>((done, fail) => {
    const hook = join(ROOT, 'test/crash/kill.mjs')
    const child = spawn(process.execPath, ['--import', hook, join(ROOT, 'dist/main.cjs'), ...argv], {
      cwd,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...envOf(cwd), ...env },
    })
    const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter)
    child.on('error', fail)
    let err = ''
    child.stderr?.on('data', (text) => {
      err += text
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      done({ code, err })
    })
  })
}

// Whatever comes next puts things right: readers, writers, the same again.
const NEXT = [
  ['list', 'snapshots'],
  ['emit', 'deep'],
  ['build'],
  ['fetch', '--from', OLD, '--accept', 'rollback'],
  ['update', '--from', NEW],
]

const FULL = 'snapshots/public/2025-11-10.json, rules/below/it/deep.txt, rules.json'
const WINDOW = [
  ...['delta', 'rollback'].flatMap((kind) =>
    ['added', 'removed'].map((way) => `rules/below/it/deep.${kind}.${way}.txt`),
  ),
  'rules/below/it/deep.change.md',
  ...['delta.json', 'rollback.json', 'change.md'].map((end) => `rules.${end}`),
]
const CHECKED = 'snapshots/.tagwall-checked.json'
const WARNING = /^warning: an earlier run was interrupted, .*: run "tagwall build", .*\n$/

/** Without what the next command takes away. */
const withoutOwn = (state: State): State =>
  Object.fromEntries(Object.entries(state).filter(([file]) => !/(^|\/)\.tagwall-/.test(file)))

let tried = 0
const seen = { old: 0, new: 0 }
afterAll(() =>
  console.log(
    `crashes: ${tried} points tried; after the next command ${seen.old} times as before, ${seen.new} as after`,
  ),
)

describe.each([
  { name: 'an update', before: [OLD], hasRepository: true },
  { name: 'the first update', before: [], hasRepository: false },
  { name: 'a re-issue of the same date', before: [OLD, NEW], hasRepository: true },
])('$name', { timeout: 600_000 }, ({ before, hasRepository }) => {
  const home = mkdtempSync(join(tmpdir(), 'tagwall-crash-'))
  const base = join(home, 'base')
  let steps: string[] = []
  let [was, will]: [State, State] = [{}, {}]
  const argv = ['update', '--from', NEW]

  beforeAll(async () => {
    mkdirSync(base, { recursive: true })
    if (hasRepository) execFileSync('git', ['init', '--quiet', base])
    for (const [file, text] of Object.entries(FILES)) writeFileSync(join(base, file), text)
    for (const file of before) expect((await tagwall(base, ['update', '--from', file])).code).toBe(0)
    if (before.length === 2) writeFileSync(join(base, NEW), documentOf(['20.151.100.0/26', '52.60.113.0/24']))
    was = stateOf(base)
    const whole = join(home, 'whole')
    cpSync(base, whole, { recursive: true })
    expect((await runBuilt(whole, argv, { COUNT_INTO: join(home, 'calls') })).code).toBe(0)
    steps = readFileSync(join(home, 'calls'), 'utf8').split(' ')
    will = stateOf(whole)
    expect(will).not.toEqual(was)
  }, 120_000)
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  /** Kills one update, or lets its disk fail, and looks at what it left. */
  async function crash(label: string, env: Record<string, string>, killAfter?: number): Promise<void> {
    const folder = join(home, label)
    cpSync(base, folder, { recursive: true })
    const { code, err: last } = await runBuilt(folder, argv, env, killAfter)
    tried++
    const left = stateOf(folder)
    const isWhole = [was, will].some((state) => JSON.stringify(state) === JSON.stringify(left))
    if (code !== null && 'FAIL_AT' in env) {
      // It never ends but in a sentence, and the sentence is true.
      expect([0, 2], label).toContain(code)
      expect(last, label).not.toMatch(/^\s+at |this is a bug/m)
      if (code === 0 || last.includes('everything was written')) expect(withoutOwn(left), label).toEqual(will)
      if (last.includes('nothing was written')) expect(left, label).toEqual(was)
      if (last.includes('no file was replaced')) expect(withoutOwn(left), label).toEqual(was)
      if (!isWhole) expect(last, label).toMatch(/mixed state|no file was replaced|everything was written/)
    }
    for (const [file, hash] of Object.entries(stateOf(folder)))
      if (!/(^|\/)\.tagwall-/.test(file)) expect([was[file], will[file]], `${label}: ${file}`).toContain(hash)

    const interrupted = leftIn(folder).some((name) => name.endsWith('.journal'))
    const next = NEXT[tried % NEXT.length] as string[]
    // A reader first, which changes nothing.
    const { err } = await tagwall(folder, ['list', 'snapshots'])
    expect(err.replaceAll(/^note: the newest .*\n/gm, ''), label).toMatch(interrupted ? WARNING : /^$/)
    expect(stateOf(folder), label).toEqual(left)
    // Then what every writer does first, to see the state that it makes; then any command, to see that all of them can go on.
    const told = await recovered(folder)
    const changed = [FULL, ...(before.length === 0 ? [] : WINDOW), 'tagwall.lock.json'].join(', ')
    if (!interrupted) expect(told, label).toEqual([])
    else if ('FAIL_AT' in env) expect(told, label).toEqual([expect.stringMatching(/^(?:finished|undone) /)])
    else
      expect(
        [changed, CHECKED].flatMap((files) => [[`finished ${files}`], [`undone ${files}`]]),
        label,
      ).toContainEqual(told)
    const state = stateOf(folder)
    const isNew = JSON.stringify(state) === JSON.stringify(will)
    expect(state, label).toEqual(isNew ? will : was)
    seen[isNew ? 'new' : 'old']++
    // The very first update leaves nothing to read when it is undone.
    if (isNew || before.length > 0) expect((await tagwall(folder, next)).err, label).not.toMatch(/^tagwall: /m)
    expect((await tagwall(folder, argv)).code, label).toBe(0)
    if (next[0] !== 'fetch') expect(stateOf(folder), label).toEqual(will)
    expect(leftIn(folder), label).toEqual([])
    const names = readdirSync(folder, { recursive: true }).map(String)
    expect(
      names.filter((file) => file.includes('.tagwall') && file !== CHECKED),
      label,
    ).toEqual([])
    rmSync(folder, { recursive: true })
  }

  /** Two at a time: the children wait for the disk. */
  async function crashAll(jobs: (() => Promise<void>)[]): Promise<void> {
    const worker = async () => {
      for (let job = jobs.shift(); job; job = jobs.shift()) await job()
    }
    await Promise.all([worker(), worker()])
  }

  test('survives SIGKILL before every step on the disk', async () => {
    const points = steps.map((_, index) => index + 1)
    expect(points.length).toBeGreaterThan(30)
    // Steps come in twos and threes for each file, which these numbers do not divide. The other suites share most with the first.
    const chosen = someOf(points, before.length === 1 ? 11 : 37)
    await crashAll(chosen.map((point) => () => crash(`step-${point}`, { KILL_AT: String(point) })))
  })

  test('survives a disk that fails, once or for good, and SIGKILL while it undoes', async () => {
    const random = randomFrom(20251117 + before.length)
    const points = steps.map((_, index) => index + 1)
    const faults = points.flatMap((point): [string, Record<string, string>][] => {
      const kill = String(point + 1 + Math.floor(random() * 20))
      return [
        [`${point}-once`, { FAIL_AT: `${point}` }],
        [`${point}-for-good`, { FAIL_AT: `${point}+` }],
        [`${point}-killed`, { FAIL_AT: `${point}`, KILL_AT: kill }],
      ]
    })
    // A step that 3 does not divide tries all three kinds in turn.
    const some = someOf(faults, before.length === 1 ? 19 : 97)
    // Once a file is replaced, undoing has more to do: always as it stands after each of them.
    const replaced = points.filter((point) => before.length === 1 && steps[point - 2] === 'renameSync')
    const after = faults.filter(([label]) => replaced.some((point) => label === `${point}-once`))
    const chosen = [...new Map([...some, ...after])]
    await crashAll(
      chosen.map(
        ([label, fault]) =>
          () =>
            crash(`fault-${label}`, fault),
      ),
    )
  })

  test('survives SIGKILL at random moments', async () => {
    const random = randomFrom(20251110 + before.length)
    const moments = Array.from({ length: THOROUGH ? 40 : 2 }, () => Math.floor(random() * 600))
    await crashAll(moments.map((moment, index) => () => crash(`moment-${index}`, {}, moment)))
  })
})
