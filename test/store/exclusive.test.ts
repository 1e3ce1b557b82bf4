import { execFileSync } from 'node:child_process'
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { exclusively, recoverInterruptedRun } from '../../src/store/exclusive.ts'
import { hashOf, type Ignored, type Recovery } from '../../src/store/journal.ts'
import { parseJournal } from '../../src/store/journal-schema.ts'
import { contentsOf, folderWith } from '../cli/harness.ts'
import { failing } from './failing.ts'

const NOW = new Date('2025-11-12T10:00:00Z')

/** A caller that notes what it is told, and does `onSleep` where time would pass. Only `mine` may be written. */
function callerWith(onSleep: (times: number) => void = () => {}, mine = /\/(?:a|b)$/) {
  const told: (Recovery | Ignored)[] = []
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
    door: async () => ({ parse: parseJournal, mayWrite: (path: string) => mine.test(path) }),
    recovered: (recovery: Recovery) => void told.push(recovery),
    ignored: (journal: Ignored) => void told.push(journal),
  }
}

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
    await exclusively([folder], undefined, callerWith(), async () => {
      expect(readdirSync(folder)).toEqual(['.tagwall-mutex'])
    })
    expect(readdirSync(folder)).toEqual([])
  })

  test('is gone after a run that fails', async () => {
    const folder = folderWith()
    const run = exclusively([folder], undefined, callerWith(), async () => {
      throw new Error('no')
    })
    await expect(run).rejects.toThrow('no')
    expect(readdirSync(folder)).toEqual([])
  })

  test('of another process is waited for', async () => {
    const folder = folderWith({ '.tagwall-mutex': live })
    const mutex = join(folder, '.tagwall-mutex')
    const caller = callerWith((times) => times === 3 && writeFileSync(mutex, mutexOf({ pid: 999999999, start: '1' })))
    expect(await exclusively([folder], undefined, caller, async () => 'done')).toBe('done')
    expect(caller.sleeps()).toBe(3)
    expect(caller.waited).toEqual([
      `waiting up to 5 s for another tagwall (process ${process.ppid} on ${hostname()}), which is writing to ${folder}`,
    ])
  })

  test('of another process is respected', async () => {
    const folder = folderWith({ '.tagwall-mutex': live })
    await expect(exclusively([folder], undefined, callerWith(), async () => 'done')).rejects.toThrow(
      `another tagwall (process ${process.ppid} on ${hostname()}) is writing to ${folder}; wait until it ends, and run the command again; nothing was done`,
    )
    expect(readFileSync(join(folder, '.tagwall-mutex'), 'utf8')).toBe(live)
  })

  test.for<[what: string, text: string, age: number, sleeps: number | 'respected']>([
    ['a process that is gone', mutexOf({ pid: 999999999 }), 0, 0],
    ['a process whose number another one has now', mutexOf({ start: '1' }), 0, 0],
    ['a process that was killed before it could write its name', '', 0, 50],
    ['a process that was killed in the middle of its name', '12 34', 0, 50],
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
    const folder = folderWith({ '.tagwall-mutex': text })
    const made = NOW.getTime() / 1000 - age
    utimesSync(join(folder, '.tagwall-mutex'), made, made)
    const caller = callerWith()
    const run = exclusively([folder], undefined, caller, async () => 'done')
    if (want === 'respected') {
      await expect(run).rejects.toThrow(
        `, or remove ${join(folder, '.tagwall-mutex')} if that process is gone; nothing was done`,
      )
      expect(readFileSync(join(folder, '.tagwall-mutex'), 'utf8')).toBe(text)
      return
    }
    expect(await run).toBe('done')
    expect(caller.sleeps()).toBe(want)
    expect(readdirSync(folder)).toEqual([])
  })

  test('of a run of an older version is respected under its older name, and left alone if that run is gone', async () => {
    const folder = folderWith({ '.tagwall-lock': live })
    const path = join(folder, '.tagwall-lock')
    await expect(exclusively([folder], undefined, callerWith(), async () => 'done')).rejects.toThrow(
      `another tagwall (process ${process.ppid} on ${hostname()}) is writing to ${folder}`,
    )
    writeFileSync(path, mutexOf({ pid: 999999999 }))
    const caller = callerWith()
    expect(await exclusively([folder], undefined, caller, async () => 'done')).toBe('done')
    expect(caller.sleeps()).toBe(0)
    expect(readdirSync(folder)).toEqual(['.tagwall-lock'])
  })

  test.for<[what: string, make: (path: string) => void]>([
    ['is a directory', (path) => mkdirSync(path)],
    ['is a symbolic link', (path) => symlinkSync('nowhere', path)],
    ['is a named pipe', (path) => execFileSync('mkfifo', [path])],
    ['is too large for a mutex', (path) => writeFileSync(path, 'x'.repeat(5000))],
    ['was not written by this version of tagwall', (path) => writeFileSync(path, '7 8 host\n')],
  ])('that %s is waited for, and then named', async ([what, make]) => {
    const folder = folderWith()
    const path = join(folder, '.tagwall-mutex')
    make(path)
    const caller = callerWith()
    await expect(exclusively([folder], undefined, caller, async () => 'done')).rejects.toThrow(
      `${path} ${what}, so tagwall cannot keep other runs out of ${folder}; if none is writing there, remove that file and run the command again; nothing was done`,
    )
    expect(caller.sleeps()).toBe(50)
    expect(readdirSync(folder)).toEqual(['.tagwall-mutex'])
  })

  test('that cannot be taken away is waited for no longer than any other', async () => {
    const folder = folderWith({ '.tagwall-mutex': mutexOf({ pid: 999999999 }) })
    const caller = callerWith()
    await failing({ renameSync: () => 'EPERM' }, async () => {
      await expect(exclusively([folder], undefined, caller, async () => 'done')).rejects.toThrow(
        'another tagwall (process 999999999',
      )
    })
    expect(caller.sleeps()).toBe(50)
  })

  test('that changes hands while it is taken away stays with its new holder', async () => {
    const folder = folderWith({ '.tagwall-mutex': mutexOf({ pid: 999999999 }) })
    const path = join(folder, '.tagwall-mutex')
    let isFirst = true
    // Between looking at the stale mutex and moving it, another run has taken it away and made its own.
    const onRename = () => {
      if (isFirst) writeFileSync(path, live)
      isFirst = false
      return undefined
    }
    await failing({ renameSync: onRename }, async () => {
      await expect(exclusively([folder], undefined, callerWith(), async () => 'done')).rejects.toThrow(
        'another tagwall',
      )
    })
    expect(readFileSync(path, 'utf8')).toBe(live)
    expect(readdirSync(folder)).toEqual(['.tagwall-mutex'])
  })

  test('that changed hands while its holder was asleep is left to its new one', async () => {
    const folder = folderWith()
    const path = join(folder, '.tagwall-mutex')
    await exclusively([folder], undefined, callerWith(), async () => writeFileSync(path, live))
    expect(readFileSync(path, 'utf8')).toBe(live)
  })

  test('is one for runs that begin together: none works while another does', async () => {
    const folder = folderWith()
    let [working, most] = [0, 0]
    const pause = () => new Promise<void>((done) => setImmediate(done))
    const one = () =>
      exclusively([folder], undefined, { ...callerWith(), sleep: pause }, async () => {
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
    JSON.stringify({ format: 'tagwall-journal-2', state, run: 7, files, created: [], folders })
  const file = (path: string, temporary: string, text: string) => ({ path, temporary, sha256: hashOf(text) })
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
    const folder = folderWith({ ...texts, 'home/.tagwall-journal.json': journal(state, FILES) })
    const caller = callerWith()
    await recoverInterruptedRun([join(folder, 'home'), folder], caller)
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
    const folder = folderWith({ precious: 'mine', '.tagwall-journal.json': text })
    const before = contentsOf(folder)
    await expect(recoverInterruptedRun([folder], callerWith())).rejects.toThrow(
      'is not a journal of this version of tagwall',
    )
    expect(contentsOf(folder)).toEqual(before)
  })

  test.for([
    ['a file elsewhere', [file('../precious', '.tagwall-7-0.tmp', 'evil')], []],
    ['a file that is reached by a link', [file('link/precious', '.tagwall-7-0.tmp', 'evil')], []],
    ['a file of the home that no run writes', [file('mine', '.tagwall-7-0.tmp', 'evil')], []],
    ['a folder elsewhere', [FILES[0]], ['../empty']],
    ['a folder that holds no file of it', [FILES[0]], ['empty']],
  ] as [string, object[], string[]][])('of %s is ignored by readers, and stops writers', async ([, files, folders]) => {
    for (const state of ['staging', 'ready', 'undoing']) {
      const folder = folderWith({
        ...{ precious: 'mine', '.tagwall-7-0.tmp': 'evil', 'home/mine': 'mine', 'home/.tagwall-7-0.tmp': 'evil' },
        'home/.tagwall-journal.json': journal(state, files, folders),
      })
      for (const empty of ['empty', 'home/empty']) mkdirSync(join(folder, empty))
      symlinkSync('..', join(folder, 'home/link'))
      const home = join(folder, 'home')
      const [before, names] = [contentsOf(folder), readdirSync(folder, { recursive: true })]
      // By its name, a path by a link would be one of these.
      const caller = callerWith(() => {}, /home\/(?:a|link\/.*)$/)
      await recoverInterruptedRun([home], caller)
      expect(caller.told).toMatchObject([
        { message: expect.stringContaining('names files that this policy does not write') },
      ])
      await expect(exclusively([home], undefined, caller, async () => 'done')).rejects.toThrow(
        'tagwall did nothing with it',
      )
      expect([contentsOf(folder), readdirSync(folder, { recursive: true })]).toEqual([before, names])
    }
  })

  test('that git tracks is ignored, and said so; a run keeps its own elsewhere', async () => {
    const folder = folderWith({
      'home/a': 'old a',
      'home/.tagwall-7-0.tmp': 'new a',
      'home/.tagwall-journal.json': journal('ready', [FILES[0] as object]),
    })
    const home = join(folder, 'home')
    execFileSync('git', ['init', '-q', folder])
    execFileSync('git', ['-C', folder, 'add', '-f', 'home/.tagwall-journal.json'])
    const before = contentsOf(home)
    const caller = callerWith()
    await recoverInterruptedRun([home], caller)
    const message = `${home}/.tagwall-journal.json is ignored: git tracks it, so it came with a commit; remove it with "git rm"`
    expect(caller.told).toEqual([{ message }])
    expect(await exclusively([home, folder], undefined, caller, async (chosen) => chosen)).toBe(folder)
    expect(await exclusively([home], undefined, caller, async (chosen) => chosen)).toBe(undefined)
    expect(contentsOf(home)).toEqual(before)
    execFileSync('git', ['-C', folder, 'rm', '-q', '--cached', 'home/.tagwall-journal.json'])
    await recoverInterruptedRun([home], caller)
    expect(caller.told.at(-1)).toEqual({ outcome: 'finished', paths: [join(home, 'a')] })
  })

  test.for<[what: string, make: (path: string) => void]>([
    ['a directory', (path) => mkdirSync(path)],
    ['a symbolic link', (path) => symlinkSync('/etc/passwd', path)],
    ['a named pipe', (path) => execFileSync('mkfifo', [path])],
  ])('that is %s is ignored', async ([what, make]) => {
    const folder = folderWith()
    make(join(folder, '.tagwall-journal.json'))
    const caller = callerWith()
    await recoverInterruptedRun([folder], caller)
    const message = `${folder}/.tagwall-journal.json is ignored: it is ${what}; expected a regular file; remove it`
    expect(caller.told).toEqual([{ message }])
    expect(readdirSync(folder)).toEqual(['.tagwall-journal.json'])
  })

  test.runIf(process.getuid?.() === 0)('that another user owns is ignored', async () => {
    const folder = folderWith({
      '.tagwall-journal.json': journal('ready', [FILES[0] as object]),
      '.tagwall-7-0.tmp': 'new a',
    })
    chownSync(join(folder, '.tagwall-journal.json'), 4242, 4242)
    const before = contentsOf(folder)
    const caller = callerWith()
    await recoverInterruptedRun([folder], caller)
    const message = `${folder}/.tagwall-journal.json is ignored: it belongs to another user (4242); remove it`
    expect(caller.told).toEqual([{ message }])
    expect(contentsOf(folder)).toEqual(before)
  })

  test('does not follow a link that was put in place of a text', async () => {
    const folder = folderWith({ mine: 'new a', '.tagwall-journal.json': journal('ready', [FILES[0] as object]) })
    symlinkSync(join(folder, 'mine'), join(folder, '.tagwall-7-0.tmp'))
    const caller = callerWith()
    await recoverInterruptedRun([folder], caller)
    expect(caller.told).toMatchObject([{ outcome: 'undone' }])
    expect(existsSync(join(folder, 'a'))).toBe(false)
  })

  test('that cannot be carried out stays, and the reason is given', async () => {
    const folder = folderWith({
      '.tagwall-7-0.tmp': 'new a',
      'a/in the way': '',
      '.tagwall-journal.json': journal('ready', [FILES[0] as object]),
    })
    const before = contentsOf(folder)
    await expect(recoverInterruptedRun([folder], callerWith())).rejects.toThrow(
      /^an earlier run was interrupted, and tagwall cannot finish it now: EISDIR: .*; fix the cause, and run the command again$/,
    )
    expect(contentsOf(folder)).toEqual(before)
  })

  test('is checked without writing: nothing is created without a journal', async () => {
    const folder = folderWith()
    mkdirSync(join(folder, 'a'))
    await recoverInterruptedRun([join(folder, 'a'), join(folder, 'nowhere')], callerWith())
    expect(readdirSync(folder, { recursive: true })).toEqual(['a'])
  })
})
