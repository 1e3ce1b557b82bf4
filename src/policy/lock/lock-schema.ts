import * as z from 'zod'
import { CLOUD_NAMES, type Cloud } from '../../model/cloud.ts'
import { cidrSet, explainIssues } from '../../parse/schema.ts'
import { ruleSchema, targetSchema } from '../policy-schema.ts'
import { path } from '../value-schema.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, { error: 'expected a SHA-256 in hex' })
const stateKey = z.string().regex(/^[0-9a-f]{16}$/, { error: 'expected the key of a state: 16 hex digits' })
/** A target, or a target at a site: `edge@berlin`. */
const targetName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}(@[A-Za-z0-9][A-Za-z0-9._-]{0,62})?$/, {
  error: 'expected the name of a target, such as edge or edge@berlin',
})

const lockSchema = z.strictObject({
  lock: z.literal(1),
  policy: path,
  states: z.record(
    stateKey,
    z.strictObject({
      document: z.strictObject({
        cloud: z.enum(CLOUD_NAMES as [Cloud, ...Cloud[]]),
        published: z.iso.date(),
        changeNumber: z.int().nonnegative(),
        tags: sha256,
      }),
      rules: z.array(ruleSchema),
    }),
  ),
  targets: z.record(
    targetName,
    z.strictObject({
      target: targetSchema.omit({ name: true, capacity: true }),
      state: stateKey,
      cover: z.record(z.string(), cidrSet).default({}),
      files: z.record(path, sha256),
    }),
  ),
})

/** The content of a lock file, each part checked by the schema of the policy file. */
export type LockInput = z.output<typeof lockSchema>

/** Checks the JSON of a lock. Throws an `Error` with every problem. */
export function checkLock(json: unknown): LockInput {
  const parsed = lockSchema.safeParse(json)
  if (!parsed.success) throw new Error(explainIssues(parsed.error).slice(0, MOST_PROBLEMS).join('; '))
  return parsed.data
}

// One sentence is enough to see that a file is not what tagwall wrote.
const MOST_PROBLEMS = 3
