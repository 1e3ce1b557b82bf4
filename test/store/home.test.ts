import { execFileSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeFolder } from '../../src/store/disk.ts'
import { homesOf, usableHome } from '../../src/store/home.ts'
import { folderWith } from '../cli/harness.ts'
import { problemOf } from '../notation.ts'

// Where the mutex and the journal of a run are: where no checkout can bring them.

const made = () => realpathSync(folderWith({ 'site/fw/x': '', 'site/other/x': '' }))
const git = (cwd: string, ...argv: string[]) =>
  execFileSync('git', ['-c', 'user.name=n', '-c', 'user.email=a@b', '-c', 'protocol.file.allow=always', ...argv], {
    cwd,
    stdio: 'ignore',
  })
/** The folders of the homes of `snapshots`, from `outer`. */
const foldersOf = (outer: string, snapshots: string, env = {}) =>
  homesOf(join(outer, snapshots), { HOME: join(outer, 'me'), ...env }).map(({ folder }) => folder.replace(outer, '.'))
const STATE = './me/.local/state/tagwall'

test('without a repository, the home is in the state folder of the user', () => {
  const outer = made()
  expect(foldersOf(outer, 'site/snapshots')).toEqual([STATE])
  expect(foldersOf(outer, 'site/snapshots', { XDG_STATE_HOME: join(outer, 'xdg') })).toEqual(['./xdg/tagwall'])
  // The specification says that a relative path does not count.
  expect(foldersOf(outer, 'site/snapshots', { XDG_STATE_HOME: 'xdg' })).toEqual([STATE])
})

test('TAGWALL_STATE names the folder, which is never one of a checkout', () => {
  const outer = made()
  git(join(outer, 'site'), 'init')
  expect(foldersOf(outer, 'site/snapshots', { TAGWALL_STATE: join(outer, 'state') })).toEqual(['./state'])
  expect(problemOf(() => foldersOf(outer, 'site/snapshots', { TAGWALL_STATE: 'state' }))).toBe(
    'UserError: TAGWALL_STATE is state; expected the full path of a folder, so that it is never one of a checkout',
  )
})

test.for<[what: string, make: (outer: string) => void, snapshots: string, folder: string]>([
  ['a repository', (outer) => git(join(outer, 'site'), 'init'), 'site/fw/snapshots', './site/.git/tagwall'],
  [
    'a linked worktree',
    (outer) => {
      git(join(outer, 'site'), 'init')
      git(join(outer, 'site'), 'commit', '--allow-empty', '--message=x')
      git(join(outer, 'site'), 'worktree', 'add', '../tree')
    },
    'tree/snapshots',
    './site/.git/worktrees/tree/tagwall',
  ],
  [
    'a submodule',
    (outer) => {
      git(join(outer, 'site'), 'init')
      git(join(outer, 'site'), 'commit', '--allow-empty', '--message=x')
      mkdirSync(join(outer, 'above'))
      git(join(outer, 'above'), 'init')
      git(join(outer, 'above'), 'submodule', 'add', '../site', 'sub')
    },
    'above/sub/snapshots',
    './above/.git/modules/sub/tagwall',
  ],
  [
    'a repository by a link',
    (outer) => {
      git(join(outer, 'site'), 'init')
      symlinkSync('site/fw', join(outer, 'link'))
    },
    'link/snapshots',
    './site/.git/tagwall',
  ],
])('in %s, the home is in its own git directory, or else in the state folder', ([, make, snapshots, folder]) => {
  const outer = made()
  make(outer)
  expect(foldersOf(outer, snapshots)).toEqual([folder, STATE])
})

test.for<[what: string, make: (outer: string) => void]>([
  [
    'a folder that git takes for a bare one',
    (outer) => {
      for (const name of ['objects', 'refs']) mkdirSync(join(outer, 'site/fw', name))
      writeFileSync(join(outer, 'site/fw/HEAD'), 'ref: refs/heads/main\n')
    },
  ],
  ['a .git that leads nowhere', (outer) => writeFileSync(join(outer, 'site/.git'), 'gitdir: ../nowhere\n')],
  ['a .git that is anything else', (outer) => writeFileSync(join(outer, 'site/.git'), 'text\n')],
])('%s is no repository', ([, make]) => {
  const outer = made()
  make(outer)
  expect(foldersOf(outer, 'site/fw/snapshots')).toEqual([STATE])
})

test.skipIf(process.getuid?.() !== 0)('what another user made is no home', () => {
  const outer = made()
  git(join(outer, 'site'), 'init')
  chownSync(join(outer, 'site/.git'), 1234, 1234)
  expect(foldersOf(outer, 'site/snapshots')).toEqual([STATE])
  mkdirSync(join(outer, STATE), { recursive: true })
  chownSync(join(outer, STATE), 1234, 1234)
  expect(foldersOf(outer, 'site/snapshots')).toEqual([])
})

test('folders of one repository have homes of their own, which stay where it is moved', () => {
  const outer = made()
  git(join(outer, 'site'), 'init')
  const nameOf = (path: string) => homesOf(join(outer, path, 'snapshots'), {}).map(({ name }) => name)[0]
  const names = ['site', 'site/fw', 'site/other'].map(nameOf)
  expect(new Set(names).size).toBe(3)
  renameSync(join(outer, 'site'), join(outer, 'moved'))
  expect(['moved', 'moved/fw', 'moved/other'].map(nameOf)).toEqual(names)
})

test('the first home that can be written is taken; without any, a sentence says what to do', () => {
  const outer = made()
  git(join(outer, 'site'), 'init')
  const homes = homesOf(join(outer, 'site/snapshots'), { HOME: join(outer, 'me') })
  expect(usableHome(homes).folder).toBe(join(outer, 'site/.git/tagwall'))
  rmSync(join(outer, 'site/.git/tagwall'), { recursive: true })
  // A file in the way stands for a folder that cannot be written; root may write any.
  writeFileSync(join(outer, 'me'), '')
  writeFileSync(join(outer, 'site/.git/tagwall'), '')
  const problem = problemOf(() => usableHome(homes)).replaceAll(outer, '.')
  expect(problem).toMatch(
    /^UserError: there is no place outside of the checkout for the journal of this run \(.*\): set TAGWALL_STATE to a folder that this user can write; nothing was done$/,
  )
  rmSync(join(outer, 'me'))
  expect(usableHome(homes).folder).toBe(join(outer, 'me/.local/state/tagwall'))
  expect(existsSync(join(outer, 'me/.local/state/tagwall'))).toBe(true)
})

test('a folder is made with those above it, and again', () => {
  const path = join(folderWith(), 'a/b/c')
  for (const _ of ['new', 'there']) makeFolder(path)
  expect(existsSync(path)).toBe(true)
  writeFileSync(join(path, 'file'), '')
  expect(() => makeFolder(join(path, 'file'))).toThrow('EEXIST')
  expect(() => makeFolder(join(path, 'file/d'))).toThrow('ENOTDIR')
})

// Node's own recursion never ends there.
test.runIf(existsSync('/proc/self'))('a folder in /proc is refused', () => {
  expect(() => makeFolder('/proc/tagwall/home')).toThrow('ENOENT')
})
