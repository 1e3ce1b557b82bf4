import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hashOf, type Recovery } from '../../src/emit/journal.ts'
import { alone, settle } from '../../src/emit/run.ts'
import { contentsOf, folderWith } from '../cli/harness.ts'

const NOW = new Date('2025-11-12T10:00:00Z')

/** A caller that notes what it is told, and does `onSleep` where time would pass. */
function callerWith(onSleep: (times: number) => void = () => {}) {
  const told: Recovery[] = []
  let times = 0
  return {
    told,
    sleeps: () => times,
    sleep: async () => onSleep(++times),
    now: () => NOW,
    recovered: (recovery: Recovery) => void told.push(recovery),
  }
}

describe('the lock', () => {
  const startOf = (pid: number) =>
    readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[19]
  const live = `${process.ppid} ${existsSync('/proc/self/stat') ? startOf(process.ppid) : '-'} ${hostname()}\n`

  test('is held while a run works, and gone afterwards', async () => {
    const folder = folderWith()
    await alone([folder], undefined, callerWith(), async () => {
      expect(readdirSync(folder)).toEqual(['.tagwall-lock'])
    })
    expect(readdirSync(folder)).toEqual([])
  })

  test('is gone after a run that fails', async () => {
    const folder = folderWith()
    const run = alone([folder], undefined, callerWith(), async () => {
      throw new Error('no')
    })
    await expect(run).rejects.toThrow('no')
    expect(readdirSync(folder)).toEqual([])
  })

  test('of another process is waited for', async () => {
    const folder = folderWith({ '.tagwall-lock': live })
    const lock = join(folder, '.tagwall-lock')
    const caller = callerWith(
      (times) => times === 3 && writeFileSync(lock, '999999999 1 gone\n'.replace('gone', hostname())),
    )
    expect(await alone([folder], undefined, caller, async () => 'done')).toBe('done')
    expect(caller.sleeps()).toBe(3)
  })

  test('of another process is respected', async () => {
    const folder = folderWith({ '.tagwall-lock': live })
    await expect(alone([folder], undefined, callerWith(), async () => 'done')).rejects.toThrow(
      `another tagwall (process ${process.ppid} on ${hostname()}) is writing to ${folder}; nothing was done, run this again when it has ended`,
    )
    expect(readFileSync(join(folder, '.tagwall-lock'), 'utf8')).toBe(live)
  })

  test.for<[what: string, text: string, age: number, sleeps: number | 'respected']>([
    ['a process that is gone', `999999999 5 ${hostname()}\n`, 0, 0],
    ['a process whose number another one has now', `${process.ppid} 1 ${hostname()}\n`, 0, 0],
    ['a process that was killed before it could write its name', '', 0, 50],
    ['another machine, made long ago', '1 5 elsewhere\n', 61 * 60, 0],
    ['another machine, made lately', '1 5 elsewhere\n', 59 * 60, 'respected'],
  ])('of %s', async ([, text, age, want]) => {
    const folder = folderWith({ '.tagwall-lock': text })
    const made = NOW.getTime() / 1000 - age
    utimesSync(join(folder, '.tagwall-lock'), made, made)
    const caller = callerWith()
    const run = alone([folder], undefined, caller, async () => 'done')
    if (want === 'respected') return expect(run).rejects.toThrow('(process 1 on elsewhere)')
    expect(await run).toBe('done')
    expect(caller.sleeps()).toBe(want)
    expect(readdirSync(folder)).toEqual([])
  })

  test('is one for runs that begin together: none works while another does', async () => {
    const folder = folderWith()
    let [working, most] = [0, 0]
    const pause = () => new Promise<void>((done) => setImmediate(done))
    const one = () =>
      alone([folder], undefined, { ...callerWith(), sleep: pause }, async () => {
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
    JSON.stringify({ format: 'tagwall-journal-1', state, files, folders })
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
        'a text that was changed since',
        { ...OLD, 'home/.tagwall-7-0.tmp': 'new a', '.tagwall-7-1.tmp': 'evil' },
        'ready',
        'lost',
        OLD,
      ],
    ],
  )('with %s', async ([, texts, state, outcome, want]) => {
    const folder = folderWith({ ...texts, 'home/.tagwall-journal.json': journal(state, FILES) })
    const caller = callerWith()
    await settle([join(folder, 'home'), folder], caller)
    expect(caller.told).toEqual([{ outcome, paths: [join(folder, 'home/a'), join(folder, 'b')] }])
    expect(contentsOf(folder)).toEqual(contentsOf(folderWith(want)))
  })

  test.for([
    ['a name that is not ours', journal('staging', [file('a', 'precious', '')])],
    ['a path for a name', journal('staging', [file('a', '../.tagwall-1-1.tmp', '')])],
    ['another format', '{"format":"tagwall-journal-2"}'],
    ['half of itself', '{"format":'],
  ] as const)('with %s is refused, and nothing is touched', async ([, text]) => {
    const folder = folderWith({ precious: 'mine', '.tagwall-journal.json': text })
    const before = contentsOf(folder)
    await expect(settle([folder], callerWith())).rejects.toThrow('is not a journal of this version of tagwall')
    expect(contentsOf(folder)).toEqual(before)
  })

  test('does not follow a link that was put in place of a text', async () => {
    const folder = folderWith({ mine: 'new a', '.tagwall-journal.json': journal('ready', [FILES[0] as object]) })
    symlinkSync(join(folder, 'mine'), join(folder, '.tagwall-7-0.tmp'))
    const caller = callerWith()
    await settle([folder], caller)
    expect(caller.told.map(({ outcome }) => outcome)).toEqual(['lost'])
    expect(existsSync(join(folder, 'a'))).toBe(false)
  })

  test('that cannot be carried out stays, and the reason is given', async () => {
    const folder = folderWith({
      '.tagwall-7-0.tmp': 'new a',
      'a/in the way': '',
      '.tagwall-journal.json': journal('ready', [FILES[0] as object]),
    })
    const before = contentsOf(folder)
    await expect(settle([folder], callerWith())).rejects.toThrow(
      /^an earlier run was interrupted, and cannot be finished now: EISDIR: .*; put that right, and run this again$/,
    )
    expect(contentsOf(folder)).toEqual(before)
  })

  test('is not looked for by writing: nothing is made where there is none', async () => {
    const folder = folderWith()
    mkdirSync(join(folder, 'a'))
    await settle([join(folder, 'a'), join(folder, 'nowhere')], callerWith())
    expect(readdirSync(folder, { recursive: true })).toEqual(['a'])
  })
})
