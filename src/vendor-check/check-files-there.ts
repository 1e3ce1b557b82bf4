import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import * as z from 'zod'
import { isPattern } from '../model/manifest-parts-schema.ts'
import type { Vendor } from '../model/vendor.ts'
import { parseJsonBy } from '../parse/schema.ts'
import { byCodeUnit } from '../text/numbers.ts'
import { CHECKS, EDITS } from './result.ts'

/** The path of a file in the vendor's folder, or in that of the vendor that it extends. It need not be there. */
export function fileOf({ folder, base }: Vendor, name: string): string {
  const own = join(folder, name)
  return base && !existsSync(own) ? fileOf(base, name) : own
}

// Optional files of a vendor's folder that "tagwall vendor check" uses.

const pattern = z.string().superRefine(isPattern)
const why = z.string().min(1)
const acceptedEdits = z
  /** The lines. For two swapped lines, it matches both. */
  .strictObject({ edits: z.array(z.enum(EDITS)).min(1), lines: pattern, why })
  .transform((one) => ({ ...one, form: new RegExp(one.lines, 'u') }))
const acceptedFindings = z
  .strictObject({ check: z.enum(CHECKS).exclude(['edits', 'proof']), finding: pattern, why })
  .transform((one) => ({ ...one, form: new RegExp(one.finding, 'u') }))

export type AcceptedEdits = z.output<typeof acceptedEdits>

/** Option values to try besides the defaults. */
export const readCases = listIn('expected/cases.json', z.record(z.string(), z.unknown()))
/** The edits that need not be noticed. */
export const readAcceptedEdits = listIn('unnoticed.json', acceptedEdits)
/** The findings of other checks that the vendor accepts. */
export const readAcceptedFindings = listIn('accepted.json', acceptedFindings)

/** The names and files of the policies in a folder, if it is there. */
export function policiesIn(folder: string): readonly (readonly [name: string, file: string])[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .sort(byCodeUnit)
    .map((file) => [basename(file, '.yaml'), join(folder, file)])
}

/** The vendor's own policies to try. */
export const ownPolicies = ({ folder }: Pick<Vendor, 'folder'>) => policiesIn(join(folder, 'expected/policies'))

/** Reads the list in the file `name` of a vendor; empty without that file. Throws `UserError` if it is invalid. */
function listIn<Item>(name: string, item: z.ZodType<Item>): (vendor: Vendor) => readonly Item[] {
  const schema = z.array(item)
  return (vendor) => {
    const file = fileOf(vendor, name)
    if (!existsSync(file)) return []
    const notJson = (message: string) => `${file} is not JSON: ${message}`
    return parseJsonBy(schema, readFileSync(file, 'utf8'), notJson, `${file} is invalid`)
  }
}
