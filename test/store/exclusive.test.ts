import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { exclusively, wasInterrupted } from '../../src/store/exclusive.ts'
import type { Home } from '../../src/store/home.ts'
import type { Recovery } from '../../src/store/journal.ts'
import { sha256 } from '../../src/text/hashes.ts'
import { contentsOf, folderWith } from '../cli/harness.ts'
import { failing } from './failing.ts'

const NOW = new Date('2025-11-12T10:00:00Z')

/** A home in `folder`, whose journal has paths from there. */
const homeIn = (folder: string): Home => ({ folder, name: 'h', base: folder, subject: folder })

/** A caller that notes what it is told, and does `onSleep` where time would pass. */
function callerWith(onSleep: (times: number) => void = () => {}) {
  const told: Recovery[] = []
  const waited: string[] = []
  let times = 0
  return {
    told,
    waited,
    sleeps: () => times,
    sleep: async () => onSleep(++times),
    now: () => NOW,
    waits: (sentence: string) => void waited.push(sentence),
    interrupted: () => {},
    recovered: (recovery: Recovery) => void told.push(recovery),
  }
}

/** Finishes or undoes a run, as every writing command does first. */
const recover = (folder: string, caller = callerWith()) => exclusively([homeIn(folder)], caller, async () => {})

describe('the mutex', () => {
  const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8').trim() : '-')
  const startOf = (pid: number) =>
    read(`/proc/${pid}/stat`)
      .replace(/^.*\) /s, '')
      .split(' ')[19] ?? '-'
  const space = existsSync('/proc/self/ns/pid') ? readlinkSync('/proc/self/ns/pid') : '-'
  const boot = read('/proc/sys/kernel/random/boot_id')
  /** The text of a mutex; anything left out is as for a process that runs here. */
  const mutexOf = ({
    pid = process.ppid,
    start = startOf(process.ppid),
    host = hostname(),
    place = `${boot}/${space}`,
  } = {}) => `${pid} ${start} ${host} ${place}\n`
  const live = mutexOf()

  test('is held while a run works, and gone afterwards', async () => {
    const folder = folderWith()
    await exclusively([homeIn(folder)], callerWith(), async () => {
      expect(readdirSync(folder)).toEqual(['h.mutex'])
    })
    expect(readdirSync(folder)).toEqual([])
  })

  test('is gone after a run that fails', async () => {
    const folder = folderWith()
    const run = exclusively([homeIn(folder)], callerWith(), async () => {
      throw new Error('no')
    })
    await expect(run).rejects.toThrow('no')
    expect(readdirSync(folder)).toEqual([])
  })

  test('of another process is waited for', async () => {
    const folder = folderWith({ 'h.mutex': live })
    const mutex = join(folder, 'h.mutex')
    const caller = callerWith((times) => times === 3 && writeFileSync(mutex, mutexOf({ pid: 999999999, start: '1' })))
    expect(await exclusively([homeIn(folder)], caller, async () => 'done')).toBe('done')
    expect(caller.sleeps()).toBe(3)
    expect(caller.waited).toEqual([
      `waiting up to 5 s for another tagwall (process ${process.ppid} on ${hostname()}), which is writing to ${folder}`,
    ])
  })

  test('of another process is respected', async () => {
    const folder = folderWith({ 'h.mutex': live })
    await expect(exclusively([homeIn(folder)], callerWith(), async () => 'done')).rejects.toThrow(
      `another tagwall (process ${process.ppid} on ${hostname()}) is writing to ${folder}; wait until it ends, and run the command again; nothing was done`,
    )
    expect(readFileSync(join(folder, 'h.mutex'), 'utf8')).toBe(live)
  })

  test.for<[what: string, text: string, age: number, sleeps: number | 'respected']>([
    ['a process that is gone', mutexOf({ pid: 999999999 }), 0, 0],
    ['a process whose number another one has now', mutexOf({ start: '1' }), 0, 0],
    ['a process that was killed before it could write its name', '', 5, 0],
    ['a process that was killed in the middle of its name', '12 34', 5, 0],
    ['another machine, made long ago', mutexOf({ pid: 1, host: 'elsewhere' }), 61 * 60, 0],
    ['another machine, made lately', mutexOf({ pid: 1, host: 'elsewhere' }), 59 * 60, 'respected'],
    ['another container of this name', mutexOf({ pid: 999999999, place: `${boot}/pid:[1]` }), 59 * 60, 'respected'],
    ['this machine before it was started anew', mutexOf({ pid: 999999999, place: `0/${space}` }), 59 * 60, 'respected'],
    // As on macOS and Windows.
    ['a process that is gone, on a system that tells no start', mutexOf({ pid: 999999999, start: '-' }), 0, 0],
    ['a process that runs, on such a system', mutexOf({ start: '-' }), 59 * 60, 'respected'],
    ['a process whose number runs, on such a system, made long ago', mutexOf({ start: '-' }), 61 * 60, 0],
    ['another container of this name, made long ago', mutexOf({ place: `${boot}/pid:[1]` }), 61 * 60, 0],
  ])('of %s', async ([, text, age, want]) => {
    const folder = folderWith({ 'h.mutex': text })
    const made = NOW.getTime() / 1000 - age
    utimesSync(join(folder, 'h.mutex'), made, made)
    const caller = callerWith()
    const run = exclusively([homeIn(folder)], caller, async () => 'done')
    if (want === 'respected') {
      await expect(run).rejects.toThrow(
        `, or remove ${join(folder, 'h.mutex')} if that process is gone; nothing was done`,
      )
      expect(readFileSync(join(folder, 'h.mutex'), 'utf8')).toBe(text)
      return
    }
    expect(await run).toBe('done')
    expect(caller.sleeps()).toBe(want)
    expect(readdirSync(folder)).toEqual([])
  })

  test.for<[what: string, make: (path: string) => void]>([
    ['is a directory', (path) => mkdirSync(path)],
    ['is a symbolic link', (path) => symlinkSync('nowhere', path)],
    ['is a named pipe', (path) => execFileSync('mkfifo', [path])],
    ['is too large for a mutex', (path) => writeFileSync(path, 'x'.repeat(5000))],
    ['was not written by this version of tagwall', (path) => writeFileSync(path, '7 8 host\n')],
  ])('that %s is waited for, and then named', async ([what, make]) => {
    const folder = folderWith()
    const path = join(folder, 'h.mutex')
    make(path)
    const caller = callerWith()
    await expect(exclusively([homeIn(folder)], caller, async () => 'done')).rejects.toThrow(
      `${path} ${what}, so tagwall cannot keep other runs out of ${folder}; if none is writing there, remove that file and run the command again; nothing was done`,
    )
    expect(caller.sleeps()).toBe(50)
    expect(readdirSync(folder)).toEqual(['h.mutex'])
  })

  test('of a process that is about to write its name is waited for', async () => {
    const folder = folderWith({ 'h.mutex': '' })
    const made = NOW.getTime() / 1000
    utimesSync(join(folder, 'h.mutex'), made, made)
    await expect(exclusively([homeIn(folder)], callerWith(), async () => 'done')).rejects.toThrow(
      'other runs of tagwall',
    )
    expect(readdirSync(folder)).toEqual(['h.mutex'])
  })

  test('of a process whose start /proc hides, as that of another user, is respected', async () => {
    const folder = folderWith({ 'h.mutex': mutexOf({ start: '1' }) })
    utimesSync(join(folder, 'h.mutex'), NOW, NOW)
    const hidden = ([path]: readonly unknown[]) => (path === `/proc/${process.ppid}/stat` ? 'ENOENT' : undefined)
    await failing({ readFileSync: hidden }, async () => {
      await expect(exclusively([homeIn(folder)], callerWith(), async () => 'done')).rejects.toThrow('another tagwall')
    })
  })

  const GONE = mutexOf({ pid: 999999999 })

  test('that cannot be taken away is waited for no longer than any other', async () => {
    const folder = folderWith({ 'h.mutex': GONE })
    const caller = callerWith()
    await failing({ rmSync: ([path]) => (String(path).endsWith('.mutex') ? 'EPERM' : undefined) }, async () => {
      await expect(exclusively([homeIn(folder)], caller, async () => 'done')).rejects.toThrow(
        'another tagwall (process 999999999',
      )
    })
    expect(caller.sleeps()).toBe(50)
    expect(readdirSync(folder)).toEqual(['h.mutex'])
  })

  test('that changes hands before it is taken away never leaves its new holder', async () => {
    const folder = folderWith({ 'h.mutex': GONE })
    const path = join(folder, 'h.mutex')
    const touched: unknown[] = []
    // Between looking at the stale mutex and taking it away, another run has done so and made its own.
    const onOpen = ([file]: readonly unknown[]) => {
      if (file !== path && touched.length === 0) writeFileSync(path, live)
      return undefined
    }
    const onTouch = ([file, to]: readonly unknown[]) => {
      if (file === path || to === path) touched.push(file)
      return undefined
    }
    await failing({ openSync: onOpen, rmSync: onTouch, renameSync: onTouch }, async () => {
      await expect(exclusively([homeIn(folder)], callerWith(), async () => 'done')).rejects.toThrow('another tagwall')
    })
    expect(touched).toEqual([])
    expect(readFileSync(path, 'utf8')).toBe(live)
    expect(readdirSync(folder)).toEqual(['h.mutex'])
  })

  test.for<[what: string, turn: string, isLeft: boolean]>([
    ['works', live, true],
    ['was killed', GONE, false],
  ])('is taken away by one run at a time: another one that %s has the turn', async ([, turn, isLeft]) => {
    const folder = folderWith({ 'h.mutex': GONE })
    const path = join(folder, 'h.mutex')
    // The turn of this mutex, as another run has it.
    const onOpen = ([file, flags]: readonly unknown[], times: number) => {
      if (times === 1 && flags === 'wx') writeFileSync(file as string, turn)
      return undefined
    }
    await failing({ openSync: onOpen }, async () => {
      const run = exclusively([homeIn(folder)], callerWith(), async () => 'done')
      if (isLeft) await expect(run).rejects.toThrow('another tagwall (process 999999999')
      else expect(await run).toBe('done')
    })
    expect(existsSync(path)).toBe(isLeft)
    expect(readdirSync(folder)).toHaveLength(isLeft ? 2 : 0)
  })

  test('that changed hands while its holder was asleep is left to its new one', async () => {
    const folder = folderWith()
    const path = join(folder, 'h.mutex')
    await exclusively([homeIn(folder)], callerWith(), async () => writeFileSync(path, live))
    expect(readFileSync(path, 'utf8')).toBe(live)
  })

  test('is one for runs that begin together: none works while another does', async () => {
    const folder = folderWith()
    let [working, most] = [0, 0]
    const pause = () => new Promise<void>((done) => setImmediate(done))
    const one = () =>
      exclusively([homeIn(folder)], { ...callerWith(), sleep: pause }, async () => {
        most = Math.max(most, ++working)
        await pause()
        working--
      })
    await Promise.all([one(), one(), one(), one()])
    expect(most).toBe(1)
  })
})

