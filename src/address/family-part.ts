import type { Runs } from './canonical.ts'
import { coverOf, coverSize } from './cover.ts'
import type { AddressFamily, Prefix, Range } from './prefix.ts'
import { LONGEST_TEXT, writeAddress, writeLength } from './prefix-text.ts'
import { addressAt, WIDTH, type Width } from './uint32.ts'

const NEWLINE = 0x0a

/** The part of a set in one family, with cached results. Immutable, so sets can share it. */
export class FamilyPart {
  readonly width: Width
  #cover: Uint32Array | undefined
  #prefixCount: number | undefined
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
    this.#prefixes ??= Array.from({ length: cover.length / (width + 1) }, (_, index) => {
      const at = (width + 1) * index
      return { family, address: addressAt(cover, at, width), length: cover[at + width] as number }
    })
    return this.#prefixes
  }

  /** The texts of `prefixes`, in canonical notation. */
  get texts(): readonly string[] {
    this.#texts ??= this.runs.length === 0 ? [] : this.lines.toString('latin1').trimEnd().split('\n')
    return this.#texts
  }

  /** The number of `prefixes`, without building them. */
  get prefixCount(): number {
    const { runs, width } = this
    this.#prefixCount ??= this.#cover ? this.#cover.length / (width + 1) : coverSize(runs, width)
    return this.#prefixCount
  }

  /** The prefixes as text, one per line. */
  get lines(): Buffer {
    const { cover, width } = this
    const bytes = Buffer.allocUnsafe((cover.length / (width + 1)) * (LONGEST_TEXT + 1))
    let at = 0
    for (let prefix = 0; prefix < cover.length; prefix += width + 1) {
      at = writeAddress(cover, prefix, width, bytes, at)
      at = writeLength(cover[prefix + width] as number, bytes, at)
      bytes[at++] = NEWLINE
    }
    return bytes.subarray(0, at)
  }

  private get cover(): Uint32Array {
    this.#cover ??= coverOf(this.runs, this.width)
    return this.#cover
  }
}
