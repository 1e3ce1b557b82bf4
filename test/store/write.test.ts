import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { exclusively } from '../../src/store/exclusive.ts'
import type { Home } from '../../src/store/home.ts'
import { checkDrafts, type Draft, removeStale, writeDrafts } from '../../src/store/write.ts'
import { problemOf } from '../notation.ts'
import { type Fault, failing } from './failing.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tagwall-write-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const CALLER = { sleep: async () => {}, now: () => new Date(), waits: () => {}, interrupted: () => {} }

/** The drafts that differ from the files in their places. */
const changed = (drafts: readonly Draft[]) =>
  [...checkDrafts(drafts)].filter(([, difference]) => difference !== 'none').map(([draft]) => draft)

/** Drafts of files below the folder, by path; the owner is named after the file. */
const drafts = (texts: Readonly<Record<string, string>>): Draft[] =>
  Object.entries(texts).map(([file, text]) => ({ path: join(folder, file), text, owner: `target "${file}"` }))

/** The home of the journal, in the folder itself. */
const home = (): Home => ({ folder, name: 'h', base: folder, subject: folder })

/** What is in the folder: path and content of every file, path of every empty folder. */
function contents(at = folder): Record<string, string> {
  // Not with `recursive`, which follows links since Node 22.
  const entries = readdirSync(at, { withFileTypes: true }).flatMap((entry): (readonly [string, string])[] => {
    const path = join(at, entry.name)
    const shown = path.slice(folder.length + 1)
    if (entry.isFile()) return [[shown, readFileSync(path, 'latin1')]]
    if (!entry.isDirectory()) return []
    const below = Object.entries(contents(path))
    return below.length > 0 || readdirSync(path).length > 0 ? below : [[`${shown}/`, '']]
  })
  return Object.fromEntries(entries)
}

/** The problem that writing ends in, without the folder's own name. */
const problem = (run: () => void) => problemOf(run).replaceAll(folder, '.').replaceAll(`${process.pid}`, 'PID')

test('writes new files, in new folders, and replaces old ones', () => {
  writeFileSync(join(folder, 'old'), 'before')
  writeDrafts(drafts({ old: 'after', 'a/b/new': 'text', other: '' }), home())
  expect(contents()).toEqual({ old: 'after', 'a/b/new': 'text', other: '' })
})

test('does not touch a file that has its text already', () => {
  const path = join(folder, 'same')
  writeFileSync(path, 'text é')
  utimesSync(path, 1, 1)
  const { ino } = statSync(path)
  const all = drafts({ same: 'text é', other: 'text' })
  expect(changed(all).map(({ owner }) => owner)).toEqual(['target "other"'])
  writeDrafts(all, home())
  const { ino: now, mtimeMs } = statSync(path)
  expect([now, mtimeMs]).toEqual([ino, 1000])
  expect(changed(all)).toEqual([])
})

test('replaces a file in one step: a reader of the old file can finish', () => {
  const path = join(folder, 'file')
  writeFileSync(path, 'before')
  const { ino } = statSync(path)
  writeDrafts(drafts({ file: 'after' }), home())
  expect(statSync(path).ino).not.toBe(ino)
})

test('sees that a file is other bytes, though it is the same text to a lenient reader', () => {
  writeFileSync(join(folder, 'file'), Buffer.from([0x61, 0xff]))
  expect(changed(drafts({ file: 'a\ufffd' })).length).toBe(1)
})

test('writes nothing when it only checks', () => {
  checkDrafts(drafts({ 'a/b': 'text' }))
  expect(contents()).toEqual({})
})

test('sees line ends of Windows as another difference than another text', () => {
  writeFileSync(join(folder, 'windows'), 'one\r\ntwo\r\n')
  writeFileSync(join(folder, 'other'), 'one\r\nthree\r\n')
  const all = drafts({ windows: 'one\ntwo\n', other: 'one\ntwo\n', missing: 'one\n' })
  expect([...checkDrafts(all).values()]).toEqual(['line ends', 'text', 'text'])
})

