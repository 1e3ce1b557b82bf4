import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import * as z from 'zod'
import { UserError, UserErrors } from '../errors.ts'
import type { Vendor } from '../model/vendor.ts'
import { explainIssues } from '../parse/schema.ts'
import { byCodeUnit } from '../text/order.ts'
import { type AcceptedEdits, type AcceptedFindings, CHECKS, EDITS } from './result.ts'

/** The path of a file in the vendor's folder, or in that of the vendor that it extends. It need not be there. */
export function fileOf({ folder, base }: Vendor, name: string): string {
  const own = join(folder, name)
  return base && !existsSync(own) ? fileOf(base, name) : own
}

// Optional files of a vendor's folder that "tagwall vendor check" uses.

const casesSchema = z.array(z.record(z.string(), z.unknown()))

const pattern = z.string().refine(isPattern, { error: 'is not a regular expression' })
const why = z.string().min(1)
const unnoticedSchema = z.array(z.strictObject({ edits: z.array(z.enum(EDITS)).min(1), lines: pattern, why }))
const acceptedSchema = z.array(
  z.strictObject({ check: z.enum(CHECKS).exclude(['edits', 'proof']), finding: pattern, why }),
)

/** Option values to try besides the defaults, from `expected/cases.json`. Throws `UserError` if the file is invalid. */
export function readCases(vendor: Vendor): readonly Readonly<Record<string, unknown>>[] {
  return read(fileOf(vendor, 'expected/cases.json'), casesSchema)
}

/** The edits that need not be noticed, from `unnoticed.json`. Throws `UserError` if the file is invalid. */
export function readAcceptedEdits(vendor: Vendor): readonly AcceptedEdits[] {
  return read(fileOf(vendor, 'unnoticed.json'), unnoticedSchema)
}

/** The findings of other checks that the vendor accepts, from `accepted.json`. Throws `UserError` if the file is invalid. */
export function readAcceptedFindings(vendor: Vendor): readonly AcceptedFindings[] {
  return read(fileOf(vendor, 'accepted.json'), acceptedSchema)
}

/** The vendor's own policies to try, from `expected/policies`: names and files. */
export function ownPolicies(folder: string): readonly (readonly [name: string, file: string])[] {
  const own = join(folder, 'expected/policies')
  if (!existsSync(own)) return []
  return readdirSync(own)
    .filter((file) => file.endsWith('.yaml'))
    .sort(byCodeUnit)
    .map((file) => [basename(file, '.yaml'), join(own, file)])
}

function read<Value>(file: string, schema: z.ZodType<Value[]>): readonly Value[] {
  if (!existsSync(file)) return []
  let json: unknown
  try {
    json = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UserError(`${file} is not JSON: ${(error as Error).message}`)
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) throw new UserErrors(`${file} is invalid`, explainIssues(parsed.error))
  return parsed.data
}

function isPattern(text: string): boolean {
  try {
    return Boolean(new RegExp(text, 'u'))
  } catch {
    return false
  }
}
