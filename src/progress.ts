import type { Io } from './io.ts'

const WIDTH = 30
const STEP = 128 * 1024

/** Goes to the start of the line and clears it. */
export const CLEAR = '\r\u001b[K'

/** A line of progress, on a terminal only. */
export class Bar {
  private isShown = false
  constructor(private readonly io: Io) {}

  /** Shows a text, behind the bar of the part that is done, if that is known. */
  draw(part: number | undefined, text: string): void {
    if (!this.io.isTerminal) return
    this.isShown = true
    const bar = part === undefined ? '' : `[${'#'.repeat(Math.round(part * WIDTH)).padEnd(WIDTH, '.')}] `
    this.io.err(`${CLEAR}${bar}${text}`)
  }

  /** Removes the line. */
  end(): void {
    if (this.isShown) this.io.err(CLEAR)
    this.isShown = false
  }
}

/** A progress bar for the bytes of one response. */
export class Progress extends Bar {
  private shown = -1

  advance(bytes: number, total: number | undefined): void {
    const step = Math.floor(bytes / STEP)
    if (step === this.shown) return
    this.shown = step
    const part = total ? Math.min(1, bytes / total) : undefined
    this.draw(part, `${megabytes(bytes)}${total ? ` of ${megabytes(total)}` : ''} MB`)
  }
}

// Short work needs no bar.
const FEWEST_STEPS = 40

/** A progress bar for work with many steps. */
export class StepsBar extends Bar {
  private done = 0
  constructor(
    io: Io,
    private readonly total: number,
  ) {
    super(io)
  }

  /** Begins the next step, described by `what`. */
  next(what: string): void {
    const part = this.done++ / this.total
    if (this.total >= FEWEST_STEPS) this.draw(part, `${Math.floor(part * 100)}% ${what}`)
  }
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1)
