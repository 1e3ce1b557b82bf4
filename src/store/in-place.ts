import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { folderAbove, realPath } from '../places.ts'
import { withUnixLines } from '../text/lines.ts'
import { entryAt } from './disk.ts'

/** The difference of the file in the place of a draft: git writes the line ends of Windows there. A missing file counts as another text. */
export type Difference = 'none' | 'line ends' | 'text'

/** The entry in the place of a draft. A file is read once, when somebody asks for its content. */
export class FileInPlace {
  readonly entry: ReturnType<typeof entryAt>
  #content: Buffer | undefined

  constructor(private readonly path: string) {
    this.entry = entryAt(path)
  }

  get content(): Buffer {
    this.#content ??= readFileSync(this.path)
    return this.#content
  }

  differenceFrom(text: string | Buffer): Difference {
    if (!this.entry?.isFile()) return 'text'
    if (this.content.equals(typeof text === 'string' ? Buffer.from(text) : text)) return 'none'
    const found = this.content.toString()
    return found.includes('\r\n') && withUnixLines(found) === text.toString() ? 'line ends' : 'text'
  }
}

/** The folder of a path. */
export type Folder = ReturnType<typeof folderOn>

/** Finds the folders of paths, and looks at each once. */
export function folderFinder(): (path: string) => Folder {
  const known = new Map<string, Folder>()
  return (path) => {
    const name = dirname(resolve(path))
    const folder = known.get(name) ?? folderOn(path)
    known.set(name, folder)
    return folder
  }
}

function folderOn(path: string) {
  // The folder itself, or the nearest one above it that exists, which may be a file.
  const above = folderAbove(path)
  return { real: dirname(realPath(path)), above, isFolder: statSync(above).isDirectory() }
}
