import { FAMILY_NAMES } from '../../address/family.ts'
import { type AddressFamily, FAMILIES } from '../../address/prefix.ts'
import type { PrefixSet } from '../../address/prefix-set.ts'
import type { Finding, LimitCount } from '../../finding/finding.ts'
import type { Artefact } from '../../model/artefact.ts'
import type { Use } from '../../model/capacity.ts'
import { type Fitted, type FittedRule, type FittedSet, groupsToDefine } from '../../model/fitted.ts'
import {
  FILE_LIMITS,
  type FileLimit,
  LIMIT_MEANING,
  type LimitName,
  RULE_LIMITS,
  type RuleLimit,
} from '../../model/limits.ts'
import { tagSummary } from '../../model/naming.ts'
import type { ConcreteRule } from '../../model/ruleset.ts'
import type { Direction } from '../../model/traffic.ts'
import { closingRules, type Job, type LimitCase, limitOf } from '../../model/vendor.ts'
import { countLines } from '../../text/lines.ts'

/** One count; `isSplit` if tagwall starts another group or file before the limit is reached. */
interface Count extends LimitCount {
  readonly isSplit?: boolean
}

/** A limit that has a number, and everything that counts against it. */
export interface LimitCounts {
  readonly name: LimitName
  readonly what: string
  readonly limit: LimitCase & { readonly max: number }
  readonly counts: readonly Count[]
}

/** The counts of a fitted ruleset for each limit of rules. */
export function countRules(fitted: Fitted, job: Job): LimitCounts[] {
  return RULE_LIMITS.flatMap((name) => countOfRules(name, fitted, job))
}

/** The count of a fitted ruleset against one limit of rules. */
export function countOfRules(name: RuleLimit, fitted: Fitted, job: Job): LimitCounts[] {
  const closing = closingRules(job.vendor, job.options).length
  return countsOf(name, job, () => COUNTS[name](fitted, closing))
}

/** The counts of a target's files for each limit of files. */
export function countFiles(files: readonly CountedFile[], job: Job): LimitCounts[] {
  const inParts = (countOf: (file: CountedFile) => number) =>
    files.map((file) => ({ of: file.part, count: countOf(file), isSplit: file.artefact.parts === true }))
  const counts: Record<FileLimit, () => Count[]> = {
    bytes: () => inParts(({ text }) => Buffer.byteLength(text)),
    objectBytes: () => files.flatMap(objectsIn),
    requestEntries: () => inParts(({ text, artefact }) => entriesIn(text, artefact)),
    lines: () => files.map(({ part, text }) => ({ of: part, count: countLines(text) })),
    totalLines: () => total(files.reduce((sum, { text }) => sum + countLines(text), 0)),
  }
  return FILE_LIMITS.flatMap((name) => countsOf(name, job, counts[name]))
}

/** The counts of one limit; none if the device does not have it. `counts` is only called if there is a limit. */
export function countsOf(name: LimitName, { vendor, options }: Job, counts: () => readonly Count[]): LimitCounts[] {
  const limit = limitOf(vendor, name, options)
  if (limit?.max === undefined) return []
  return [{ name, what: LIMIT_MEANING[name], limit: { ...limit, max: limit.max }, counts: counts() }]
}

/** The use of each limit: the fullest rule, group or file, preferably one that tagwall cannot split. */
export function usesOf(limits: readonly LimitCounts[]): Use[] {
  return limits.flatMap(({ name, what, limit, counts }): Use[] => {
    const whole = counts.filter(({ isSplit }) => !isSplit)
    const [first, ...others] = whole.length > 0 ? whole : counts
    if (!first) return []
    const { of, count, isSplit = false } = others.reduce((most, one) => (one.count > most.count ? one : most), first)
    return [{ name, what, of, count, limit: limit.max, hint: limit.hint, isSplit }]
  })
}

/** The limits that are exceeded: one finding per limit, with every count above it. */
export function exceeded(limits: readonly LimitCounts[], { target }: Job): Finding[] {
  return limits.flatMap(({ name, what, limit: { max, hint, source, unverified }, counts }): Finding[] => {
    const over = counts.filter(({ count }) => count > max).map(({ of, count }) => ({ of, count }))
    if (over.length === 0) return []
    const facts = { target, name, what, counts: over, limit: max, hint, source, unverified }
    return [{ code: 'LIMIT_EXCEEDED', severity: 'error', ...facts }]
  })
}

/** The limits that the files of a target exceed. */
export const brokenFileLimits = (files: readonly CountedFile[], job: Job): Finding[] =>
  exceeded(countFiles(files, job), job)

