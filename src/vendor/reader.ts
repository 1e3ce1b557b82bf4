import { dirname } from 'node:path'
import type { Device } from '../model/device.ts'
import type { Vendor } from '../model/vendor.ts'
import { SHIPPED } from '../paths.ts'
import { checkedReaders, doorOf } from './checked-device.ts'
import { type CrossingContext, Packer } from './crossing.ts'
import type { ReaderContext, ReaderModule, Readers } from './kit/reader-api.ts'
import { checkOf } from './reader-door.ts'
import { hasReader, moduleIn, type ReaderOwner } from './reader-module.ts'
import { ReaderThread } from './reader-thread.ts'

/**
 * The first that there is of: the reader that came with a vendor, the one in its folder, that of the vendor that it extends. The reader of
 * a user's vendor runs in a thread of its own (`isolatedReaders`). Throws `UserError` if the file is not a reader. Its results are
 * checked: see `checkedReaders`.
 */
export async function loadReader(vendor: Vendor): Promise<Readers | undefined> {
  const owner = { name: vendor.name, narrows: Object.keys(vendor.narrows) }
  for (let one: Vendor | undefined = vendor; one; one = one.base) {
    if (one.readers) return checkedReaders(owner, one.readers as ReaderModule)
    const isShipped = dirname(one.folder) === SHIPPED.vendors
    if (!hasReader(one.folder)) continue
    if (!isShipped) return isolatedReaders(owner, one.folder)
    const module = await moduleIn(one.folder)
    return module && checkedReaders(owner, module)
  }
  return undefined
}

/**
 * The readers of a user's vendor. Their code runs in a thread, with a kit of its own, limits of time and memory, and nothing of the program in
 * reach; what it returns crosses as plain data and is checked here. Throws `UserError` for a folder without a valid reader.
 */
export async function isolatedReaders(owner: ReaderOwner, folder: string): Promise<Readers> {
  const door = doorOf(owner)
  const thread = await ReaderThread.of(door.who, folder, owner)
  const device = (context: ReaderContext): Device => {
    const own = thread.device(crossing(context))
    return {
      *load(files, kind) {
        own.call({ call: 'load', files, kind })
        while (own.call({ call: 'step' }) !== true) yield
      },
      reading: () => own.call({ call: 'reading' }) as ReturnType<Device['reading']>,
      items: () => own.call({ call: 'items' }) as ReturnType<Device['items']>,
    }
  }
  const { follow, ...readers } = checkedReaders(owner, { device }) as Readers
  return {
    ...readers,
    follow: thread.hasModel ? follow : undefined,
    read: (files, context) => checkOf(door, files)(thread.read(files, crossing(context))),
  }
}

/** A context without the kit: the thread has one of its own. */
function crossing({ kit: _, remotes, ...context }: ReaderContext): CrossingContext {
  return { ...context, remotes: new Packer().pack(remotes) }
}
