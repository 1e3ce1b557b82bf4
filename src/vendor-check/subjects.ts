import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Rulesets } from '../change/commands/delta-files.ts'
import { compile } from '../compile/compile.ts'
import { notCarried } from '../compile/fit/carried.ts'
import { parseDocument } from '../document/document.ts'
import { type SnapshotFile, shippedSnapshots } from '../document/snapshot/stored-snapshots.ts'
import { hasErrors } from '../finding/finding.ts'
import { refuseErrors } from '../findings-output.ts'
import { lazy, memo } from '../model/lazy.ts'
import type { Policy } from '../model/policy.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { TagDocument } from '../model/service-tag.ts'
import type { Vendor } from '../model/vendor.ts'
import { builtInPolicies, SHIPPED } from '../paths.ts'
import { parsePolicy } from '../policy/policy.ts'
import { ownPolicies, policiesIn } from './check-files-there.ts'

/** Policies, and two documents of documentation prefixes. */
const CONFORMANCE_FOLDER = join(SHIPPED.policies, 'conformance')
/** Those that every vendor is checked with; it is checked with each other one that one of its entries of `carries` allows. */
const COMMON = ['several', 'one-rule', 'own', 'except']
/** A rule for every address means the same with its addresses and without. */
const EVERYTHING = 'everything'

/** A policy, its ruleset, and the document that it was compiled on. */
export interface Subject {
  readonly policy: string
  readonly ruleset: Ruleset
  readonly document: TagDocument
}

/** Two states of one policy. */
export interface SubjectChange extends Rulesets {
  readonly policy: string
}

/** The names and files of the policies that `vendor` is tried with on the conformance document. */
function conformancePolicies(vendor: Vendor): (readonly [name: string, file: string])[] {
  return [
    ['arc-kubernetes', join(SHIPPED.policies, 'arc-kubernetes.yaml')],
    ...COMMON.map((name) => [name, join(CONFORMANCE_FOLDER, `${name}.yaml`)] as const),
    ...policiesIn(CONFORMANCE_FOLDER).filter(
      ([name, file]) => !COMMON.includes(name) && mayCarry(vendor, newerSubject(name, file).ruleset),
    ),
    ...ownPolicies(vendor),
  ]
}

/** True if the vendor carries every rule under some options. */
const mayCarry = (vendor: Vendor, ruleset: Ruleset): boolean =>
  vendor.carries.some((form) => {
    const only: Vendor = { ...vendor, carries: [{ ...form, when: {} }] }
    return notCarried(ruleset, { target: vendor.name, vendor: only, options: {}, family: undefined }).length === 0
  })

/** Every policy on the conformance document. */
export function conformanceSubjects(vendor: Vendor): Subject[] {
  return conformancePolicies(vendor).map(([policy, file]) => newerSubject(policy, file))
}

/** The policies in which every line counts, on the older document, in which no two tags have an address in common. */
export function disjointSubjects(vendor: Vendor): Subject[] {
  const policies = conformancePolicies(vendor).filter(([policy]) => policy !== EVERYTHING)
  return policies.flatMap(([policy, file]) => olderSubject(policy, file) ?? [])
}

/** A policy on the newer conformance document. Throws `UserErrors` if it does not compile. */
function newerSubject(policy: string, file: string): Subject {
  const compiled = compileOnNewer(file, policy)
  refuseErrors(compiled.findings, `${file} cannot be compiled for the check`)
  return compiled
}

/** A policy on the older conformance document; undefined if that lacks some of its tags. */
function olderSubject(policy: string, file: string): Subject | undefined {
  const compiled = compileOnOlder(file, policy)
  return hasErrors(compiled.findings) ? undefined : compiled
}

/** Compiles each policy file once on one of the documents, because nothing of it depends on options. */
const compiler = (where: string, published: string) =>
  memo((file: string, policy: string) => {
    const parsed = readPolicy(policy, file)
    const source = { bytes: readFileSync(join(CONFORMANCE_FOLDER, where)), name: where, published }
    const selectors = parsed.rules.flatMap(({ tags }) => tags)
    const { document, names } = parseDocument(source, parsed.cloud, selectors)
    return { policy, document, ...compile(parsed, { document, names, where }) }
  })

const compileOnOlder = compiler('older.json', '2025-11-03')
const compileOnNewer = compiler('document.json', '2025-11-10')

/** The built-in policies on the newest shipped snapshot. */
export const builtInSubjects = lazy((): readonly Subject[] => {
  const newest = shippedSnapshots('public').at(-1)
  return newest === undefined ? [] : builtInPolicies().map((policy) => onSnapshot(readBuiltIn(policy), newest))
})

/** The default policy on every shipped snapshot, oldest first. */
export function historyRulesets(): Ruleset[] {
  const policy = readBuiltIn('arc-kubernetes')
  return shippedSnapshots('public').map((file) => onSnapshot(policy, file).ruleset)
}

/** Changes of the small policies: another document, an added rule, and a removed rule. */
export function conformanceChanges(vendor: Vendor): SubjectChange[] {
  return conformancePolicies(vendor).flatMap(([policy, file]): SubjectChange[] => {
    const newer = newerSubject(policy, file).ruleset
    const fewer = withoutLastSet(newer)
    const others = [olderSubject(policy, file)?.ruleset, fewer.rules.length > 0 ? fewer : undefined]
    return others.flatMap((other) => (other ? bothWays(policy, other, newer) : []))
  })
}

/** A change there and back. */
export const bothWays = (policy: string, before: Ruleset, after: Ruleset): SubjectChange[] => [
  { policy, before, after },
  { policy, before: after, after: before },
]

function withoutLastSet(ruleset: Ruleset): Ruleset {
  const last = ruleset.sets.at(-1)
  return {
    ...ruleset,
    sets: ruleset.sets.slice(0, -1),
    rules: ruleset.rules.filter(({ set }) => set !== last),
  }
}

function onSnapshot(policy: Policy, { path, read }: SnapshotFile): Subject {
  const document = read()
  const { ruleset } = compile(policy, { document, names: [...document.tags.keys()], where: path })
  return { policy: policy.name, ruleset, document }
}

const readPolicy = (name: string, file: string): Policy => parsePolicy(readFileSync(file, 'utf8'), name, file)
const readBuiltIn = (name: string) => readPolicy(name, join(SHIPPED.policies, `${name}.yaml`))
