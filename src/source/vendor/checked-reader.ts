import type { ReaderModule, Readers } from '../../model/device.ts'
import { readersOf, replacingDevice } from '../../model/device-readers.ts'
import { checkedDevice } from './checked-device.ts'
import { attempt, checkOf, contextFor, copies, steps } from './reader-door.ts'

/** Wraps readers so that they return valid values or throw one `UserError`. Undefined if the module has none. */
export function checkedReaders(vendor: string, module: ReaderModule): Readers | undefined {
  const who = `reader of ${vendor}`
  const { device: model, follow } = module
  const read = module.read ?? module.default
  if (model) {
    const device = checkedDevice(who, model)
    return { ...readersOf(device), device }
  }
  if (!read) return undefined
  if (!follow) {
    const device = checkedDevice(who, replacingDevice(read))
    return { read: readersOf(device).read, follow: undefined, device }
  }
  return {
    read(files, context) {
      const check = checkOf(who, files)
      return check(attempt(who, () => read(copies(files), contextFor(context))))
    },
    *follow(files, deltas, context) {
      const check = checkOf(who, [...files, ...deltas], true)
      const readings = attempt(who, () => follow(copies(files), copies(deltas), contextFor(context)))
      for (const reading of steps(who, 'follow', readings, deltas)) yield check(reading)
    },
    device: undefined,
  }
}
