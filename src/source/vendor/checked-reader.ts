import type { ReaderModule, Readers } from '../../model/device.ts'
import { readersOf, replacingDevice } from '../../model/device-readers.ts'
import type { Reader } from '../../model/reading.ts'
import { checkedDevice } from './checked-device.ts'

/** Wraps readers so that they return valid values or throw one `UserError`. Undefined if the module has none. */
export function checkedReaders(vendor: string, module: ReaderModule): Readers | undefined {
  const who = `reader of ${vendor}`
  const { device: model, read = module.default } = module
  if (!model && !read) return undefined
  const device = checkedDevice(who, model ?? replacingDevice(read as Reader))
  const { read: readFull, follow } = readersOf(device)
  return { read: readFull, follow: model && follow, device }
}
