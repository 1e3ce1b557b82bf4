import * as z from 'zod'
import { UserError } from '../../errors.ts'
import { CLOUD_NAMES } from '../../model/cloud.ts'
import type { Rule, Target } from '../../model/policy.ts'
import { cidrSet, explainIssues } from '../../parse/schema.ts'
import { sha256 } from '../../text/hashes.ts'
import { conflictLine } from '../../text/lines.ts'
import { byCodeUnit } from '../../text/numbers.ts'
import { ruleSchema, targetSchema } from '../policy-schema.ts'
import { localWords, ruleWords } from '../rule-words.ts'
import { rulesOf } from '../rules.ts'
import { path } from '../value-schema.ts'
import type { Lock, LockedTarget, State } from './lock.ts'

const hash = z.string().regex(/^[0-9a-f]{64}$/, { error: 'expected a SHA-256 in hex' })
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
        tags: hash,
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
      files: z.record(path, hash),
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

/** The canonical text of a lock: sorted JSON, a line for each rule, prefix and file, in the words of a policy; only what changes a byte of a file. */
export function formatLock({ policy, states, targets }: Lock): string {
  const used = new Set([...targets.values()].map(({ state }) => state))
  const kept = [...states].filter(([key]) => used.has(key))
  const lock = entriesOf({
    lock: 1,
    policy,
    states: sorted(kept.map(([key, state]) => [key, stateFields(state)])),
    targets: sorted([...targets].map(([name, target]) => [name, lockedFields(target)])),
  })
  return `${layout(lock)}\n`
}

/** The key of a state: the start of the SHA-256 of its text. */
export const stateKey = (state: State): string => sha256(layout(stateFields(state), 2)).slice(0, 16)

const stateFields = ({ document, rules }: State) => entriesOf({ document, rules: rules.map(ruleFields) })

const lockedFields = ({ target, state, cover, files }: LockedTarget) =>
  entriesOf({
    target: targetFields(target),
    state,
    ...(cover.size > 0 && { cover: sorted([...cover].map(([rule, set]) => [rule, set.texts])) }),
    files: sorted(files),
  })

/** A rule in the words of a policy file: what changes a byte, without the defaults. */
const ruleFields = (rule: Rule) => {
  const words = ruleWords({ ...rule, optionalIn: [], notes: { ...rule.notes, ticket: '', owner: '' } })
  return { ...words, protocol: rule.protocol === 'tcp' ? undefined : rule.protocol }
}

/** A target in the words of a policy file, without its name. */
export function targetFields({ vendor, out, options, family, model, limits, local, widen }: Target) {
  return {
    vendor,
    out,
    ...(Object.keys(options).length > 0 && { options: sortedKeys(options) }),
    family,
    model,
    ...(Object.keys(limits).length > 0 && { limits: sortedKeys(limits) }),
    local: local && localWords(local),
    widen: widen && { ...widen, never: widen.never.texts },
  }
}

const entriesOf = (record: object): ReadonlyMap<string, unknown> => new Map(Object.entries(record))

const sorted = (entries: Iterable<readonly [string, unknown]>): ReadonlyMap<string, unknown> =>
  new Map([...entries].sort(([a], [b]) => byCodeUnit(a, b)))

const sortedKeys = (record: Readonly<Record<string, unknown>>) => Object.fromEntries(sorted(Object.entries(record)))

/** JSON in which maps and lists have a line for each of their entries, and all other values are in one line. */
function layout(value: unknown, depth = 0): string {
  const inner = (one: unknown) => layout(one, depth + 1)
  const textOf = ([key, one]: readonly [string, unknown]) => `${JSON.stringify(key)}: ${inner(one)}`
  if (value instanceof Map) return inLines('{}', Array.from(value, textOf), depth)
  return Array.isArray(value) ? inLines('[]', value.map(inner), depth) : JSON.stringify(value)
}

function inLines([open, close]: string, entries: readonly string[], depth: number): string {
  if (entries.length === 0) return `${open}${close}`
  const indent = '  '.repeat(depth)
  return `${open}\n${entries.map((entry) => `${indent}  ${entry}`).join(',\n')}\n${indent}${close}`
}
