import type { Io } from '../io.ts'

const WIDTH = 30
const STEP = 128 * 1024

/** A bar on a terminal that grows with the bytes of one answer; nothing elsewhere. */
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

  /** Takes the bar away. */
  end(): void {
    if (this.shown >= 0) this.io.err('\r\u001b[K')
    this.shown = -1
  }
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1)
