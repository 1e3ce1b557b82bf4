import type { Note, Place, ReadFile, Traffic } from '../../model/reading.ts'
import { clipped } from '../../text/numbers.ts'

const LONGEST = 80

/** On one line, short, and nothing in it that a terminal would obey. */
export function inShort(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a note must not hold what a terminal would obey.
  const clean = text.slice(0, 4 * LONGEST).replaceAll(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
  return clipped(clean, LONGEST)
}

/** The note about a file of another kind, with the first line of its text. */
export function foreignNote({ part, text }: Pick<ReadFile, 'part' | 'text'>, reason: string): Note {
  const line = /\S[^\r\n]*/.exec(text)?.[0] ?? ''
  return { place: { part, line: 1 }, text: inShort(line.trimEnd()), reason, isForeign: true }
}

/** Notes in the order in which they came up, each once. Of the same note about different traffic, one is kept, about all of it. */
export class Notes {
  private readonly list: Note[] = []
  /** By the text of a note: the traffic that it concerns so far, or undefined for all traffic. */
  private readonly known = new Map<string, Traffic[] | undefined>()

  get all(): readonly Note[] {
    return this.list
  }

  add(place: Place, text: string, reason: string, more: Omit<Note, 'place' | 'text' | 'reason'> = {}): void {
    this.addOne({ place, text: inShort(text), reason, ...more })
  }

  addAll(notes: readonly Note[]): void {
    for (const note of notes) this.addOne(note)
  }

  private addOne({ about, ...note }: Note): void {
    const { place, text, reason, isForeign, isHarmless, isByOptions } = note
    const flags = [isForeign, isHarmless, isByOptions, about === undefined]
    const key = JSON.stringify([place.part, place.line, text, reason, ...flags])
    const known = this.known.get(key)
    if (known && about) for (const traffic of about) known.push(traffic)
    if (this.known.has(key)) return
    const traffic = about && [...about]
    this.known.set(key, traffic)
    this.list.push(traffic ? { ...note, about: traffic } : note)
  }
}
