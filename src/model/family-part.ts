import { coverOf } from './cover.ts'
import type { AddressFamily, Prefix, Range } from './prefix.ts'
import { LONGEST_TEXT, writeAddress, writeLength } from './prefix-text.ts'
import type { Runs } from './runs.ts'
import { addressAt, WIDTH, type Width } from './words.ts'

const NEWLINE = 0x0a

/** What a set holds of one family, and what was made of it so far. Immutable, so that sets share it. */
export class FamilyPart {
  readonly width: Width
  #cover: Uint32Array | undefined
  #prefixes: readonly Prefix[] | undefined
  #texts: readonly string[] | undefined

  constructor(
    private readonly family: AddressFamily,
    readonly runs: Runs,
  ) {
    this.width = WIDTH[family]
  }

  get ranges(): Range[] {
    const { family, runs, width } = this
    return Array.from({ length: runs.length / (2 * width) }, (_, index) => {
      const run = 2 * width * index
      return { family, first: addressAt(runs, run, width), last: addressAt(runs, run + width, width) }
    })
  }

  get prefixes(): readonly Prefix[] {
    const { family, cover, width } = this
    this.#prefixes ??= Array.from({ length: this.prefixCount }, (_, index) => {
      const at = (width + 1) * index
      return { family, address: addressAt(cover, at, width), length: cover[at + width] as number }
    })
    return this.#prefixes
  }

  /** The texts of `prefixes`, in canonical notation. */
  get texts(): readonly string[] {
    if (this.prefixCount === 0) return []
    this.#texts ??= this.write().split('\n')
    return this.#texts
  }

  get prefixCount(): number {
    return this.cover.length / (this.width + 1)
  }

  /** Returns the position behind the last line. */
  writeLines(bytes: Uint8Array, at: number): number {
    const { cover, width } = this
    for (let prefix = 0; prefix < cover.length; prefix += width + 1) {
      at = writeAddress(cover, prefix, width, bytes, at)
      at = writeLength(cover[prefix + width] as number, bytes, at)
      bytes[at++] = NEWLINE
    }
    return at
  }

  /** The prefixes, a line each; there must be one. */
  private write(): string {
    const bytes = Buffer.allocUnsafe(this.prefixCount * (LONGEST_TEXT + 1))
    return bytes.toString('latin1', 0, this.writeLines(bytes, 0) - 1)
  }

  private get cover(): Uint32Array {
    this.#cover ??= coverOf(this.runs, this.width)
    return this.#cover
  }
}
