import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Io } from '../io.ts'
import type { ReadFile } from '../model/found-rule.ts'
import type { Target } from '../model/policy.ts'
import { partNumber } from '../render/parts.ts'
import { entryAt } from '../store/disk.ts'
import type { Rendered } from './render-target.ts'
import { pathOf } from './target-job.ts'

/** A full file on disk: what the device loaded last. */
export interface FileThere extends ReadFile {
  readonly path: string
}

/** The files on disk at the paths of `files`, each whole or in parts: what the device loaded last. */
export function filesThere(target: Target, files: readonly Rendered[], io: Io): FileThere[] {
  const wholes = new Map(files.map((file) => [file.suffix, file]))
  return [...wholes.values()].flatMap((file) => {
    const at = (number: string | undefined) => {
      const path = resolve(io.cwd, pathOf(target, { suffix: file.suffix, number }))
      const isThere = entryAt(path)?.isFile() === true
      return isThere ? [{ part: file.part, family: file.family, text: textThere(path), path }] : []
    }
    const parts: ReturnType<typeof at> = []
    for (let number = 1; at(partNumber(number)).length > 0; number++) parts.push(...at(partNumber(number)))
    return parts.length > 0 ? parts : at(undefined)
  })
}

/** The text of a full file, with the line endings of Unix: git changes them on Windows. */
export const textThere = (path: string): string => readFileSync(path, 'utf8').replaceAll('\r\n', '\n')
