import { UserError } from '../errors.ts'
import { explain, type Finding } from '../finding/finding.ts'
import type { CheckFinding, CheckPlace } from './result.ts'

/** Faults of one check: the same fault in several places is reported once. */
export class Tally {
  private readonly known = new Map<string, { readonly text: string; readonly places: CheckPlace[] }>()

  get findings(): CheckFinding[] {
    return [...this.known.values()]
  }

  /** Faults with the same `key` are one, told in the words of the first. */
  add(text: string, place: CheckPlace, key = text): void {
    const known = this.known.get(key)
    if (known) known.places.push(place)
    else this.known.set(key, { text, places: [place] })
  }

  /** Adds what a proof or a renderer found. */
  addAll(findings: readonly Finding[], place: CheckPlace): void {
    for (const finding of findings) this.add(withoutTarget(explain(finding)), placeOf(finding, place), keyOf(finding))
  }

  /** Runs `work`. What it throws for the user is a fault. */
  async attempt<Value>(place: CheckPlace, work: () => Promise<Value> | Value): Promise<Value | undefined> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      this.add(error.message.replaceAll(/\n */g, ' '), place)
      return undefined
    }
  }
}

/** A reader that does not know a form of line has the same fault on every such line. */
function keyOf(finding: Finding): string | undefined {
  if (finding.code !== 'NOT_UNDERSTOOD') return undefined
  const { part, reason, text } = finding
  const form = reason === 'is not understood' ? text.trim().split(/\s/, 1)[0] : ''
  return JSON.stringify([part, reason, form])
}

/** Every target of a check is called as the vendor, which the reader knows. */
const withoutTarget = (text: string) => text.replace(/^target "[^"]*":? /, '')

function placeOf(finding: Finding, place: CheckPlace): CheckPlace {
  return 'part' in finding && 'line' in finding && typeof finding.line === 'number'
    ? { ...place, part: finding.part, line: finding.line }
    : place
}
