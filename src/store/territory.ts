import { statSync } from 'node:fs'
import { basename, parse, relative, sep } from 'node:path'
import { isWithin, realPath } from './disk.ts'
import { isGitFolder, isRunByTools, isWindowsAlias } from './risky-names.ts'

/** The folders for files of targets. The paths have no links. */
export interface Territory {
  /** The working directory. */
  readonly folder: string
  readonly allowsOutside: boolean
  /** True to allow names that other programs read or run: those that begin with a dot, and those of CI and build tools. */
  readonly allowsAnyName: boolean
  /** True to replace files that do not look like the target's. */
  readonly overwrites: boolean
  /** Reserved files and folders, and their purpose. */
  readonly reserved: readonly { readonly path: string; readonly what: string; readonly isFolder: boolean }[]
}

/** Reasons why a file of a target must not be at `path`, one sentence each. */
export function placeProblems(path: string, territory: Territory): string[] {
  const { folder, allowsOutside, reserved } = territory
  const real = realPath(path)
  const parts = partsOf(real)
  const owner = reserved.find((other) =>
    other.isFolder ? isWithin(real, other.path) : real === other.path || isSameFile(real, other.path),
  )
  const isGit = parts.some(isGitFolder)
  const isOwn = parts.some((part) => part.toLowerCase().startsWith('.tagwall-'))
  return [
    ...(allowsOutside || isWithin(real, folder)
      ? []
      : [`${path} is outside the working directory; add --allow-outside to permit this`]),
    ...(owner
      ? [`${path} is ${owner.isFolder && real !== owner.path ? 'in ' : ''}${owner.what}; choose another "out"`]
      : []),
    ...(isGit ? [`${path} is in a .git folder; choose another "out"`] : []),
    ...(isOwn ? [`${path} is a name reserved for tagwall (.tagwall-*); choose another "out"`] : []),
    ...(owner || isGit || isOwn ? [] : riskyNames(path, real, territory)),
  ]
}

/** Names with a meaning for other programs, except for those of the working directory itself. */
function riskyNames(path: string, real: string, { folder, allowsAnyName }: Territory): string[] {
  const parts = relative(folder, real)
    .split(sep)
    .filter((part) => part !== '..')
  const alias = parts.find(isWindowsAlias)
  if (alias !== undefined && process.platform === 'win32')
    return [`${path} has "${alias}", which Windows takes for another name; choose another "out"`]
  if (allowsAnyName) return []
  const found = [
    ...(alias === undefined ? [] : [`"${alias}", which Windows takes for another name`]),
    ...parts.filter((part) => part.startsWith('.')).map((part) => `"${part}", which begins with a dot`),
    ...parts.filter(isRunByTools).map((part) => `"${part}", which CI and build tools run`),
  ]
  return found
    .slice(0, 1)
    .map((what) => `${path} has ${what}; choose another "out", or add --allow-any-name to permit this`)
}

const partsOf = (path: string) => path.slice(parse(path).root.length).split(sep)

/** True if two paths are the same file, ignoring case like some file systems. */
function isSameFile(path: string, other: string): boolean {
  if (basename(path).toLowerCase() !== basename(other).toLowerCase()) return false
  const [one, two] = [path, other].map((each) => statSync(each, { throwIfNoEntry: false }))
  return one !== undefined && one.dev === two?.dev && one.ino === two.ino
}