test('compares the paths of drafts that were checked by themselves, and does not look at them again', () => {
  mkdirSync(join(folder, 'a'))
  const [a, ...others] = drafts({ a: '1', b: '2', './a': '3' }) as [Draft, ...Draft[]]
  expect(problem(() => checkDrafts([a, ...others], [a, ...others]))).toBe(
    'UserErrors: nothing was written: target "a" and target "./a" both write ./a; give them different values of "out"',
  )
  expect(checkDrafts([a], [a]).size).toBe(0)
})

const LONG = 'x'.repeat(256)

test.for<{ name: string; before: () => void; texts: Record<string, string>; want: string }>([
  {
    name: 'a folder in the way',
    before: () => mkdirSync(join(folder, 'rules')),
    texts: { a: '1', rules: '2' },
    want: 'target "rules": ./rules is a directory, not a file',
  },
  {
    name: 'a link to a folder in the way',
    before: () => {
      mkdirSync(join(folder, 'real'))
      symlinkSync(join(folder, 'real'), join(folder, 'rules'))
    },
    texts: { a: '1', rules: '2' },
    want: 'target "rules": ./rules is a symbolic link; use the path of the file behind the link, or remove the link',
  },
  {
    name: 'a file where a folder is needed',
    before: () => writeFileSync(join(folder, 'rules'), 'mine'),
    texts: { a: '1', 'rules/edge/v4': '2' },
    want: 'target "rules/edge/v4": ./rules is not a directory, so ./rules/edge/v4 cannot be written',
  },
  {
    name: 'a file below another one',
    before: () => {},
    texts: { rules: '1', 'rules/v4': '2' },
    want: 'target "rules/v4" writes ./rules/v4, below ./rules, which is a file of target "rules"',
  },
  {
    name: 'one file twice',
    before: () => {},
    texts: { rules: '1', './rules': '2' },
    want: 'target "rules" and target "./rules" both write ./rules; give them different values of "out"',
  },
  {
    name: 'names that differ only in case',
    before: () => {},
    texts: { 'rules/edge': '1', 'rules/Edge': '2' },
    want: 'target "rules/edge" writes ./rules/edge, and target "rules/Edge" writes ./rules/Edge: that is one file on Windows and macOS, where case does not count; give them different values of "out"',
  },
  {
    name: 'a file below another one, in another case',
    before: () => {},
    texts: { rules: '1', 'Rules/v4': '2' },
    want: 'target "Rules/v4" writes ./Rules/v4, below ./rules, which is a file of target "rules"',
  },
  {
    name: 'names that differ only in how an accent is written',
    before: () => {},
    texts: { '\u00e9': '1', 'e\u0301': '2' },
    want: 'target "\u00e9" writes ./\u00e9, and target "e\u0301" writes ./e\u0301: that is one file on Windows and macOS, where case does not count; give them different values of "out"',
  },
  {
    name: 'a name that is too long',
    before: () => writeFileSync(join(folder, 'a'), 'mine'),
    texts: { a: '1', [LONG]: '2', b: '3' },
    want: `target "${LONG}": the file name ./${LONG} is too long`,
  },
  {
    name: 'a folder name that is too long, in folders that are not there yet',
    before: () => {},
    texts: { 'new/deep/a': '1', [`new/deep/er/${LONG}/b`]: '2' },
    want: `ENAMETOOLONG: name too long, mkdir './new/deep/er/${LONG}'`,
  },
  {
    name: 'a folder where the text beside the file would go',
    before: () => mkdirSync(join(folder, `.tagwall-${process.pid}-1.tmp`)),
    texts: { a: '1', rules: '2' },
    want: 'Path is a directory: rm returned EISDIR (is a directory) ./.tagwall-PID-1.tmp',
  },
  {
    name: 'one file by two paths',
    before: () => {
      mkdirSync(join(folder, 'real'))
      writeFileSync(join(folder, 'real/old'), Buffer.from('before \xff', 'latin1'))
      symlinkSync(join(folder, 'real'), join(folder, 'link'))
    },
    texts: { new: '0', 'real/old': '1', 'link/old': '2' },
    want: 'target "real/old" and target "link/old" both write ./link/old; give them different values of "out"',
  },
  {
    name: 'a link in the place of the file',
    before: () => {
      writeFileSync(join(folder, 'real'), 'mine')
      symlinkSync(join(folder, 'real'), join(folder, 'link'))
    },
    texts: { new: '0', link: '1' },
    want: 'target "link": ./link is a symbolic link; use the path of the file behind the link, or remove the link',
  },
  {
    name: 'a link to nothing in the place of the file',
    before: () => symlinkSync(join(folder, 'nowhere'), join(folder, 'link')),
    texts: { new: '0', link: '1' },
    want: 'target "link": ./link is a symbolic link; use the path of the file behind the link, or remove the link',
  },
])('writes nothing at all because of $name', ({ before, texts, want }) => {
  before()
  const was = contents()
  expect(problem(() => writeDrafts(drafts(texts), home()))).toBe(`UserErrors: nothing was written: ${want}`)
  expect(contents()).toEqual(was)
})

