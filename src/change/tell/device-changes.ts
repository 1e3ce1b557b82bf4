import { type AddressFamily, FAMILIES } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import { pathOf } from '../../compile/target-job.ts'
import { wideningDiff } from '../../compile/widen/widened-targets.ts'
import type { ItemChange } from '../../model/change.ts'
import type { Delta, TagDelta, WideningDelta } from '../../model/delta.ts'
import { groupsOf } from '../../model/group-by.ts'
import type { TargetPrice } from '../../model/result.ts'
import { type AddressSet, type ConcreteRule, type Ruleset, restrict } from '../../model/ruleset.ts'
import { groupSites, labelOf, maskSite, siteOf } from '../../model/site.ts'
import type { Job } from '../../model/vendor.ts'
import { countLineChanges, countLines } from '../../text/lines.ts'
import { byCodeUnit, formatCount, plural } from '../../text/numbers.ts'
import type { ComparedTarget } from '../traffic/change.ts'
import { heldItems, PLURALS } from './items-text.ts'
import type { DeviceChange, FileChange } from './report-values.ts'

/** A target of the report. */
export interface ReportedTarget extends ComparedTarget {
  /** The files beside its full files, with their kind. */
  readonly beside: DeviceChange['beside']
  /** Reads one of its older full files. */
  readonly olderText: (path: string) => string | undefined
  /** The proved commands of its delta. */
  readonly commands: number | undefined
}

/** The changes on the device of a target, and in its files: line by line if the older files are known. */
export function deviceChange(reported: ReportedTarget): DeviceChange {
  const { before, made, beside, olderText } = reported
  const { target } = made
  const old = new Map(before.files.map(({ path }) => [path, olderText(path) ?? '']))
  const young = new Map(made.files.map((file) => [pathOf(target, file), file.text]))
  return {
    target: target.name,
    vendor: target.vendor,
    device: deviceText(reported),
    files: [...new Set([...young.keys(), ...old.keys()])].map((path) =>
      fileChange(path, old.get(path), young.get(path)),
    ),
    beside,
  }
}

/** `objects +2 −1; groups 1 changed; 4 commands`; empty if nobody knows what changes. */
function deviceText({ change, commands }: ReportedTarget): string {
  const { kind, options, pieces, isByTag } = change
  const ofKinds = groupsOf(heldItems(change), ({ item }) => item.kind).map((own) => {
    const countOf = (how: ItemChange['change']) => own.filter((one) => one.change === how).length
    const counts = [
      countOf('added') > 0 && `+${formatCount(countOf('added'))}`,
      countOf('removed') > 0 && `−${formatCount(countOf('removed'))}`,
      ...(['changed', 'moved'] as const).map((how) => countOf(how) > 0 && `${formatCount(countOf(how))} ${how}`),
    ]
    return `${PLURALS[own[0].item.kind]} ${counts.filter(Boolean).join(' ')}`
  })
  const parts = [
    ...ofKinds,
    ...(options.length > 0 ? [`options ${options.map(({ name }) => name).join(', ')}`] : []),
    ...(commands ? [plural(commands, 'command')] : []),
  ]
  if (parts.length > 0 || kind === 'new') return parts.join('; ')
  return pieces.length === 0 ? 'nothing' : isByTag ? 'nothing: the device resolves the tags itself' : ''
}

/** The names of rules that a target has on both sides, with different local sides. */
export function otherLocals({ before, made }: ReportedTarget): string[] {
  const older = new Map(before.rules?.ruleset.rules.map((rule) => [rule.name, rule]))
  return made.ruleset.rules.flatMap((rule) => {
    const old = older.get(rule.name)
    return old && localKey(old) !== localKey(rule) ? [rule.set.name] : []
  })
}

/** The names of rules of which a target holds other addresses than before, such as those of one family only. */
export function otherAddresses({ before, made }: ReportedTarget): string[] {
  if (!before.rules) return []
  const heldIn = (ruleset: Ruleset, { family }: Job) =>
    new Map(restrict(ruleset, family).sets.map(({ name, prefixes }) => [name, prefixes]))
  const [old, young] = [heldIn(before.rules.ruleset, before.job), heldIn(made.ruleset, made.job)]
  const isSame = (name: string) => (old.get(name) ?? PrefixSet.empty).equals(young.get(name) ?? PrefixSet.empty)
  return [...new Set([...old.keys(), ...young.keys()])].filter((name) => !isSame(name))
}

const localKey = ({ local }: ConcreteRule) =>
  JSON.stringify(local && ('set' in local ? local.set.prefixes.texts : [local.object, local.object6]))

