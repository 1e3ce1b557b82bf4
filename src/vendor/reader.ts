import { dirname } from 'node:path'
import type { Vendor } from '../model/vendor.ts'
import { SHIPPED } from '../paths.ts'
import { checkedReaders, contractOf } from './checked-device.ts'
import type { ReaderModule, Readers } from './kit/reader-api.ts'
import { enter, watchReaders } from './reader-guard.ts'
import { hasReader, moduleIn } from './reader-module.ts'

/**
 * Loads a vendor's reader: the built-in one, else that of its folder, else that of the vendor it extends. Code of a
 * user's vendor is watched: see `watchReaders`. Throws `UserError` if the file is not a reader. Its results are checked: see `checkedReaders`.
 */
export async function loadReader(vendor: Vendor): Promise<Readers | undefined> {
  const owner = { name: vendor.name, narrows: Object.keys(vendor.narrows) }
  for (let one: Vendor | undefined = vendor; one; one = one.base) {
    if (one.readers) return checkedReaders(owner, one.readers as ReaderModule)
    if (!hasReader(one.folder)) continue
    if (dirname(one.folder) !== SHIPPED.vendors) watchReaders()
    const leave = enter(contractOf(owner).who)
    const module = await moduleIn(one.folder, vendor.name).finally(leave)
    return module && checkedReaders(owner, module)
  }
  return undefined
}
