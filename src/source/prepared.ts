import type { ReaderModule } from '../model/device.ts'
import type { Policy } from '../model/policy.ts'
import type { Template, Vendor } from '../model/vendor.ts'

/** A shipped vendor as the build left it: checked, compiled, without a file to read. */
export interface PreparedVendor {
  readonly manifest: Omit<Vendor, 'name' | 'folder' | 'templates' | 'readers'>
  readonly templates: ReadonlyMap<string, () => Template>
  readonly readers: ReaderModule
}

// What ships was checked when the program was built. The published program has another module in place of this one, which
// build/bundle.mjs writes; run from source, nothing is prepared, and all is read from the files.

/** The built-in policy whose file is `path`. */
export const preparedPolicy: (path: string) => Policy | undefined = () => undefined

/** The shipped vendor whose folder is `folder`. */
export const preparedVendor: (folder: string) => PreparedVendor | undefined = () => undefined
