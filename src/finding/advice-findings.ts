import type { AddressFamily, Prefix } from '../address/prefix.ts'
import { type Constraint, familyPrefixes } from '../model/widening.ts'
import { formatCount } from '../text/numbers.ts'
import { few, rulesText } from './phrases.ts'
import { FETCHING, type FindingTable, PAGE, POLICY, SMALL_FIREWALLS, TAGS_PAGE } from './record.ts'

/** The outdated thing: the last check, the newest document seen, or, without a recorded check, the newest stored change or shipped snapshot. */
export type Staleness = 'check' | 'document' | 'change' | 'shipped'

/** The facts of each finding below. */
export interface AdviceFacts {
  DEPENDENCY_MISSING: { tag: string; needs: string; source: string }
  GLOBAL_LEFT_OUT: { rule: string; base: string; prefixes: readonly Prefix[] }
  INBOUND_TAG: { rules: readonly string[] }
  INBOUND_ANY: { rules: readonly string[] }
  /** A rule of which the rules `by`, with lower priority numbers, decide everything. */
  RULE_NEVER_APPLIES: { rule: string; decided: 'allowed' | 'denied' | 'decided'; by: readonly string[] }
  BUDGET_NOT_MET: {
    target: string
    family: AddressFamily
    /** Undefined if the budget is for all rules together. */
    rule: string | undefined
    budget: number
    least: number
    /** The constraints without which fewer prefixes would be possible. */
    binding: readonly Constraint[]
  }
  TAGS_NOT_WIDENED: { target: string }
  NO_WITHIN: { target: string; tag: string; closest: string; where: string }
  STALE: { since: Staleness; date: string; days: number }
}

