import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { WholeFile } from '../../compile/render-target.ts'
import { pathOf } from '../../compile/target-job.ts'
import type { Io } from '../../io.ts'
import type { Target } from '../../model/policy.ts'
import type { ReadFile } from '../../model/reading.ts'
import { entryAt } from '../../store/disk.ts'
import { partNumber } from '../../vendor/render/parts.ts'

/** A full file of a target as it was written: what the device loaded last. */
export interface FileThere extends ReadFile {
  /** Relative to the working directory. */
  readonly path: string
}

/** Reads a file of the working directory, or of a commit; undefined if there is none. */
export type ReadText = (path: string) => string | undefined

/** The files at the paths of `files`, each whole or in parts. */
export function filesThere(target: Target, files: readonly WholeFile[], read: ReadText): FileThere[] {
  const wholes = new Map(files.map((file) => [file.suffix, file]))
  return [...wholes.values()].flatMap((file) => {
    const at = (number: string | undefined): FileThere[] => {
      const path = pathOf(target, { suffix: file.suffix, number })
      const text = read(path)
      return text === undefined ? [] : [{ part: file.part, family: file.family, text, path }]
    }
    const parts: FileThere[] = []
    for (let number = 1; at(partNumber(number)).length > 0; number++) parts.push(...at(partNumber(number)))
    return parts.length > 0 ? parts : at(undefined)
  })
}

/** Reads files of the working directory, with the line endings of Unix: git changes them on Windows. */
export function readerOfDisk(io: Io): ReadText {
  return (path) => {
    const full = resolve(io.cwd, path)
    return entryAt(full)?.isFile() ? readFileSync(full, 'utf8').replaceAll('\r\n', '\n') : undefined
  }
}
