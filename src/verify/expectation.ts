import { type AddressFamily, FAMILIES } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import type { RuleOrder } from '../model/item.ts'
import type { FoundLocal, FoundRule } from '../model/reading.ts'
import { areSameRules, type ConcreteRule, namesTwoObjects, type Ruleset, restrict } from '../model/ruleset.ts'
import { EVERY_PORT, type Flow, hasPorts } from '../model/traffic.ts'
import { carriedBy, type Job, splitOf } from '../model/vendor.ts'
import { KIT } from '../vendor/kit/kit.ts'
import type { ReaderContext } from '../vendor/kit/reader-api.ts'

/** The form in which a device has a ruleset. */
export interface RulesetForm {
  /** `tags`: the device resolves tags itself, so they are compared by name. */
  readonly by: 'addresses' | 'tags'
  /** True if each object on the device has addresses of one family only. */
  readonly areObjectsApart?: boolean
  /** The meaning of a rule's place; by default `each`. */
  readonly order?: RuleOrder
}

/** The expected ruleset of a proof, and the form in which the device has it. */
export interface Expectation extends RulesetForm {
  readonly target: string
  readonly ruleset: Ruleset
}

/** The expectation of a delta: the rulesets before and after it. */
export interface DeltaExpectation extends RulesetForm {
  readonly target: string
  readonly before: Ruleset
  readonly after: Ruleset
}

/** The ruleset that the files of a job must produce, in the form of its vendor. */
export function expectationOf(job: Job, ruleset: Ruleset): Expectation {
  return { target: job.target, ruleset: restrict(ruleset, job.family), ...formOf(job) }
}

/** The rulesets before and after commands; `from` is the job of the older one. */
export function deltaExpectationOf(
  job: Job,
  { before, after }: { readonly before: Ruleset; readonly after: Ruleset },
  from: Job = job,
): DeltaExpectation {
  const { target, family } = job
  return { target, before: restrict(before, from.family), after: restrict(after, family), ...formOf(job) }
}

/** How a device is compared: by addresses or by tags, with the families of its objects and the order of its rules. */
export function formOf({ vendor, options }: Job): Required<RulesetForm> {
  return {
    by: splitOf(vendor, options) === 'tag' ? 'tags' : 'addresses',
    areObjectsApart: carriedBy(vendor, options).objectFamilies === 'apart',
    order: vendor.order,
  }
}

/** True if a target has the same rules in two rulesets, as far as its device can tell. */
export const areSameOn = (job: Job, a: Ruleset, b: Ruleset): boolean => areSameRules(a, b, formOf(job).by)

/** The context in which a reader reads the files of a job back for a proof. */
export const proofContext = ({ options }: Job): ReaderContext => ({ options, purpose: 'prove', narrow: {}, kit: KIT })

/** The rules of a ruleset as a reader should find them, in order. */
export function expectedRules(
  { rules }: Pick<Ruleset, 'rules'>,
  { by = 'addresses', areObjectsApart = false }: Partial<RulesetForm> = {},
): FoundRule[] {
  return rules.flatMap((rule) =>
    localsOf(rule, areObjectsApart).map(({ local, family }): FoundRule => {
      const { set, protocol, ports, direction, action, name } = rule
      const addresses = by === 'tags' ? (set.own ?? PrefixSet.empty) : set.prefixes
      return {
        name,
        direction,
        action,
        protocol,
        local,
        coverage: 'whole',
        place: { part: '', line: 1 },
        ports: hasPorts(protocol) ? ports : [EVERY_PORT],
        remote: {
          addresses: family ? addresses.family(family) : addresses,
          tags: by === 'tags' ? set.tags : [],
        },
      }
    }),
  )
}

function localsOf(
  { local }: ConcreteRule,
  areApart: boolean,
): { readonly local?: FoundLocal; readonly family?: AddressFamily }[] {
  if (!local) return [{}]
  if ('set' in local) return [{ local: { addresses: local.set.prefixes, objects: [] } }]
  const named = (name: string): FoundLocal => ({ addresses: PrefixSet.empty, objects: [name] })
  if (!areApart && !namesTwoObjects(local)) return [{ local: named(local.object) }]
  const names = { ipv4: local.object, ipv6: local.object6 }
  return FAMILIES.flatMap((family) => {
    const name = names[family]
    return name === undefined ? [] : [{ local: named(name), family }]
  })
}

/** `outbound tcp port 443`. */
export function proofFlowText({ direction, protocol, ports }: Flow): string {
  if (!hasPorts(protocol)) return `${direction} ${protocol === 'icmp' ? 'ICMP' : 'other protocols'}`
  return `${direction} ${protocol} ${ports.first === ports.last ? `port ${ports.first}` : `ports ${ports.first} to ${ports.last}`}`
}
