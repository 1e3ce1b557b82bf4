import type { Note, Place } from '../../model/found-rule.ts'

/** A text and its place. */
export interface Value {
  readonly text: string
  readonly place: Place
}

/** An object of a configuration, as far as it has been read. A field without values was unset. */
export interface Entry {
  readonly name: string
  /** The first place that names it. */
  readonly place: Place
  readonly fields: Map<string, Value[]>
  /** Notes about the object's settings, which only matter if the object is used. */
  readonly notes: Note[]
}

/** An entry with nothing set. */
export const newEntry = (name: string, place: Place): Entry => ({ name, place, fields: new Map(), notes: [] })
