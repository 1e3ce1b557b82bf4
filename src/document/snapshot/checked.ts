import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { throwDenial } from '../../errors.ts'
import { CLOUD_NAMES, type Cloud } from '../../model/cloud.ts'
import '../../parse/schema-messages.ts'

/** The last check for a new document of a policy, and the document seen. */
export interface Check {
  readonly cloud: Cloud
  readonly policy: string
  /** The day of the check, YYYY-MM-DD. */
  readonly checked: string
  /** The date of the document seen. */
  readonly published: string
}

const FORMAT = 'tagwall-checked-1'

const schema = z.strictObject({
  format: z.literal(FORMAT),
  checks: z.array(
    z.strictObject({
      cloud: z.enum(CLOUD_NAMES as [Cloud, ...Cloud[]]),
      policy: z.string(),
      checked: z.iso.date(),
      published: z.iso.date(),
    }),
  ),
})

/** The file with the checks, in the snapshot folder. Version control ignores its name. */
export const checkedPath = (directory: string) => join(directory, '.tagwall-checked.json')

/** The recorded checks. A damaged record counts as none, because it only silences a warning. */
export function readChecks(directory: string): readonly Check[] {
  try {
    const path = checkedPath(directory)
    return existsSync(path) ? schema.parse(JSON.parse(readFileSync(path, 'utf8'))).checks : []
  } catch (error) {
    throwDenial(error)
    return []
  }
}

/** The record with `check`, which replaces the last one of the same cloud and policy. */
export function formatChecks(checks: readonly Check[], check: Check): string {
  const others = checks.filter(({ cloud, policy }) => cloud !== check.cloud || policy !== check.policy)
  return `${JSON.stringify({ format: FORMAT, checks: [...others, check] }, null, 2)}\n`
}
