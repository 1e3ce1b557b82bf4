import { PrefixSet } from '../address/prefix-set.ts'
import type { Item } from './item.ts'
import type { MixedReading, ReadFile } from './reading.ts'
import type { LoadKind } from './vendor-words.ts'

/** A model of a device, which begins empty. `load` may mutate it; callers inspect the model before the next step. */
export interface Device {
  /** Loads files as the device would, and yields after each command that takes effect: a line, an object, a whole transaction. */
  load(files: readonly ReadFile[], kind: LoadKind): Iterable<unknown>
  /** The rules and lists of the device now. */
  reading(): MixedReading
  /** All that the device holds, under the names of a target: the rules of a list as the device tries them, other items in an order of removal. */
  items(): readonly Item[]
}

/** Loads files completely, without looking at the steps. */
export function loadWhole(device: Device, files: readonly ReadFile[], kind: LoadKind = 'full'): void {
  for (const _ of device.load(files, kind));
}

/** The reading of a device before commands, and those of `readingsWhile`. */
export function* readingsFrom(device: Device, files: readonly ReadFile[], kind: LoadKind): Generator<MixedReading> {
  yield device.reading()
  yield* readingsWhile(device, files, kind)
}

/** The reading of a device after each command of `files`, and at the end if that differs. */
export function* readingsWhile(device: Device, files: readonly ReadFile[], kind: LoadKind): Generator<MixedReading> {
  let last = device.reading()
  for (const _ of device.load(files, kind)) {
    last = device.reading()
    yield last
  }
  const end = device.reading()
  if (!isAlike(end, last)) yield end
}

/** True if two values have the same fields, lists and addresses. */
function isAlike(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (PrefixSet.is(one)) return PrefixSet.is(other) && one.equals(other)
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  const [own, others] = [Object.entries(one), new Map(Object.entries(other))]
  return own.length === others.size && own.every(([name, value]) => isAlike(value, others.get(name)))
}
