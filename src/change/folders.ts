import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { firstIndex } from '../address/binary-search.ts'
import { memo } from '../model/lazy.ts'
import { byCodeUnit } from '../text/order.ts'

/** In a name, for the name of a set or a number. */
export const GAP = '{set}'

/** The names in folders, each of which is read once: thousands of targets may share one. */
export class Folders {
  private readonly names = memo((folder: string) => (existsSync(folder) ? readdirSync(folder).sort(byCodeUnit) : []))

  /** The path, if it exists; or the paths that match, with a match of `middle` in place of a gap. */
  matching(path: string, middle: RegExp): string[] {
    const folder = dirname(path)
    const [start, end] = basename(path).split(GAP) as [string, string | undefined]
    const isMatch = (name: string) =>
      end === undefined
        ? name === start
        : name.endsWith(end) && middle.test(name.slice(start.length, name.length - end.length))
    return this.beginning(folder, start)
      .filter(isMatch)
      .map((name) => join(folder, name))
  }

  private beginning(folder: string, start: string): string[] {
    const names = this.names(folder)
    const first = firstIndex(0, names.length, (index) => (names[index] as string) >= start)
    const last = firstIndex(first, names.length, (index) => !(names[index] as string).startsWith(start))
    return names.slice(first, last)
  }
}
