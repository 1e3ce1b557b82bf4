import type { Vendor } from '../model/vendor.ts'
import { checkedDevice } from './checked-device.ts'
import { readersOf, replacingDevice } from './device-readers.ts'
import type { Reader, ReaderModule, Readers } from './kit/reader-api.ts'
import { readingSchema } from './reading-schema.ts'

/** Wraps readers: they return valid values or throw one `UserError`. Undefined if the module has none. */
export function checkedReaders({ name, narrows }: Vendor, module: ReaderModule): Readers | undefined {
  const door = { who: `reader of ${name}`, schema: readingSchema(Object.keys(narrows)) }
  const { device: model, read = module.default } = module
  if (!model && !read) return undefined
  const device = checkedDevice(door, model ?? replacingDevice(read as Reader))
  const { read: readFull, follow } = readersOf(device)
  return { read: readFull, follow: model && follow, device }
}
