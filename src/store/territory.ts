import { statSync } from 'node:fs'
import { basename, parse, sep } from 'node:path'
import { isWithin, realPath } from './disk.ts'

/** The folders for files of targets. The paths have no links. */
export interface Territory {
  /** The working directory. */
  readonly folder: string
  readonly allowsOutside: boolean
  /** True to replace files that do not look like the target's. */
  readonly overwrites: boolean
  /** Reserved files and folders, and their purpose. */
  readonly reserved: readonly { readonly path: string; readonly what: string; readonly isFolder: boolean }[]
}

/** Reasons why a file of a target must not be at `path`, one sentence each. */
export function trespasses(path: string, { folder, allowsOutside, reserved }: Territory): string[] {
  const real = realPath(path)
  const parts = real.slice(parse(real).root.length).split(sep)
  const alias = process.platform === 'win32' ? parts.find(isWindowsAlias) : undefined
  const owner = reserved.find((other) =>
    other.isFolder ? isWithin(real, other.path) : real === other.path || isSameFile(real, other.path),
  )
  return [
    ...(allowsOutside || isWithin(real, folder)
      ? []
      : [`${path} is outside the working directory; add --allow-outside to permit this`]),
    ...(owner
      ? [`${path} is ${owner.isFolder && real !== owner.path ? 'in ' : ''}${owner.what}; choose another "out"`]
      : []),
    ...(alias !== undefined
      ? [`${path} has "${alias}", which Windows takes for another name; choose another "out"`]
      : []),
    ...(parts.some((part) => part.toLowerCase() === '.git')
      ? [`${path} is in a .git folder; choose another "out"`]
      : []),
    ...(parts.some((part) => part.toLowerCase().startsWith('.tagwall-'))
      ? [`${path} is a name reserved for tagwall (.tagwall-*); choose another "out"`]
      : []),
  ]
}

/**
 * True if Windows treats a name as an alias: it drops dots and spaces at its end, reads a colon as a stream of the file, so
 * that `.git::$INDEX_ALLOCATION` is `.git`, and has devices in every folder.
 */
export const isWindowsAlias = (name: string): boolean =>
  /[. ]$|:/.test(name) || /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:[. ]|$)/i.test(name)

/** True if two paths are the same file, ignoring case like some file systems. */
function isSameFile(path: string, other: string): boolean {
  if (basename(path).toLowerCase() !== basename(other).toLowerCase()) return false
  const [one, two] = [path, other].map((each) => statSync(each, { throwIfNoEntry: false }))
  return one !== undefined && one.dev === two?.dev && one.ino === two.ino
}
