import type { Word, Words as WordsOfReader } from '../model/reader-kit.ts'

/** Words that are taken one by one. */
export class Words<One extends Word> implements WordsOfReader<One> {
  at = 0

  constructor(private readonly words: readonly One[]) {}

  get isDone(): boolean {
    return this.at >= this.words.length
  }

  get peek(): One | undefined {
    return this.words[this.at]
  }

  next(): One | undefined {
    return this.isDone ? undefined : this.words[this.at++]
  }

  take<Text extends string>(...texts: readonly Text[]): Text | undefined {
    const { peek } = this
    const found = texts.find((text) => peek === (text as Word))
    if (found !== undefined) this.at++
    return found
  }

  rest(): readonly One[] {
    const rest = this.words.slice(this.at)
    this.at = this.words.length
    return rest
  }
}
