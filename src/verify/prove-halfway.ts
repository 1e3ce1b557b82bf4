import { type Device, readingsWhile } from '../model/device.ts'
import { type Item, sameItems } from '../model/item.ts'
import type { ReadFile } from '../model/reading.ts'
import { type DeltaExpectation, momentsOf } from './prove-delta.ts'

/** A delta, and the commands that lead back from its end. */
export interface ThereAndBack {
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

/**
 * The states to try, as numbers of commands of a delta that has so many, at equal distances: of an edit all, or as many as `MOST_COMMANDS` allows; where
 * only addresses change, the middle.
 */
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
): boolean {
  const { lists, notes } = device.reading()
  if (notes.length > 0) return false
  const moment = momentsOf(expectation, lists)
  return statesOf(commands, isEdited).every((state) => {
    const steps = device.load(delta, 'delta')[Symbol.iterator]()
    for (let step = 0; step < state; step++) steps.next()
    for (const reading of readingsWhile(device, back, 'delta'))
      if (reading.notes.length > 0 || moment(reading, state).length > 0) return false
    return sameItems(items, device.items(), expectation.order ?? 'each')
  })
}
