import type { Word } from './statements.ts'

/** True if two names are equal ignoring case. Undefined never equals anything. */
export const isSame = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && one.toLowerCase() === other?.toLowerCase()

/** Words that are taken one by one. Words that are left must become a note. */
export class Words<One extends Word = string> {
  private count = 0

  constructor(private readonly words: readonly One[]) {}

  /** The number of words taken. */
  get at(): number {
    return this.count
  }

  get isDone(): boolean {
    return this.count >= this.words.length
  }

  /** The next word, without taking it. */
  get peek(): One | undefined {
    return this.words[this.count]
  }

  next(): One | undefined {
    return this.isDone ? undefined : this.words[this.count++]
  }

  /** Takes the next word if it is one of `texts`. */
  take<Text extends string>(...texts: readonly Text[]): Text | undefined {
    const { peek } = this
    const found = texts.find((text) => peek === (text as Word))
    if (found !== undefined) this.count++
    return found
  }

  /** Takes all remaining words. */
  rest(): readonly One[] {
    const rest = this.words.slice(this.count)
    this.count = this.words.length
    return rest
  }
}
