import { dirname } from 'node:path'
import type { Vendor } from '../model/vendor.ts'
import { SHIPPED } from '../paths.ts'
import { checkedReaders } from './checked-reader.ts'
import { isolatedReaders } from './isolated-readers.ts'
import type { ReaderModule, Readers } from './kit/reader-api.ts'
import { hasReader, moduleIn } from './reader-module.ts'

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