test('names every obstacle at once', () => {
  mkdirSync(join(folder, 'a'))
  mkdirSync(join(folder, 'b'))
  expect(problem(() => checkDrafts(drafts({ a: '', b: '', './a': '' })))).toBe(
    [
      'UserErrors: nothing was written:',
      '  target "a" and target "./a" both write ./a; give them different values of "out"',
      '  target "a": ./a is a directory, not a file',
      '  target "b": ./b is a directory, not a file',
      '  target "./a": ./a is a directory, not a file',
    ].join('\n'),
  )
})

const isSuperuser = process.getuid?.() === 0

test.skipIf(isSuperuser)(
  `refuses what is not writable${isSuperuser ? ': the superuser may write anywhere' : ''}`,
  () => {
    mkdirSync(join(folder, 'locked'))
    writeFileSync(join(folder, 'file'), 'mine')
    chmodSync(join(folder, 'locked'), 0o555)
    chmodSync(join(folder, 'file'), 0o444)
    expect(problem(() => writeDrafts(drafts({ 'locked/a': '', file: '' }), home()))).toBe(
      [
        'UserErrors: nothing was written:',
        '  target "locked/a": ./locked is not writable',
        '  target "file": ./file is not writable',
      ].join('\n'),
    )
    expect(existsSync(join(folder, 'locked/a'))).toBe(false)
  },
)

test.for<[what: string, make: (path: string) => void]>([
  ['a named pipe', (path) => execFileSync('mkfifo', [path])],
  ...(isSuperuser
    ? [['a device', (path: string) => execFileSync('mknod', [path, 'c', '1', '3'])] as [string, (path: string) => void]]
    : []),
])('refuses %s in the place of a file, and does not wait for it', ([what, make]) => {
  make(join(folder, 'rules'))
  expect(problem(() => writeDrafts(drafts({ rules: 'text' }), home()))).toBe(
    `UserErrors: nothing was written: target "rules": ./rules is ${what}, not a file`,
  )
  expect(readdirSync(folder)).toEqual(['rules'])
})

