import type { Policy } from '../model/policy.ts'
import type { Template, Vendor } from '../model/vendor.ts'
import type { ReaderModule } from './kit/reader-api.ts'

/** A shipped vendor from the build: checked and compiled, without files to read. */
export interface PreparedVendor {
  readonly manifest: Omit<Vendor, 'name' | 'folder' | 'templates' | 'readers'>
  readonly templates: ReadonlyMap<string, () => Template>
  readonly readers: ReaderModule
}

// The build checks everything that ships: build/bundle.mjs replaces this module in the published program. When run from source,
// nothing is prepared and everything is read from files.

/** The built-in policy whose file is `path`. */
export const preparedPolicy: (path: string) => Policy | undefined = () => undefined

/** The shipped vendor whose folder is `folder`. */
export const preparedVendor: (folder: string) => PreparedVendor | undefined = () => undefined
