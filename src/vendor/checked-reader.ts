import { checkedDevice } from './checked-device.ts'
import { readersOf, replacingDevice } from './device-readers.ts'
import type { Reader, ReaderModule, Readers } from './kit/reader-api.ts'
import type { Door } from './reader-door.ts'
import { readingSchema } from './reading-schema.ts'

/** The name of a vendor, and the keys of its `narrows`. */
export interface ReaderOwner {
  readonly name: string
  readonly narrows: readonly string[]
}

/** The door of a vendor's reader. */
export const doorOf = ({ name, narrows }: ReaderOwner): Door => ({
  who: `reader of ${name}`,
  schema: readingSchema(narrows),
})

/** Wraps readers: they return valid values or throw one `UserError`. Undefined if the module has none. */
export function checkedReaders(owner: ReaderOwner, module: ReaderModule): Readers | undefined {
  const door = doorOf(owner)
  const { device: model, read = module.default } = module
  if (!model && !read) return undefined
  const device = checkedDevice(door, model ?? replacingDevice(read as Reader))
  const { read: readFull, follow } = readersOf(device)
  return { read: readFull, follow: model && follow, device }
}
