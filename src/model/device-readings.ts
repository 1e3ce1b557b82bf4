import type { Device, LoadKind } from './device.ts'
import type { ReadFile } from './found-rule.ts'
import type { Reading } from './reading.ts'

/** Loads files completely, without looking at the steps. */
export function loadWhole(device: Device, files: readonly ReadFile[], kind: LoadKind = 'full'): void {
  for (const _ of device.load(files, kind));
}

/** The reading of a device, and those while commands are loaded onto it: see `readingsWhile`. */
export function* readingsFrom(device: Device, files: readonly ReadFile[], kind: LoadKind): Generator<Reading> {
  yield device.reading()
  yield* readingsWhile(device, files, kind)
}

/** The reading of a device after each command of `files`, and at the end if that differs. */
export function* readingsWhile(device: Device, files: readonly ReadFile[], kind: LoadKind): Generator<Reading> {
  let last = device.reading()
  for (const _ of device.load(files, kind)) {
    last = device.reading()
    yield last
  }
  const end = device.reading()
  if (!isAlike(end, last)) yield end
}

/** True if two readings have the same rules, lists and notes; only their addresses are compared by value. */
function isAlike(one: Reading, other: Reading): boolean {
  const [own, others] = [one, other].map(({ rules, lists }) => [
    ...rules.flatMap(({ remote, local }) => (local ? [remote, local] : [remote])),
    ...lists,
  ])
  const texts = [one, other].map((reading) =>
    JSON.stringify(reading, (key, value) =>
      key === 'addresses' ? '' : typeof value === 'bigint' ? `${value}` : value,
    ),
  )
  return (
    texts[0] === texts[1] &&
    (own ?? []).every(({ addresses }, index) => addresses.equals(others?.[index]?.addresses as typeof addresses))
  )
}
