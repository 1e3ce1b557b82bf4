import type { Rule, Target } from '../../model/policy.ts'
import { sha256 } from '../../text/hashes.ts'
import { byCodeUnit } from '../../text/numbers.ts'
import { localWords, ruleWords } from '../rule-words.ts'
import type { Lock, LockedTarget, State } from './lock.ts'

/** The canonical text of a lock: sorted JSON, a line for each rule, prefix and file, in the words of a policy; only what changes a byte of a file. */
export function formatLock({ policy, states, targets }: Lock): string {
  const used = new Set([...targets.values()].map(({ state }) => state))
  const kept = [...states].filter(([key]) => used.has(key))
  const lock = mapOf({
    lock: 1,
    policy,
    states: sorted(kept.map(([key, state]) => [key, stateFields(state)])),
    targets: sorted([...targets].map(([name, target]) => [name, lockedFields(target)])),
  })
  return `${layout(lock)}\n`
}

/** The key of a state: the start of the SHA-256 of its text. */
export const stateKey = (state: State): string => sha256(layout(stateFields(state), 2)).slice(0, 16)

const stateFields = ({ document, rules }: State) => mapOf({ document, rules: rules.map(ruleFields) })

const lockedFields = ({ target, state, cover, files }: LockedTarget) =>
  mapOf({
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

const mapOf = (record: object): ReadonlyMap<string, unknown> => new Map(Object.entries(record))

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