const COUNTS: Record<RuleLimit, (fitted: Fitted, closing: number) => readonly Count[]> = {
  rules: ({ rules }, closing) => total(rules.length + closing),
  objects: (fitted) => total(FAMILIES.reduce((sum, family) => sum + objectsOf(setsOf(fitted), family), 0)),
  familyObjects: (fitted) =>
    FAMILIES.map((family) => ({ of: FAMILY_NAMES[family], count: objectsOf(setsOf(fitted), family) })),
  groups: (fitted) => total(groupsToDefine(setsOf(fitted)).length),
  // Of more members, `fit` makes more groups.
  groupMembers: (fitted) =>
    groupsToDefine(setsOf(fitted)).map(({ name, members, chunks }) => {
      return { of: name, count: members.length + chunks.length, isSplit: true }
    }),
  sets: (fitted) => total(setsOf(fitted).length),
  setPrefixes: (fitted) =>
    setsOf(fitted).flatMap(({ name, set }) =>
      FAMILIES.map((family) => ({
        of: `${name}, ${FAMILY_NAMES[family]}`,
        count: set.prefixes.family(family).prefixCount,
      })),
    ),
  wholeSetPrefixes: ({ sets }) => sets.map(({ name, set }) => ({ of: name, count: set.prefixes.prefixCount })),
  entries: ({ rules }, closing) => {
    const entriesOf = (one: FittedRule) => Math.max(1, one.rule.ports.length) * localCount(one.rule) * remoteCount(one)
    // A closing rule is one for each family.
    return total(rules.reduce((sum, one) => sum + entriesOf(one), closing * FAMILIES.length))
  },
  // A closing rule has one prefix on either side.
  prefixesPerSide: (fitted, closing) =>
    total(Math.max(sideOf(fitted, 'outbound'), sideOf(fitted, 'inbound')) + closing),
  addressUnits: ({ rules }) =>
    rules.map(({ name, rule, prefixes, tag }) => ({
      of: name,
      count:
        (tag === undefined ? unitsOf(prefixes) : 1) +
        (rule.local && 'set' in rule.local ? unitsOf(rule.local.set.prefixes) : 0),
    })),
  portEntries: ({ rules }) => rules.map(({ name, rule }) => ({ of: name, count: rule.ports.length })),
  portSlots: ({ rules }) =>
    rules.map(({ name, rule }) => ({
      of: name,
      count: rule.ports.reduce((slots, { first, last }) => slots + (first === last ? 1 : 2), 0),
    })),
  commentTags: ({ sets, rules }) =>
    sets.map((set) => {
      // A template writes the description before it, with a full stop and a space.
      const described = rules.filter((rule) => rule.set === set).map(({ rule }) => rule.description?.length ?? 0)
      const before = Math.max(0, ...described.map((length) => length && length + 2))
      return { of: set.name, count: before + tagSummary(set.set).length }
    }),
}

/** One count for the whole target. */
const total = (count: number): Count[] => [{ of: '', count }]

/** The sets of both sides, those of the rules first. */
export const setsOf = ({ sets, locals }: Fitted): readonly FittedSet[] => [...sets, ...locals]

/** The number of local prefixes of a rule; 1 for any local address, and for an object. */
const localCount = ({ local }: ConcreteRule): number => (local && 'set' in local ? local.set.prefixes.prefixCount : 1)

/** The number of remote prefixes of a rule; 1 for a tag that the device resolves itself. */
const remoteCount = ({ tag, prefixes }: FittedRule): number => (tag === undefined ? prefixes.prefixCount : 1)

/** Units of 32 bits, as some devices keep addresses: one for an IPv4 prefix, four for an IPv6 prefix. */
const unitsOf = (set: PrefixSet): number => set.family('ipv4').prefixCount + 4 * set.family('ipv6').prefixCount

/** A prefix in several sets is one object. */
function objectsOf(sets: readonly FittedSet[], family: AddressFamily): number {
  return new Set(sets.flatMap(({ set }) => set.prefixes.family(family).texts)).size
}

/** Prefixes on the remote side of rules of `direction`; each rule of the other direction adds one there. */
function sideOf({ rules }: Fitted, direction: Direction): number {
  const countOf = (one: FittedRule) => (one.rule.direction === direction ? remoteCount(one) : localCount(one.rule))
  return rules.reduce((sum, one) => sum + countOf(one), 0)
}

/** How the lines of a file are counted; only full files have `parts`. */
type CountedForm = Pick<Artefact, 'object' | 'entry'> & Partial<Pick<Artefact, 'parts'>>

/** A file, and how its lines are counted. */
export interface CountedFile {
  readonly part: string
  readonly text: string
  readonly artefact: CountedForm
}

/** The bytes of each object in a file: from its first line up to the next object's; text before the first object belongs to it. */
function objectsIn({ part, text, artefact: { object } }: CountedFile): LimitCount[] {
  const starts = object === undefined ? [] : [...text.matchAll(new RegExp(object, 'gmu'))].map(({ index }) => index)
  let [line, at] = [1, 0]
  return [0, ...starts.slice(1)].map((from, index, all) => {
    const start = starts[index] ?? 0
    line += countLines(text.slice(at, start))
    at = start
    const of = starts.length > 0 ? `${part}, line ${line}` : part
    return { of, count: Buffer.byteLength(text.slice(from, all[index + 1])) }
  })
}

/** How many entries a file has; none where its artefact does not say which lines they are. */
export function entriesIn(text: string, { entry }: CountedForm): number {
  return entry === undefined ? 0 : [...text.matchAll(new RegExp(entry, 'gmu'))].length
}
