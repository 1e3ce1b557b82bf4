import type { Note, Place } from '../../model/found-rule.ts'

/** A text and where it stands. */
export interface Value {
  readonly text: string
  readonly place: Place
}

/** An object of a configuration: what has been set of it so far. A field without values was unset. */
export interface Entry {
  readonly name: string
  /** Where it came up first. */
  readonly place: Place
  readonly fields: Map<string, Value[]>
  /** What was not understood of it, which only matters when it is used. */
  readonly notes: Note[]
}

/** An entry with nothing set. */
export const newEntry = (name: string, place: Place): Entry => ({ name, place, fields: new Map(), notes: [] })
