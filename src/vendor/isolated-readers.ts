import type { Device } from '../model/device.ts'
import { checkedReaders, doorOf, type ReaderOwner } from './checked-reader.ts'
import { Packer } from './crossing.ts'
import type { ReaderContext, Readers } from './kit/reader-api.ts'
import { checkOf } from './reader-door.ts'
import { ReaderThread } from './reader-thread.ts'
import type { CrossingContext } from './thread-calls.ts'

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
      inventory: () => own.call({ call: 'inventory' }) as ReturnType<Device['inventory']>,
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