/** Warnings about a policy that compiles, findings of widening, and the age of the last check. */
export const ADVICE_FINDINGS = {
  DEPENDENCY_MISSING: {
    severity: 'warning',
    say: ({ tag, needs, source }) =>
      `the policy uses ${tag}, which does not work without ${needs} outbound. Add a rule that allows ${needs} outbound (${source})`,
    title: 'a tag needs another tag that no rule allows outbound',
    means:
      'Some services are reached through another service. For example, you cannot pull images from MicrosoftContainerRegistry unless AzureFrontDoor.FirstParty is allowed too.',
    do: 'Add a rule that allows the other tag outbound, on the same ports. This is only a warning, because another firewall may allow that tag.',
    sources: ['https://github.com/microsoft/containerregistry/pull/150', TAGS_PAGE, POLICY],
  },
  GLOBAL_LEFT_OUT: {
    severity: 'warning',
    say: ({ rule, base, prefixes }) =>
      `rule "${rule}" uses regions of ${base}, and so leaves out addresses of ${base} that belong to no region: ${few(prefixes)}`,
    title: 'a rule with regional tags leaves out addresses that belong to no region',
    means:
      'A base tag holds more than all its regional tags together. In one document, MicrosoftContainerRegistry had 359 prefixes, and its 69 regional tags had 326.',
    do: 'Use the base tag, unless you know that your clients do not need these addresses.',
    sources: [POLICY, TAGS_PAGE],
  },
  INBOUND_TAG: {
    severity: 'warning',
    say: ({ rules }) =>
      `${rulesText(rules)} ${rules.length > 1 ? 'allow' : 'allows'} a service tag inbound. Other Azure customers can hold its addresses, so authenticate callers (tagwall explain INBOUND_TAG)`,
    title: 'a rule allows a service tag inbound',
    means:
      'A tag says which service owns the addresses, not who is calling: any Azure customer with a virtual machine, a function or a front door can have an address in it. Microsoft says that tags are not a security boundary. On a stateful firewall, replies to connections that your side opens need no inbound rule.',
    do: 'Keep the rule only if the service must call you, and authenticate the caller behind the firewall (token, certificate, header). The built-in policy allows Front Door inbound because Microsoft\'s page asks for it, without a reason. To leave it out, write your own policy ("tagwall init") and set direction: outbound.',
    sources: [
      'https://msrc.microsoft.com/blog/2024/06/improved-guidance-for-azure-network-service-tags/',
      'https://learn.microsoft.com/azure/azure-arc/kubernetes/private-link#network-configuration',
      POLICY,
    ],
  },
  INBOUND_ANY: {
    severity: 'warning',
    say: ({ rules }) =>
      `${rulesText(rules)} ${rules.length > 1 ? 'let' : 'lets'} nearly any address in, on every port. Limit the prefixes, or the protocol and the ports`,
    title: 'a rule lets nearly any address in, on every port',
    means:
      'The prefixes of the rule hold more than half of all addresses of a family, and the rule has no limit by protocol and port: any host that reaches the local side can connect to every port there.',
    do: 'List the addresses that must call you, or name the protocol and the ports. If this is intended, give the rule a "local" that everybody may reach.',
    sources: [POLICY],
  },
  RULE_NEVER_APPLIES: {
    severity: 'warning',
    say: ({ rule, decided, by }) =>
      `rule "${rule}" never applies: its traffic is ${decided} before, by ${rulesText(by)}. Remove it, or give it a lower priority number`,
    title: 'a rule never applies, because earlier rules decide all of its traffic',
    means:
      'Of two rules for the same traffic, the one with the lower priority number decides. Rules before this one have all of its addresses and ports. If they do the same as this rule, removing it changes nothing.',
    do: 'Remove the rule, or give it a lower priority number than the rules that the warning names.',
    sources: [POLICY],
  },
  BUDGET_NOT_MET: {
    severity: 'error',
    say: ({ target, rule, family, budget, least, binding }) => {
      const whose = rule === undefined ? 'all rules together' : `rule "${rule}"`
      const why = binding.map((name) => CONSTRAINTS[name]).join(', and ') || 'each rule needs at least one'
      return `${target && `target "${target}": `}${whose} cannot be widened to ${familyPrefixes(budget, family)}: the minimum is ${formatCount(least)}, ${formatCount(least - budget)} more, because ${why}`
    },
    title: 'widening cannot reach so few prefixes',
    means:
      'Wider prefixes would hold addresses of "never", special-use addresses, or addresses for which a later rule says the opposite; or they would be shorter than "minPrefixLength".',
    do: 'Raise "maxPrefixes", or relax the constraint that the message names. "tagwall widen --curve" prints the price of every budget.',
    sources: [SMALL_FIREWALLS],
  },
  TAGS_NOT_WIDENED: {
    severity: 'error',
    say: ({ target }) =>
      `target "${target}" writes tags by name, which the device resolves itself, so they cannot be widened; remove "widen", or set the option that makes the vendor write prefixes`,
    title: 'a target that writes tags by name cannot be widened',
    means: 'The device resolves the tag itself, so the file has no prefixes to widen.',
    do: 'Remove "widen": a tag by name is a single entry. Or choose the option that makes the vendor write prefixes.',
    sources: [SMALL_FIREWALLS],
  },
  NO_WITHIN: {
    severity: 'error',
    say: ({ target, tag, closest, where }) =>
      `${target && `target "${target}": `}cannot widen within ${tag}, because that tag does not exist${closest || '.'} Searched: ${where}`,
    title: 'the tag to widen within is not in the snapshot',
    means: 'Either the name is misspelt, or the snapshot was stored before the policy used that tag.',
    do: 'Correct the name, or store the document again with "tagwall fetch --from FILE".',
    sources: [SMALL_FIREWALLS],
  },
  STALE: {
    severity: 'warning',
    say: ({ since, date, days }) =>
      `${STALE[since](date, days)}. Newer ranges may be in use: run "tagwall update" (tagwall explain STALE)`,
    title: 'the last check for a new document is too long ago',
    means:
      'Microsoft publishes new ranges at least a week before it uses them. Files carry the date of a Monday and appear two to nine days later, mostly on a Wednesday; some weeks have no file. More than 10 days after the last check, Azure may use addresses that your firewall does not know. The age of the newest snapshot says little: if no tag in use changes, nothing is stored, and up to 12 such weeks have followed each other. "update" and "fetch" record their last check in snapshots/.tagwall-checked.json, which is not committed. Without that file, for example in a fresh checkout, the warning appears when the newest stored change is 90 days old.',
    do: 'Run "tagwall update", and let a job run it every Thursday: "tagwall init" writes one.',
    sources: [FETCHING, TAGS_PAGE, PAGE],
  },
} satisfies FindingTable<AdviceFacts>

/** Why a constraint forbids wider prefixes. */
export const CONSTRAINTS: Readonly<Record<Constraint, string>> = {
  never: 'wider prefixes would hold addresses of "never"',
  'later-rules': 'wider prefixes would hold addresses that a later rule denies or allows',
  'special-use': 'wider prefixes would hold special-use addresses, which are never admitted',
  minPrefixLength: 'wider prefixes would be shorter than "minPrefixLength"',
}

const STALE: Readonly<Record<Staleness, (date: string, days: number) => string>> = {
  check: (date, days) => `tagwall last checked for a new document on ${date}, ${days} days ago`,
  document: (date, days) => `the newest document seen by tagwall is ${days} days old (${date})`,
  change: (date) => `the newest stored change is from ${date}, and this folder records no later check`,
  shipped: (date) => `the newest shipped snapshot is from ${date}, and this folder records no later check`,
}
