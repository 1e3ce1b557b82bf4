import type { Direction, Note, Place, Traffic } from 'tagwall/reader'

/** Something about a rule that may change what it does, in ways that are not followed. */
export interface Doubt {
  /** The rule, in short. */
  readonly text: string
  readonly reason: string
  /** The side whose addresses are in doubt, so that the rule may be about any there. */
  readonly side?: 'source' | 'destination'
  /** The only direction in which it matters. */
  readonly direction?: Direction
}

/** One note for each doubt, with all the traffic that meets it. */
export class Doubts {
  private readonly traffic = new Map<string, Traffic[]>()

  constructor(private readonly notes: Note[]) {}

  add(place: Place, { text, reason }: Doubt, met: readonly Traffic[]): void {
    if (met.length === 0) return
    const key = [place.part, place.line, reason].join('\n')
    const about = this.traffic.get(key) ?? []
    if (about.length === 0) this.notes.push({ place, text, reason, about })
    about.push(...met)
    this.traffic.set(key, about)
  }
}
