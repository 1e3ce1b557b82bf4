import { formatPrefix } from '../../address/prefix.ts'
import type { PolicyLocal, Rule, Target } from '../../model/policy.ts'
import { formatPorts } from '../../model/traffic.ts'
import type { Widening } from '../../model/widening.ts'
import { byCodeUnit } from '../../text/numbers.ts'
import { type Lock, type LockedTarget, type State, sha256 } from './lock.ts'

const LOCK_FORMAT = 1

/**
 * The canonical text of a lock: JSON, sorted, one rule, one prefix of a cover and one file per line. It holds only what changes a byte
 * of a file, in the words of a policy file, without values that are defaults there.
 */
export function formatLock({ policy, states, targets }: Lock): string {
  const used = new Set([...targets.values()].map(({ state }) => state))
  const kept = sorted(states).filter(([key]) => used.has(key))
  return `${object(0, [
    ['lock', String(LOCK_FORMAT)],
    ['policy', JSON.stringify(policy)],
    ['states', mapping(1, kept, (state) => stateText(state))],
    ['targets', mapping(1, sorted(targets), targetText)],
  ])}\n`
}

/** The key of a state: the start of the SHA-256 of its text. */
export const stateKey = (state: State): string => sha256(stateText(state)).slice(0, 16)

function stateText({ document, rules }: State): string {
  return object(2, [
    ['document', JSON.stringify(document)],
    [
      'rules',
      list(
        3,
        rules.map((rule) => JSON.stringify(ruleFields(rule))),
      ),
    ],
  ])
}

function targetText({ target, state, cover, files }: LockedTarget): string {
  const covers = mapping(3, sorted(cover), (set) =>
    list(
      4,
      set.texts.map((text) => JSON.stringify(text)),
    ),
  )
  return object(2, [
    ['target', JSON.stringify(targetFields(target))],
    ['state', JSON.stringify(state)],
    ...(cover.size > 0 ? [['cover', covers] as const] : []),
    ['files', mapping(3, sorted(files), (hash) => JSON.stringify(hash))],
  ])
}

/** A rule in the words of a policy file: what changes a byte, without the defaults. */
function ruleFields({ notes, ...rule }: Rule): Record<string, unknown> {
  const except = [...rule.except.tags, ...rule.except.prefixes.map(formatPrefix)]
  return {
    name: rule.name,
    ...(rule.tags.length > 0 && { tags: rule.tags }),
    ...(rule.prefixes.length > 0 && { prefixes: rule.prefixes.map(formatPrefix) }),
    ...(except.length > 0 && { except }),
    direction: rule.direction,
    ...(rule.action !== 'allow' && { action: rule.action }),
    ...(rule.protocol !== 'tcp' && { protocol: rule.protocol }),
    ...(rule.ports.length > 0 && {
      ports: rule.ports.map((range) => (range.first === range.last ? range.first : formatPorts(range))),
    }),
    ...(rule.local && { local: localFields(rule.local) }),
    ...(rule.targets && { targets: rule.targets }),
    ...(rule.sites && { sites: rule.sites }),
    priority: rule.priority,
    ...(notes.description !== '' && { description: notes.description }),
  }
}

/** A target in the words of a policy file, without its name. */
export function targetFields({ vendor, out, options, family, model, limits, local, widen }: Target) {
  return {
    vendor,
    out,
    ...(Object.keys(options).length > 0 && { options: sortedKeys(options) }),
    ...(family && { family }),
    ...(model !== undefined && { model }),
    ...(Object.keys(limits).length > 0 && { limits: sortedKeys(limits) }),
    ...(local && { local: localFields(local) }),
    ...(widen && { widen: wideningFields(widen) }),
  }
}

const localFields = (local: PolicyLocal) =>
  'prefixes' in local ? local.prefixes.texts : { object: local.object, object6: local.object6 }

const wideningFields = ({ maxPrefixes, per, within, never, minPrefixLength }: Widening) => ({
  maxPrefixes,
  per,
  within,
  never: never.texts,
  minPrefixLength,
})

const sorted = <T>(map: ReadonlyMap<string, T>): [string, T][] => [...map].sort(([a], [b]) => byCodeUnit(a, b))

const sortedKeys = (record: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => byCodeUnit(a, b)))

type Entry = readonly [key: string, text: string]

const object = (depth: number, entries: readonly Entry[]) =>
  braces(
    '{}',
    depth,
    entries.map(([key, text]) => `${JSON.stringify(key)}: ${text}`),
  )

const mapping = <T>(depth: number, entries: readonly (readonly [string, T])[], textOf: (value: T) => string) =>
  object(
    depth,
    entries.map(([key, value]) => [key, textOf(value)]),
  )

const list = (depth: number, items: readonly string[]) => braces('[]', depth, items)

function braces([open, close]: string, depth: number, items: readonly string[]): string {
  if (items.length === 0) return `${open}${close}`
  const indent = '  '.repeat(depth)
  return `${open}\n${items.map((item) => `${indent}  ${item}`).join(',\n')}\n${indent}${close}`
}
