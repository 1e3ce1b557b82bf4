import { PrefixSet } from '../address/prefix-set.ts'
import type { Finding } from '../finding/finding.ts'
import { type Device, readingsWhile } from '../model/device.ts'
import { type Item, sameItems } from '../model/item.ts'
import { memo } from '../model/lazy.ts'
import type { MixedReading, ReadFile } from '../model/reading.ts'
import type { Proof } from '../model/result.ts'
import { heldBy, intersection, nameOfList, setsIn, union, wantedOf } from './allowed.ts'
import { type DeltaExpectation, expectedRules } from './expectation.ts'
import { asDecided, type Demands, type Moment, momentsOf, outside, type Wrong } from './moments.ts'
import { notUnderstood, prove, proveEnd } from './prove.ts'

/**
 * Shows that a delta leads from one ruleset to the other, by what a device holds after each command: in the end exactly
 * the newer ruleset, and at every moment all that both rulesets allow, and nothing that neither does. `readings` begins
 * with the state before the first command. Stops at the first moment that is wrong.
 */
export function proveDelta(
  expectation: DeltaExpectation,
  readings: Iterable<MixedReading>,
  moments = new DeltaMoments(),
): { proof: Proof | undefined; findings: Finding[] } {
  const { target, before, after } = expectation
  const moment = moments.of(expectation)
  let steps = -1
  let first: MixedReading | undefined
  let last: MixedReading | undefined
  for (const reading of readings) {
    steps++
    if (reading === last) continue
    last = reading
    const findings = first
      ? [...notUnderstood(target, reading), ...moment(reading, steps, first.lists)]
      : prove({ ...expectation, ruleset: before }, reading).findings
    first ??= reading
    if (findings.length > 0) return { proof: undefined, findings }
  }
  // Nothing is proved if no reading of the delta exists.
  const { proof, findings } = proveEnd({ ...expectation, ruleset: after }, last ?? { rules: [], lists: [], notes: [] })
  return { proof: { ...proof, commands: steps }, findings }
}

/** The moments of commands between two rulesets, also there and back: they have the same bounds, so what did not change is not compared again. */
export class DeltaMoments {
  #known: { readonly expectation: DeltaExpectation; readonly moment: Moment } | undefined

  of(expectation: DeltaExpectation): Moment {
    if (!this.#known || !haveSameBounds(this.#known.expectation, expectation))
      this.#known = { expectation, moment: momentsOfDelta(expectation) }
    return this.#known.moment
  }
}

function haveSameBounds(one: DeltaExpectation, other: DeltaExpectation): boolean {
  const ends = [other.before, other.after]
  const haveSameForm = one.by === other.by && one.areObjectsApart === other.areObjectsApart
  return haveSameForm && one.target === other.target && ends.includes(one.before) && ends.includes(one.after)
}

/** Finds what is wrong at one moment of a delta after the other. */
const momentsOfDelta = (expectation: DeltaExpectation): Moment =>
  momentsOf({ code: 'DELTA_UNSAFE', target: expectation.target, ...demandsOf(expectation) })

/** What must be allowed and denied at every moment between two rulesets: what both do, and nothing that neither does. */
export function demandsOf(expectation: DeltaExpectation): Demands {
  const { before, after, by } = expectation
  const named = new Set([...before.sets, ...after.sets].map(({ name }) => name))
  const listBounds = memo((name: string) => {
    const [older, newer] = [
      wantedOf(setsIn(name, named, before.sets), by),
      wantedOf(setsIn(name, named, after.sets), by),
    ]
    return { least: intersection(older, newer), most: union([older, newer]) }
  })
  const rules = [expectedRules(before, expectation), expectedRules(after, expectation)] as const
  return {
    sides: [rules, rules],
    ruleset: { rules: [...before.rules, ...after.rules] },
    wrongLists: (present, first) => {
      // A list that was removed holds no addresses.
      const known = new Set(present.map(nameOfList))
      const gone = first.filter((list) => !known.has(nameOfList(list)))
      const lists = [...present, ...gone.map((list) => ({ ...list, addresses: PrefixSet.empty, tags: [] }))]
      if (lists.length === 0) return undefined
      return lists.flatMap((list): Wrong[] => {
        const name = nameOfList(list)
        const sides = outside(listBounds(name), asDecided(heldBy(list)))
        return sides ? [{ flow: `the list ${name}`, rules: [], ...sides }] : []
      })
    },
  }
}

/** A delta, and the commands that lead back from its end. */
interface ThereAndBack {
  readonly delta: readonly ReadFile[]
  readonly back: readonly ReadFile[]
  /** The commands of the delta. */
  readonly commands: number
  /** The items that the older full files make. */
  readonly items: readonly Item[]
  /** True if more than addresses changes. */
  readonly isEdited: boolean
}

/** Of an edit, as many commands are loaded for all states together, so every state of up to 64 commands is tried. */
const MOST_COMMANDS = 4096

/** The states to try, as numbers of commands, at equal distances: of an edit as many as `MOST_COMMANDS` allows; where only addresses change, the middle. */
export function statesOf(commands: number, isEdited: boolean): number[] {
  const most = isEdited ? Math.max(1, Math.floor(MOST_COMMANDS / Math.max(1, commands))) : 1
  const count = Math.min(commands - 1, most)
  return Array.from({ length: Math.max(0, count) }, (_, index) => Math.round(((index + 1) * commands) / (count + 1)))
}

/**
 * True if the commands back lead to the older items also from a delta that stopped on its way, and allow at every moment all that both rulesets allow,
 * and nothing that neither does. `device` holds the older items, also afterwards if they do.
 */
export function leadsBackFromHalfway(
  expectation: DeltaExpectation,
  device: Device,
  { delta, back, commands, items, isEdited }: ThereAndBack,
  moments = new DeltaMoments(),
): boolean {
  const moment = moments.of(expectation)
  const { lists } = device.reading()
  return statesOf(commands, isEdited).every((state) => {
    const steps = device.load(delta, 'delta')[Symbol.iterator]()
    for (let step = 0; step < state; step++) steps.next()
    for (const reading of readingsWhile(device, back, 'delta'))
      if (reading.notes.length > 0 || moment(reading, state, lists).length > 0) return false
    return sameItems(items, device.items(), expectation.order ?? 'each')
  })
}
