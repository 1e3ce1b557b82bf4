import { firstIndex } from '../../address/binary-search.ts'
import { type AddressFamily, BITS, type Prefix } from '../../address/prefix.ts'
import { familiesOf, PrefixSet } from '../../address/prefix-set.ts'
import type { Finding } from '../../finding/finding.ts'
import type { Fitted, FittedLocal, FittedRule, FittedSet, Group } from '../../model/fitted.ts'
import { lazy } from '../../model/lazy.ts'
import { blockName, joinName, refusal, wordOf } from '../../model/naming.ts'
import { type AddressSet, type ConcreteRule, localSetsOf, type Ruleset } from '../../model/ruleset.ts'
import { carriedBy, type Job, nameFormOf, prioritiesOf, splitOf } from '../../model/vendor.ts'
import type { NameKind } from '../../model/vendor-words.ts'
import { notCarried, objectsOf } from './carried.ts'
import { formatService, nameCollisions, priorityProblems } from './collisions.ts'

/** Fits `ruleset` to a vendor: names, numbers, and groups of limited size. Cuts long names where the manifest allows it; all else is an error. */
export function fit(ruleset: Ruleset, job: Job): { fitted: Fitted; findings: Finding[] } {
  const naming = { ...job, findings: [] as Finding[] }
  const sets = new Map(ruleset.sets.map((set) => [set, fitSet(set, naming)]))
  const locals = new Map(localSetsOf(ruleset).map((set) => [set, fitSet(set, naming)]))
  const localOf = (rule: ConcreteRule): FittedLocal | undefined =>
    rule.local && 'set' in rule.local ? { set: locals.get(rule.local.set) as FittedSet } : objectsOf(rule, job)
  naming.findings.push(...notCarried(ruleset, job))
  const { protocols } = carriedBy(job.vendor, job.options)
  const rules = ruleset.rules.flatMap((rule) => {
    const split = splitRule(rule, sets.get(rule.set) as FittedSet, localOf(rule), naming)
    // A protocol that the vendor refuses has no service there, so its name is not checked.
    const service = protocols.includes(rule.protocol)
      ? nameOf('service', formatService(rule), '', naming)
      : formatService(rule)
    return split.map((one): FittedRule => ({ ...one, service }))
  })
  const fitted = { ruleset, sets: [...sets.values()], locals: [...locals.values()], rules }
  // Most callers need `fitted` only.
  const findings = lazy(() => [...naming.findings, ...nameCollisions(fitted, job), ...priorityProblems(fitted, job)])
  return {
    fitted,
    get findings() {
      return findings()
    },
  }
}

type Naming = Job & { findings: Finding[] }

function nameOf(kind: NameKind, base: string, suffix: string, { vendor, options, target, findings }: Naming): string {
  const form = nameFormOf(vendor, kind, options)
  if (!form) return `${base}${suffix}`
  const name = joinName(base, suffix, form)
  const reason = refusal(name, form)
  // One finding per rule is enough: its sets and groups are named after it.
  const isKnown = findings.some((finding) => finding.code === 'NAME_NOT_CARRIED' && finding.base === base)
  if (reason && !isKnown)
    findings.push({ code: 'NAME_NOT_CARRIED', severity: 'error', target, base, kind, name, reason })
  return name
}

function fitSet(set: AddressSet, naming: Naming): FittedSet {
  const { groups } = naming.vendor
  const name = nameOf('set', set.name, '', naming)
  if (!groups) return { name, set, groups: [] }
  const families = groups.families === 'together' ? [undefined] : familiesOf(set.prefixes)
  return {
    name,
    set,
    groups: families.map((family) => groupOf(set, family, naming.options[groups.members] as number, naming)),
  }
}

function groupOf(set: AddressSet, family: AddressFamily | undefined, most: number, naming: Naming): Group {
  const { members, chunks } = splitGroup((family ? set.prefixes.family(family) : set.prefixes).prefixes, most)
  const suffix = family ? `-${wordOf(naming.vendor, family)}` : ''
  return {
    name: nameOf('set', set.name, suffix, naming),
    family,
    members,
    chunks: chunks.map(({ block, prefixes }) => ({
      name: nameOf('set', set.name, `${suffix}-${blockName(block, naming.vendor)}`, naming),
      family,
      members: prefixes,
      chunks: [],
    })),
  }
}