/** The addresses that widening adds and removes in each rule of a target. */
export function wideningChange({ before, made }: ReportedTarget): WideningDelta[] {
  return made.target.widen && before.rules ? wideningDiff(made.target.name, before.rules.ruleset, made.ruleset) : []
}

/** Counts the changed lines of a file. */
export function fileChange(path: string, before: string | undefined, after: string | undefined): FileChange {
  return {
    path,
    before: before === undefined ? undefined : countLines(before),
    after: after === undefined ? undefined : countLines(after),
    ...countLineChanges(before ?? '', after ?? ''),
  }
}

/** Changes of targets, once for all sites with the same: `edge (200 sites)`, and `rules/{site}/edge.conf`. */
export function changesBySite(targets: readonly DeviceChange[]): DeviceChange[] {
  return groupSites(targets, textOf).map(({ item, sites }) => {
    if (sites.length < 2) return item
    const mask = (path: string) => maskSite(path, siteOf(item.target))
    return {
      ...item,
      target: labelOf(item.target, sites),
      files: item.files.map((file) => ({ ...file, path: mask(file.path) })),
      beside: item.beside.map((file) => ({ ...file, path: mask(file.path) })),
    }
  })
}

/** A target has the same widening at every site. */
export const widenedBySite = <T extends TargetPrice | WideningDelta>(items: readonly T[]): T[] =>
  bySite(items, (item) => `${item.rule} ${'price' in item ? item.price.family : ''}`)

/** Facts about targets, once for all sites where they are the same. */
export const bySite = <T extends { readonly target: string }>(items: readonly T[], keyOf = textOf<T>): T[] =>
  groupSites(items, keyOf).map(({ item, sites }) => ({ ...item, target: labelOf(item.target, sites) }))

const textOf = <T extends { readonly target: string }>(item: T) => JSON.stringify({ ...item, target: '' })

/**
 * The rules of a policy as files hold them: each with the addresses that any target has of it, without those that widening adds. A target may
 * lack a family, or a rule.
 */
export function heldRules(
  policy: Ruleset,
  held: readonly { readonly ruleset: Ruleset; readonly job: { readonly family: AddressFamily | undefined } }[],
): Ruleset {
  const rulesets = held.map(({ ruleset, job }) => restrict(ruleset, job.family))
  const [only] = rulesets
  if (only && rulesets.every((one) => one === only) && only.sets.every(({ widened }) => !widened)) return only
  const sets = new Map<string, AddressSet[]>()
  const rules = new Map<string, ConcreteRule>()
  for (const ruleset of new Set(rulesets)) {
    for (const set of ruleset.sets) sets.set(set.name, [...(sets.get(set.name) ?? []), set])
    for (const rule of ruleset.rules) if (!rules.has(rule.name)) rules.set(rule.name, rule)
  }
  const joined = new Map([...sets].map(([name, own]) => [name, joinedSet(own)]))
  return {
    ...policy,
    sets: [...joined.values()],
    rules: [...rules.values()]
      .map((rule) => ({ ...rule, set: joined.get(rule.set.name) as AddressSet }))
      .sort((a, b) => a.priority - b.priority || -byCodeUnit(a.direction, b.direction)),
  }
}

function joinedSet([first, ...others]: readonly AddressSet[]): AddressSet {
  const exact = ({ prefixes, widened }: AddressSet) => widened?.exact ?? prefixes
  const { widened: _, ...set } = first as AddressSet
  return { ...set, prefixes: PrefixSet.union([first as AddressSet, ...others].map(exact)) }
}

/** The addresses of the families that files hold of a tag. */
export function heldOf(set: PrefixSet, tag: string, { sets }: Ruleset): PrefixSet {
  const own = sets.filter(({ tags }) => tags.includes(tag)).map(({ prefixes }) => prefixes)
  const isHeld = (family: AddressFamily) => own.some((prefixes) => !prefixes.family(family).isEmpty)
  return PrefixSet.union(FAMILIES.filter(isHeld).map((family) => set.family(family)))
}

/** The changes of a document in what files hold: without the families of a tag that the newer files do not hold, or the older ones did not. */
export function heldDelta(delta: Delta, older: Ruleset, newer: Ruleset): Delta {
  const reduced = delta.tags.map((change): TagDelta => {
    const { tag, added, removed } = change
    return { ...change, added: heldOf(added, tag, newer), removed: heldOf(removed, tag, older) }
  })
  const isChange = ({ kind, added, removed }: TagDelta) => kind !== 'changed' || !added.isEmpty || !removed.isEmpty
  return {
    ...delta,
    tags: reduced.filter(isChange),
    unchanged: [...delta.unchanged, ...reduced.filter((change) => !isChange(change)).map(({ tag }) => tag)],
  }
}
