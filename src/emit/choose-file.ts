import type { AddressFamily } from '../address/prefix.ts'
import type { Rendered } from '../compile/render-target.ts'
import { UserErrors } from '../errors.ts'

/** The file to print, by the command line. */
export interface Choice {
  readonly part?: string
  readonly family?: AddressFamily
}

/** The file that `--part` and `--family` choose. Throws `UserErrors` if there are several. */
export function choosePart<File extends Rendered>(files: readonly File[], name: string, options: Choice): File {
  const chosen = named(files, name, options)
  // A family is enough if exactly one file holds just that family.
  const own = chosen.filter((file) => options.family !== undefined && file.family === options.family)
  const [only, ...more] = own.length > 0 ? own : chosen
  if (only && more.length === 0) return only
  throw new UserErrors(`${name} makes ${files.length} files; choose one`, files.map(choiceOf))
}

/** The files that `--part` names, or all. Throws `UserErrors` if there is no such part. */
export function named<File extends Rendered>(files: readonly File[], name: string, { part }: Choice): readonly File[] {
  const chosen = files.filter((file) => part === undefined || file.part.toLowerCase() === part.toLowerCase())
  if (chosen.length > 0) return chosen
  throw new UserErrors(`${name} has no part "${part}"; the parts are`, files.map(choiceOf))
}

const choiceOf = ({ part, family }: Rendered) => `--part ${part}${family ? ` --family ${family}` : ''}`