describe('a disk that fails', () => {
  const isTemporary = (path: unknown) => /\.tagwall-\d+-\d+\.tmp$/.test(String(path))
  const TEXTS = { a: 'new a', 'deep/b': 'new b', c: 'new c' }
  const CAUSE = 'EIO: injected, renameSync'

  beforeEach(() => {
    writeFileSync(join(folder, 'a'), 'old a')
    chmodSync(join(folder, 'a'), 0o640)
    writeFileSync(join(folder, 'c'), 'old c')
  })

  /** What writing says when files fail to come to their places: the nth for each n that is given. */
  const writeWith = (faults: Record<string, Fault>) =>
    failing(faults, () => problem(() => writeDrafts(drafts(TEXTS), home())))
  const renames = (...failures: number[]) => {
    let count = 0
    return (given: readonly unknown[]) => (isTemporary(given[0]) && failures.includes(++count) ? 'EIO' : undefined)
  }
  const OLD = { a: 'old a', c: 'old c' }

  /** The next command, whichever it is. */
  async function next(): Promise<string[]> {
    const told: string[] = []
    await exclusively([home()], { ...CALLER, recovered: ({ outcome }) => told.push(outcome) }, async () => {})
    return told
  }

  test.for([1, 2, 3])('at file %i: everything is as it was, and the modes too', async (nth) => {
    expect(await writeWith({ renameSync: renames(nth) })).toBe(`UserErrors: nothing was written: ${CAUSE}`)
    expect(contents()).toEqual(OLD)
    expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o640)
    expect(await next()).toEqual([])
  })

  const MIXED =
    'the files are in a mixed state, some new and some old; fix the cause, and run any tagwall command that writes: it finishes or undoes the run with ./h.journal'

  test('and again while the older file goes back: it says so, and the next command undoes', async () => {
    expect(await writeWith({ renameSync: renames(3, 4) })).toBe(
      `UserError: writing failed (${CAUSE}), and so did undoing it (${CAUSE}): ${MIXED}`,
    )
    expect(contents()).toMatchObject({ a: 'new a', 'deep/b': 'new b', c: 'old c' })
    expect(await next()).toEqual(['undone'])
    expect(contents()).toEqual(OLD)
    expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o640)
  })

  test('and is full when the older texts are to be kept: the next command finishes', async () => {
    let writes = 0
    const full = () => (++writes > 5 ? 'ENOSPC' : undefined)
    expect(await writeWith({ renameSync: renames(3), writeFileSync: full })).toBe(
      `UserError: writing failed (${CAUSE}), and so did undoing it (ENOSPC: injected, writeFileSync in .): ${MIXED}`,
    )
    expect(contents()).toMatchObject({ a: 'new a', 'deep/b': 'new b', c: 'old c' })
    expect(await next()).toEqual(['finished'])
    expect(contents()).toEqual(TEXTS)
  })

  test('and does not let go of what was made: the next command does that', async () => {
    const keeps = (given: readonly unknown[]) => (String(given[0]).endsWith('deep/b') ? 'EIO' : undefined)
    expect(await writeWith({ renameSync: renames(3), rmSync: keeps })).toBe(
      `UserError: writing failed (${CAUSE}), and so did undoing it (EIO: injected, rmSync): ${MIXED}`,
    )
    expect(await next()).toEqual(['undone'])
    expect(contents()).toEqual(OLD)
  })

  test('and does not let go of the texts beside their files: no file was replaced, and the next command is sure', async () => {
    // Not the first time, when what an earlier run may have left under that name goes.
    const keeps = (given: readonly unknown[], times: number) => (isTemporary(given[0]) && times > 5 ? 'EIO' : undefined)
    expect(await writeWith({ renameSync: renames(1), rmSync: keeps })).toBe(
      `UserError: writing failed (${CAUSE}), and so did undoing it (EIO: injected, rmSync): no file was replaced, but files named .tagwall-* are left; fix the cause, and run any tagwall command that writes: it finishes or undoes the run with ./h.journal`,
    )
    expect(contents()).toMatchObject(OLD)
    expect(await next()).toHaveLength(1)
    expect(Object.keys(contents()).filter((name) => name.includes('.tagwall'))).toEqual([])
  })

  test('is full from the beginning: nothing was written, and nothing is left', async () => {
    expect(await writeWith({ writeFileSync: () => 'ENOSPC' })).toBe(
      'UserErrors: nothing was written: ENOSPC: injected, writeFileSync in .',
    )
    expect(contents()).toEqual(OLD)
  })

  test('with the journal at the end: everything was written, and it says so', async () => {
    const keeps = (given: readonly unknown[]) => (String(given[0]).endsWith('h.journal') ? 'EIO' : undefined)
    expect(await writeWith({ rmSync: keeps })).toBe(
      'UserError: everything was written, but ./h.journal could not be removed (EIO: injected, rmSync); the next run removes it',
    )
    expect(contents()).toMatchObject(TEXTS)
    expect(await next()).toEqual(['finished'])
    expect(contents()).toEqual(TEXTS)
  })

  test('with a file that no longer holds: it says that everything else was written', async () => {
    const told = await failing({ rmSync: () => 'EACCES' }, () => problem(() => removeStale([join(folder, 'a')])))
    expect(told).toBe(
      'UserErrors: everything was written, but tagwall could not remove outdated files; remove them yourself: EACCES: injected, rmSync',
    )
  })
})

