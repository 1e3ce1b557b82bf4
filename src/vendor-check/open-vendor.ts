import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fit } from '../compile/fit/fit.ts'
import { UserError } from '../errors.ts'
import { refuseErrors } from '../findings-output.ts'
import type { Io } from '../io.ts'
import type { Vendor } from '../model/vendor.ts'
import { SHIPPED } from '../paths.ts'
import { viewOf } from '../vendor/render/view.ts'
import { readVendor, resolveOptions } from '../vendor/vendor.ts'
import { jobFor } from './check-files.ts'
import { builtInSubjects } from './subjects.ts'

/** The vendor whose folder is `path`. Throws `UserError` if the folder has no vendor. */
export function openVendor(path: string, io: Io): Vendor {
  const folder = resolve(io.cwd, path)
  if (!existsSync(join(folder, 'vendor.json')))
    throw new UserError(`${path} is not a vendor: expected a folder with a file vendor.json`)
  return readVendor(basename(folder), [SHIPPED.vendors, dirname(folder)])
}

/** The view of the built-in policy on the newest shipped snapshot, as the vendor's templates get it. */
export function builtInView(vendor: Vendor, set: Readonly<Record<string, string>>): object {
  const [subject] = builtInSubjects()
  if (!subject) throw new UserError('no snapshot is shipped with this program')
  const options = resolveOptions(vendor, set, '--set')
  const { fitted, findings } = fit(subject.ruleset, jobFor(vendor, { given: set, options }))
  refuseErrors(findings, `the built-in policy does not fit ${vendor.name}, so its templates see nothing`)
  return viewOf(fitted, vendor, options)
}
