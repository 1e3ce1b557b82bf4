import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { changedDrafts, checkDrafts, type Draft, writeDrafts } from '../../src/emit/write.ts'
import { problemOf } from '../notation.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tagwall-write-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Drafts of files below the folder, by path; the owner is named after the file. */
const drafts = (texts: Readonly<Record<string, string>>): Draft[] =>
  Object.entries(texts).map(([file, text]) => ({ path: join(folder, file), text, owner: `target "${file}"` }))

/** What is in the folder: path and content of every file, path of every empty folder. */
function contents(): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name)
    const shown = path.slice(folder.length + 1)
    if (entry.isDirectory()) return readdirSync(path).length === 0 ? [`${shown}/`, ''] : []
    return entry.isFile() ? [shown, readFileSync(path, 'latin1')] : []
  })
  return Object.fromEntries(entries.filter((entry) => entry.length > 0))
}

/** The problem that writing ends in, without the folder's own name. */
const problem = (run: () => void) => problemOf(run).replaceAll(folder, '.').replaceAll(`${process.pid}`, 'PID')

test('writes new files, in new folders, and replaces old ones', () => {
  writeFileSync(join(folder, 'old'), 'before')
  writeDrafts(drafts({ old: 'after', 'a/b/new': 'text', other: '' }), folder)
  expect(contents()).toEqual({ old: 'after', 'a/b/new': 'text', other: '' })
})

test('does not touch a file that has its text already', () => {
  const path = join(folder, 'same')
  writeFileSync(path, 'text é')
  utimesSync(path, 1, 1)
  const { ino } = statSync(path)
  const all = drafts({ same: 'text é', other: 'text' })
  expect(changedDrafts(all).map(({ owner }) => owner)).toEqual(['target "other"'])
  writeDrafts(all, folder)
  const { ino: now, mtimeMs } = statSync(path)
  expect([now, mtimeMs]).toEqual([ino, 1000])
  expect(changedDrafts(all)).toEqual([])
})

test('replaces a file in one step: whoever has the old one open reads it to its end', () => {
  const path = join(folder, 'file')
  writeFileSync(path, 'before')
  const { ino } = statSync(path)
  writeDrafts(drafts({ file: 'after' }), folder)
  expect(statSync(path).ino).not.toBe(ino)
})

test('sees that a file is other bytes, though it is the same text to a lenient reader', () => {
  writeFileSync(join(folder, 'file'), Buffer.from([0x61, 0xff]))
  expect(changedDrafts(drafts({ file: 'a\ufffd' })).length).toBe(1)
})

test('writes nothing when it only checks', () => {
  checkDrafts(drafts({ 'a/b': 'text' }))
  expect(contents()).toEqual({})
})

test('counts an obstacle as a change, and leaves it to the check to refuse it', () => {
  mkdirSync(join(folder, 'rules'))
  writeFileSync(join(folder, 'file'), '')
  expect(changedDrafts(drafts({ rules: 'text', 'file/below': 'text' })).length).toBe(2)
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
    want: 'target "rules": ./rules is a directory, not a file',
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
    want: 'target "rules" and target "./rules" both write ./rules; give each its own "out"',
  },
  {
    name: 'a name that is too long',
    before: () => writeFileSync(join(folder, 'a'), 'mine'),
    texts: { a: '1', [LONG]: '2', b: '3' },
    want: `target "${LONG}": ./${LONG} is too long a name for a file`,
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
    want: 'target "real/old" and target "link/old" both write ./link/old; give each its own "out"',
  },
  {
    name: 'a link in the place of the file',
    before: () => {
      writeFileSync(join(folder, 'real'), 'mine')
      symlinkSync(join(folder, 'real'), join(folder, 'link'))
    },
    texts: { new: '0', link: '1' },
    want: 'target "link": ./link is a symbolic link; name the file that it points to, or remove the link',
  },
  {
    name: 'a link to nothing in the place of the file',
    before: () => symlinkSync(join(folder, 'nowhere'), join(folder, 'link')),
    texts: { new: '0', link: '1' },
    want: 'target "link": ./link is a symbolic link; name the file that it points to, or remove the link',
  },
])('writes nothing at all because of $name', ({ before, texts, want }) => {
  before()
  const was = contents()
  expect(problem(() => writeDrafts(drafts(texts), folder))).toBe(`UserErrors: nothing was written: ${want}`)
  expect(contents()).toEqual(was)
})

test('names every obstacle at once', () => {
  mkdirSync(join(folder, 'a'))
  mkdirSync(join(folder, 'b'))
  expect(problem(() => checkDrafts(drafts({ a: '', b: '', './a': '' })))).toBe(
    [
      'UserErrors: nothing was written:',
      '  target "a" and target "./a" both write ./a; give each its own "out"',
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
    expect(problem(() => writeDrafts(drafts({ 'locked/a': '', file: '' }), folder))).toBe(
      [
        'UserErrors: nothing was written:',
        '  target "locked/a": ./locked is not writable',
        '  target "file": ./file is not writable',
      ].join('\n'),
    )
    expect(existsSync(join(folder, 'locked/a'))).toBe(false)
  },
)