describe('on Windows, a file that a virus scanner holds', () => {
  const platform = Object.getOwnPropertyDescriptor(process, 'platform') as PropertyDescriptor
  let waits: number[] = []
  const onSystem = (name: string) => Object.defineProperty(process, 'platform', { ...platform, value: name })
  beforeEach(() => {
    waits = []
    onSystem('win32')
    vi.spyOn(Atomics, 'wait').mockImplementation((...given: unknown[]) => {
      waits.push(given[3] as number)
      return 'timed-out'
    })
    writeFileSync(join(folder, 'a'), 'old')
  })
  afterEach(() => {
    vi.restoreAllMocks()
    Object.defineProperty(process, 'platform', platform)
  })

  /** Fails the first `count` calls about the target's text beside it, which may be about the target too. */
  const held = (code: string, count: number): Fault => {
    let left = count
    return (given) => (given.some((path) => isOfTarget(String(path))) && left-- > 0 ? code : undefined)
  }
  const isOfTarget = (path: string) => /[\\/]\.tagwall-\d+-\d+\.tmp$/.test(path)
  const ALL = [10, 20, 50, 100, 200, 400, 800]

  test.for(
    ['renameSync', 'rmSync', 'openSync'].flatMap((call) =>
      ['EPERM', 'EBUSY', 'EACCES'].flatMap((code) => [1, 3, 7].map((times) => [call, code, times] as const)),
    ),
  )('(%s: %s, %i times) is replaced at the next try', async ([call, code, times]) => {
    await failing({ [call]: held(code, times) }, () => writeDrafts(drafts({ a: 'new' }), home()))
    expect(contents()).toEqual({ a: 'new' })
    expect(waits).toEqual(ALL.slice(0, times))
  })

  test.for(['EPERM', 'EBUSY', 'EACCES'])('for good (%s) is left as it was, and the sentence says so', async (code) => {
    const said = await failing({ renameSync: held(code, 8) }, () =>
      problem(() => writeDrafts(drafts({ a: 'new' }), home())),
    )
    expect(said).toBe(`UserErrors: nothing was written: ${code}: injected, renameSync`)
    expect(contents()).toEqual({ a: 'old' })
    expect(waits).toEqual(ALL)
  })

  test('is not waited for with another error, or on another system', async () => {
    const said = (code: string) =>
      failing({ renameSync: held(code, 1) }, () => problem(() => writeDrafts(drafts({ a: 'new' }), home())))
    expect(await said('ENOSPC')).toBe('UserErrors: nothing was written: ENOSPC: injected, renameSync')
    onSystem('linux')
    expect(await said('EBUSY')).toBe('UserErrors: nothing was written: EBUSY: injected, renameSync')
    expect(waits).toEqual([])
  })

  test('outdated is removed at the next try', async () => {
    await failing({ rmSync: (_, times) => (times < 2 ? 'EBUSY' : undefined) }, () => removeStale([join(folder, 'a')]))
    expect(contents()).toEqual({})
    expect(waits).toEqual(ALL.slice(0, 2))
  })
})

test('a journal is about places without links, so it serves from every working directory, also where the repository is mounted', async () => {
  for (const place of ['repository/rules', 'repository/shared', 'repository/one'])
    mkdirSync(join(folder, place), { recursive: true })
  symlinkSync('../shared', join(folder, 'repository/one/snapshots'))
  const homeAt = (place: string): Home => ({ ...home(), base: join(folder, place) })
  let count = 0
  const dies = (given: readonly unknown[]) => (/-\d\.tmp$/.test(String(given[0])) && ++count > 1 ? 'EIO' : undefined)
  await failing({ renameSync: dies, writeFileSync: (_, times) => (times > 3 ? 'ENOSPC' : undefined) }, () =>
    problem(() =>
      writeDrafts(drafts({ 'repository/one/snapshots/s': 'new', 'repository/rules/r': 'new' }), homeAt('repository')),
    ),
  )
  renameSync(join(folder, 'repository'), join(folder, 'moved'))
  const told: unknown[] = []
  await exclusively([homeAt('moved')], { ...CALLER, recovered: (recovery) => told.push(recovery) }, async () => {})
  expect(told).toEqual([
    { outcome: 'finished', paths: [join(folder, 'moved/shared/s'), join(folder, 'moved/rules/r')] },
  ])
  expect(contents()).toEqual({ 'moved/shared/s': 'new', 'moved/rules/r': 'new', 'moved/one/snapshots': undefined })
})
