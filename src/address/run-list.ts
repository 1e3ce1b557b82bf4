import { canonical, type Runs } from './canonical.ts'
import { copyEight, grown, hostBits, putAddress, type Width } from './uint32.ts'

/** Collects runs of one family, in any order. */
export class RunList {
  private uint32s: Runs = new Uint32Array(0)
  private end = 0

  constructor(
    private readonly width: Width,
    /** The room to reserve with the first run; the list grows. */
    private readonly capacity = 8,
  ) {}

  /** The number of runs added. */
  get length(): number {
    return this.end / (2 * this.width)
  }

  /** Adds the addresses of a prefix. */
  addPrefix(address: bigint, length: number): void {
    const { width } = this
    putAddress(address, width, scratch, 0)
    for (let word = 0; word < width; word++) scratch[width + word] = (scratch[word] as number) | hostBits(length, word)
    this.addRun(scratch)
  }

  /** Adds the addresses from the first address in `run` to the second. */
  addRun(run: Uint32Array): void {
    this.reserve(2 * this.width)
    const { uint32s, end, width } = this
    if (width === 1) {
      uint32s[end] = run[0] as number
      uint32s[end + 1] = run[1] as number
    } else copyEight(run, 0, uint32s, end)
    this.end = end + 2 * width
  }

  /** Adds the addresses from `first` to `last`, both included. */
  addRange(first: bigint, last: bigint): void {
    this.reserve(2 * this.width)
    putAddress(first, this.width, this.uint32s, this.end)
    putAddress(last, this.width, this.uint32s, this.end + this.width)
    this.end += 2 * this.width
  }

  /** Adds runs of the same family. */
  addRuns(runs: Runs): void {
    this.reserve(runs.length)
    this.uint32s.set(runs, this.end)
    this.end += runs.length
  }

  /** The canonical runs. Do not use the list afterwards. */
  toRuns(): Runs {
    return canonical(this.uint32s.subarray(0, this.end), this.width)
  }

  private reserve(uint32s: number): void {
    const { length } = this.uint32s
    if (this.end + uint32s <= length) return
    this.uint32s = grown(this.uint32s, Math.max(2 * length, this.capacity * 2 * this.width, this.end + uint32s))
  }
}

// Buffer for one run; always written before it is read.
const scratch = new Uint32Array(8)
