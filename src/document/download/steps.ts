import type { Io } from '../../io.ts'

/**
 * Prints steps on stderr. Steps of a host that does not answer wait until another host does, because if none does, the error names all
 * of them.
 */
export class Steps {
  private held: string[] = []
  /** For the rest of the run: all later output comes after the steps that waited. */
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

  /** Prints the steps that waited. */
  release(): void {
    if (this.held.length > 0) this.io.err('')
  }
}