describe('a journal', () => {
  const journal = (state: string, files: object[], folders: string[] = []) =>
    JSON.stringify({ format: 'tagwall-journal-3', state, run: 7, files, created: [], folders })
  const file = (path: string, temporary: string, text: string) => ({ path, temporary, sha256: sha256(text) })
  const FILES = [file('a', '.tagwall-7-0.tmp', 'new a'), file('../b', '.tagwall-7-1.tmp', 'new b')]
  const OLD = { 'home/a': 'old a', b: 'old b' }

  test.for<[what: string, texts: Record<string, string>, state: string, outcome: string, want: Record<string, string>]>(
    [
      ['staging', { ...OLD, 'home/.tagwall-7-0.tmp': 'new' }, 'staging', 'undone', OLD],
      [
        'nothing replaced',
        { ...OLD, 'home/.tagwall-7-0.tmp': 'new a', '.tagwall-7-1.tmp': 'new b' },
        'ready',
        'finished',
        { 'home/a': 'new a', b: 'new b' },
      ],
      [
        'one replaced',
        { 'home/a': 'new a', b: 'old b', '.tagwall-7-1.tmp': 'new b' },
        'ready',
        'finished',
        { 'home/a': 'new a', b: 'new b' },
      ],
      ['all replaced', { 'home/a': 'new a', b: 'new b' }, 'ready', 'finished', { 'home/a': 'new a', b: 'new b' }],
      [
        'a text that was changed since, and nothing replaced',
        { ...OLD, 'home/.tagwall-7-0.tmp': 'new a', '.tagwall-7-1.tmp': 'evil' },
        'ready',
        'undone',
        OLD,
      ],
      [
        'a text that was changed since, and one replaced',
        { 'home/a': 'new a', b: 'old b', '.tagwall-7-1.tmp': 'evil' },
        'ready',
        'lost',
        { 'home/a': 'new a', b: 'old b' },
      ],
      [
        'a damaged text beside a file that is finished',
        { 'home/a': 'new a', 'home/.tagwall-7-0.tmp': 'new', b: 'old b', '.tagwall-7-1.tmp': 'new b' },
        'ready',
        'finished',
        { 'home/a': 'new a', b: 'new b' },
      ],
      [
        'texts of another run beside its own',
        { ...OLD, 'home/.tagwall-7-9.tmp': 'x', 'home/.tagwall-77-0.tmp': 'theirs' },
        'staging',
        'undone',
        { ...OLD, 'home/.tagwall-77-0.tmp': 'theirs' },
      ],
    ],
  )('with %s', async ([, texts, state, outcome, want]) => {
    const folder = folderWith({ ...texts, 'home/h.journal': journal(state, FILES) })
    const caller = callerWith()
    expect(await wasInterrupted([homeIn(join(folder, 'home'))], caller)).toBe(true)
    await recover(join(folder, 'home'), caller)
    expect(caller.told).toEqual([{ outcome, paths: [join(folder, 'home/a'), join(folder, 'b')] }])
    expect(contentsOf(folder)).toEqual(contentsOf(folderWith(want)))
  })

  test.for([
    ['a name that is not ours', journal('staging', [file('a', 'precious', '')])],
    ['a path for a name', journal('staging', [file('a', '../.tagwall-1-1.tmp', '')])],
    ['another format', '{"format":"tagwall-journal-1"}'],
    ['a state that is none', journal('done', [])],
    ['a key that is none', JSON.stringify({ ...JSON.parse(journal('ready', [])), more: 1 })],
    ['a path that is not text', journal('ready', [{ ...FILES[0], path: 7 }])],
    ['a hash that is none', journal('ready', [{ ...FILES[0], sha256: 'x' }])],
    ['half of itself', '{"format":'],
  ] as const)('with %s is refused, and nothing is touched', async ([, text]) => {
    const folder = folderWith({ precious: 'mine', 'h.journal': text })
    const before = contentsOf(folder)
    await expect(recover(folder)).rejects.toThrow('is not a journal of this version of tagwall')
    expect(contentsOf(folder)).toEqual(before)
  })

  test.for<[what: string, file: object, blocked: string]>([
    ['a file', file('link/a', '.tagwall-7-0.tmp', 'new a'), 'link/a'],
    ['a file below', file('link/deep/a', '.tagwall-7-0.tmp', 'new a'), 'link/deep/a'],
  ])('of %s in a folder that a link has replaced since stays, and says so', async ([, one, blocked]) => {
    for (const state of ['staging', 'ready', 'undoing']) {
      const folder = folderWith({
        ...{ 'elsewhere/a': 'mine', 'elsewhere/deep/a': 'mine' },
        ...{ 'elsewhere/.tagwall-7-0.tmp': 'new a', 'elsewhere/deep/.tagwall-7-0.tmp': 'new a' },
        'home/h.journal': journal(state, [one]),
      })
      symlinkSync('../elsewhere', join(folder, 'home/link'))
      const before = contentsOf(folder)
      await expect(recover(join(folder, 'home'))).rejects.toThrow(
        `an earlier run was interrupted while it wrote ${folder}/home/${blocked}, and a link has come in the way since`,
      )
      expect(contentsOf(folder)).toEqual(before)
    }
  })

  test('does not follow a link that was put in place of a text', async () => {
    const folder = folderWith({ mine: 'new a', 'h.journal': journal('ready', [FILES[0] as object]) })
    symlinkSync(join(folder, 'mine'), join(folder, '.tagwall-7-0.tmp'))
    const caller = callerWith()
    await recover(folder, caller)
    expect(caller.told).toMatchObject([{ outcome: 'undone' }])
    expect(existsSync(join(folder, 'a'))).toBe(false)
  })

  test('that cannot be carried out stays, and the reason is given', async () => {
    const folder = folderWith({
      '.tagwall-7-0.tmp': 'new a',
      'a/in the way': '',
      'h.journal': journal('ready', [FILES[0] as object]),
    })
    const before = contentsOf(folder)
    await expect(recover(folder)).rejects.toThrow(
      /^an earlier run was interrupted, and tagwall cannot finish it now: EISDIR: .*; fix the cause, and run the command again$/,
    )
    expect(contentsOf(folder)).toEqual(before)
  })

  test('is looked for without writing, and a run that writes just now is waited for', async () => {
    const folder = folderWith()
    mkdirSync(join(folder, 'a'))
    const homes = [homeIn(join(folder, 'a')), homeIn(join(folder, 'nowhere'))]
    expect(await wasInterrupted(homes, callerWith())).toBe(false)
    expect(readdirSync(folder, { recursive: true })).toEqual(['a'])
    // The other run removes its journal, and then its mutex.
    await exclusively(homes.slice(0, 1), callerWith(), async () => {
      const path = join(folder, 'a/h.journal')
      writeFileSync(path, journal('ready', []))
      const caller = callerWith((times) => {
        if (times === 2) rmSync(path)
        if (times === 3) rmSync(join(folder, 'a/h.mutex'))
      })
      expect(await wasInterrupted(homes, caller)).toBe(false)
      expect(caller.sleeps()).toBe(3)
      expect(caller.waited).toHaveLength(1)
    })
  })
})
