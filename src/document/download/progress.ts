import type { Io } from '../../io.ts'

const WIDTH = 30
const STEP = 128 * 1024

/** A progress bar for the bytes of one response, on a terminal only. */
export class Progress {
  private shown = -1
  constructor(private readonly io: Io) {}

  advance(bytes: number, total: number | undefined): void {
    if (!this.io.isTerminal) return
    const step = Math.floor(bytes / STEP)
    if (step === this.shown) return
    this.shown = step
    const part = total ? Math.min(1, bytes / total) : undefined
    const bar = part === undefined ? '' : `[${'#'.repeat(Math.round(part * WIDTH)).padEnd(WIDTH, '.')}] `
    this.io.err(`\r\u001b[K${bar}${megabytes(bytes)}${total ? ` of ${megabytes(total)}` : ''} MB`)
  }

  /** Removes the bar. */
  end(): void {
    if (this.shown >= 0) this.io.err('\r\u001b[K')
    this.shown = -1
  }
}

// Short work needs no bar.
const FEWEST_STEPS = 40

/** A progress bar for work with many steps, on a terminal only. */
export class Steps {
  private done = 0
  private isShown = false
  constructor(
    private readonly io: Io,
    private readonly total: number,
  ) {}

  /** Begins the next step, described by `what`. */
  next(what: string): void {
    const part = this.done++ / this.total
    if (!this.io.isTerminal || this.total < FEWEST_STEPS) return
    this.isShown = true
    const bar = `[${'#'.repeat(Math.round(part * WIDTH)).padEnd(WIDTH, '.')}]`
    this.io.err(`\r\u001b[K${bar} ${Math.floor(part * 100)}% ${what}`)
  }

  /** Removes the bar. */
  end(): void {
    if (this.isShown) this.io.err('\r\u001b[K')
    this.isShown = false
  }
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1)
