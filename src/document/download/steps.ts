import type { Io } from '../../io.ts'

/**
 * Tells steps on stderr. What is known of one host that does not answer waits until another one does, because if none does, the error
 * says it all.
 */
export class Steps {
  private held: string[] = []
  /** For the rest of the run: whatever is printed there comes after the steps that waited. */
  readonly io: Io
  constructor(io: Io) {
    this.io = Object.create(io, {
      err: {
        value: (text: string) => {
          for (const line of this.held.splice(0)) io.err(line)
          io.err(text)
        },
      },
    })
  }

  say(line: string): void {
    if (this.held.length > 0) this.held.push(line)
    else this.io.err(line)
  }

  hold(line: string): void {
    this.held.push(line)
  }

  /** Tells what has waited. */
  release(): void {
    if (this.held.length > 0) this.io.err('')
  }
}
