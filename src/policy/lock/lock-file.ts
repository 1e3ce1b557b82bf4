import * as z from 'zod'
import { UserError } from '../../errors.ts'
import { CLOUD_NAMES } from '../../model/cloud.ts'
import { cidrSet, explainIssues } from '../../parse/schema.ts'
import { conflictLine } from '../../text/lines.ts'
import { ruleSchema, targetSchema } from '../policy-schema.ts'
import { rulesOf } from '../rules.ts'
import { path } from '../value-schema.ts'
import type { Lock, LockedTarget, State } from './lock.ts'
import { stateKey } from './lock-text.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, { error: 'expected a SHA-256 in hex' })
const keyOfState = z.string().regex(/^[0-9a-f]{16}$/, { error: 'expected the key of a state: 16 hex digits' })
/** A target, or a target at a site: `edge@berlin`. */
const targetName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}(@[A-Za-z0-9][A-Za-z0-9._-]{0,62})?$/, {
  error: 'expected the name of a target, such as edge or edge@berlin',
})

/** The content of a lock file, each part checked by the schema of the policy file. */
const lockSchema = z.strictObject({
  lock: z.literal(1),
  policy: path,
  states: z.record(
    keyOfState,
    z.strictObject({
      document: z.strictObject({
        cloud: z.enum(CLOUD_NAMES),
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
      state: keyOfState,
      cover: z.record(z.string(), cidrSet).default({}),
      files: z.record(path, sha256),
    }),
  ),
})

// 10,000 targets take 4 MB.
const MOST_BYTES = 64 * 1024 * 1024

/** True if a text is a lock of tagwall, though maybe a damaged one. */
export const isLock = (text: string): boolean => /"lock":\s*\d/.test(text)

/** Parses a lock, named `shown` in errors. Throws `UserError`: it may have come with a checkout, or have been edited or merged. */
export function parseLock(text: string, shown: string): Lock {
  if (conflictLine(text) > 0)
    throw new UserError(`${shown} has merge conflict markers; take either side, then run "tagwall build"`)
  const { policy, states, targets } = read(text, shown)
  const lock: Lock = {
    policy,
    states: mapOf(states, ({ document, rules }): State => ({ document, rules: rulesOf(rules, () => shown) })),
    targets: mapOf(targets, ({ target, state, cover, files }, name): LockedTarget => {
      return {
        target: { ...target, name, at: shown },
        state,
        cover: new Map(Object.entries(cover)),
        files: new Map(Object.entries(files)),
      }
    }),
  }
  const edited = [...lock.states].find(([key, state]) => stateKey(state) !== key)
  if (edited) throw new UserError(`${shown} is damaged: the state ${edited[0]} was edited or merged by hand; ${REMEDY}`)
  return lock
}

const mapOf = <In, Out>(record: Readonly<Record<string, In>>, of: (value: In, key: string) => Out): Map<string, Out> =>
  new Map(Object.entries(record).map(([key, value]) => [key, of(value, key)]))

const REMEDY =
  'restore it from version control, or remove it and run "tagwall build", which then reads the files in place'

// One sentence is enough to see that a file is not what tagwall wrote.
const MOST_PROBLEMS = 3

function read(text: string, shown: string): z.output<typeof lockSchema> {
  try {
    if (text.length > MOST_BYTES) throw new Error('it is too large')
    const json: unknown = JSON.parse(text)
    const format = typeof json === 'object' && json !== null && 'lock' in json ? json.lock : undefined
    if (typeof format === 'number' && format > 1)
      throw new UserError(
        `${shown} has the format ${format} of a newer tagwall; update tagwall, then run the command again`,
      )
    if (format === undefined) throw new Error('it is not a lock of tagwall')
    const parsed = lockSchema.safeParse(json)
    if (parsed.success) return parsed.data
    throw new Error(explainIssues(parsed.error).slice(0, MOST_PROBLEMS).join('; '))
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(`${shown} is damaged (${(error as Error).message}); ${REMEDY}`)
  }
}
