import type { Note, Traffic } from 'tagwall/reader'
import type { Doubt } from './reader-steps.ts'
import type { Rule } from './reader-types.ts'

/** One note for each doubt about a rule, with all the traffic that meets it. */
export class Doubts {
  private readonly traffic = new Map<Rule, Map<string, Traffic[]>>()

  constructor(private readonly notes: Note[]) {}

  add(rule: Rule, { reason, isHarmless }: Doubt, met: readonly Traffic[]): void {
    if (met.length === 0) return
    const known = this.traffic.get(rule) ?? new Map<string, Traffic[]>()
    this.traffic.set(rule, known)
    const about = known.get(reason)
    if (about) {
      about.push(...met)
      return
    }
    const own = [...met]
    known.set(reason, own)
    const { place, text } = rule
    this.notes.push(isHarmless ? { place, text, reason, isHarmless } : { place, text, reason, about: own })
  }
}