function splitRule(
  rule: ConcreteRule,
  set: FittedSet,
  local: FittedLocal | undefined,
  naming: Naming,
): Omit<FittedRule, 'service'>[] {
  const { vendor, options, family } = naming
  const by = splitOf(vendor, options)
  const { tags, own, except, prefixes } = rule.set
  const whole = { rule, set, local, tag: undefined, family: undefined, prefixes, priority: rule.priority }
  const named = (suffix: string) => nameOf('rule', rule.set.name, `${rule.suffix}${suffix}`, naming)
  const byFamily = (all: PrefixSet, start: string, priorityOf: (family: AddressFamily, index: number) => number) =>
    familiesOf(all).map((family, index) => ({
      ...whole,
      name: named(`${start}-${wordOf(vendor, family)}`),
      priority: priorityOf(family, index),
      family,
      prefixes: all.family(family),
    }))
  switch (by) {
    case 'none':
      return [{ ...whole, name: named('') }]
    case 'tag': {
      // The device resolves the tag to addresses of both families.
      if (family && tags.length > 0)
        naming.findings.push({ code: 'FAMILY_NOT_SEPARABLE', severity: 'error', target: naming.target, family })
      // It also cannot leave out addresses of a tag.
      if (except?.cutsTags && rule.suffix === '')
        naming.findings.push({ code: 'EXCEPT_NOT_BY_TAG', severity: 'error', target: naming.target, rule: rule.name })
      // It takes local addresses of both families in two rules.
      const sides = rule.local && 'set' in rule.local ? familiesOf(rule.local.set.prefixes) : [undefined]
      const ofTags = tags.flatMap((tag) => sides.map((family) => ({ tag, family })))
      return [
        ...ofTags.map(({ tag, family: one }, index) => ({
          ...whole,
          name: named(
            `${tags.length === 1 && !own ? '' : `-${tag}`}${sides.length > 1 && one ? `-${wordOf(vendor, one)}` : ''}`,
          ),
          priority: rule.priority + index,
          tag,
          family: one,
        })),
        // No device that resolves tags takes both families in one rule.
        ...byFamily(
          own ?? PrefixSet.empty,
          tags.length === 0 ? '' : '-own',
          (_, index) => rule.priority + ofTags.length + index,
        ),
      ]
    }
    case 'family': {
      const offset = prioritiesOf(vendor, options)?.ipv6Offset
      const ofIpv6 = offset === undefined ? 0 : (options[offset] as number)
      return byFamily(prefixes, '', (family) => rule.priority + (family === 'ipv6' ? ofIpv6 : 0))
    }
  }
}

/** The prefixes of a set that lie in `block`. */
export interface Chunk {
  readonly block: Prefix
  readonly prefixes: readonly Prefix[]
}

/**
 * `prefixes` as the content of one group with at most `most` members: its own, and chunks, which become nested groups. If there are too many, address
 * space is cut into small blocks: the lowest blocks stay in the group, as many as fit, and each of the others becomes a chunk. So one added or
 * removed prefix touches one block, and moves at most one other block in or out of the group.
 */
export function splitGroup(prefixes: readonly Prefix[], most: number) {
  if (prefixes.length <= most) return { members: prefixes, chunks: [] }
  const blocks = fewBlocks(prefixes, Math.min(most, Math.max(SMALL, Math.floor(most / 16))), most)
  let entries = blocks.length
  const border = blocks.findIndex((block) => {
    entries += block.prefixes.length - 1
    return entries > most
  })
  // A chunk of one prefix saves nothing.
  const isInGroup = ({ prefixes }: Chunk, index: number) => index < border || prefixes.length === 1
  return {
    members: blocks.filter(isInGroup).flatMap(({ prefixes }) => prefixes),
    chunks: blocks.filter((block, index) => !isInGroup(block, index)),
  }
}

/** Smaller blocks would mean many more groups for slightly shorter deltas. */
const SMALL = 64

/** Blocks of at most `size` prefixes; the size doubles until there are at most `most` blocks. */
function fewBlocks(prefixes: readonly Prefix[], size: number, most: number): Chunk[] {
  const blocks = blocksOf(prefixes, size)
  return blocks.length > most && size < most ? fewBlocks(prefixes, Math.min(most, 2 * size), most) : blocks
}

/**
 * `prefixes`, in order, in blocks of at most `most`. Blocks are cut by address, not by position: a block with too many prefixes
 * is halved. So one added prefix touches or splits one block, never all the following ones.
 */
export function blocksOf(prefixes: readonly Prefix[], most: number): Chunk[] {
  const border = firstIndex(0, prefixes.length, (index) => prefixes[index]?.family === 'ipv6')
  return [
    ...halve({ family: 'ipv4', address: 0n, length: 0 }, prefixes.slice(0, border), most),
    ...halve({ family: 'ipv6', address: 0n, length: 0 }, prefixes.slice(border), most),
  ]
}

function halve({ family, address, length }: Prefix, prefixes: readonly Prefix[], most: number): Chunk[] {
  if (prefixes.length === 0) return []
  // Prefixes of a set do not overlap, so each of several prefixes lies in one half of the block.
  if (prefixes.length <= Math.max(1, most)) return [{ block: { family, address, length }, prefixes }]
  const half = length + 1
  const middle = address | (1n << BigInt(BITS[family] - half))
  const border = firstIndex(0, prefixes.length, (index) => (prefixes[index] as Prefix).address >= middle)
  return [
    ...halve({ family, address, length: half }, prefixes.slice(0, border), most),
    ...halve({ family, address: middle, length: half }, prefixes.slice(border), most),
  ]
}
