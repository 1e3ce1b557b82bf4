import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import * as z from 'zod'
import { UserError, UserErrors } from '../../errors.ts'
import { byCodeUnit } from '../../model/text/order.ts'
import { type AcceptedEdits, type AcceptedFindings, CHECKS, EDITS } from '../../model/vendor-check.ts'
import { explainIssues } from '../schema.ts'
import '../schema-messages.ts'

// Files that a vendor's folder may have for "tagwall vendor check", beside what the vendor needs.

const casesSchema = z.array(z.record(z.string(), z.unknown()))

const pattern = z.string().refine(isPattern, { error: 'is not a regular expression' })
const why = z.string().min(1)
const unnoticedSchema = z.array(z.strictObject({ edits: z.array(z.enum(EDITS)).min(1), lines: pattern, why }))
const acceptedSchema = z.array(z.strictObject({ check: z.enum(CHECKS).exclude(['edits']), finding: pattern, why }))

/** Option values to try beside the defaults, from `expected/cases.json`. Throws `UserError` if the file is invalid. */
export function readCases(folder: string): readonly Readonly<Record<string, unknown>>[] {
  return read(join(folder, 'expected/cases.json'), casesSchema)
}

/** The edits that need not be noticed, from `unnoticed.json`. Throws `UserError` if the file is invalid. */
export function readAcceptedEdits(folder: string): readonly AcceptedEdits[] {
  return read(join(folder, 'unnoticed.json'), unnoticedSchema)
}

/** The findings of other checks that the vendor accepts, from `accepted.json`. Throws `UserError` if the file is invalid. */
export function readAcceptedFindings(folder: string): readonly AcceptedFindings[] {
  return read(join(folder, 'accepted.json'), acceptedSchema)
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
