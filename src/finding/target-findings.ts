import { type LimitUse, paceText, useText } from '../model/capacity.ts'
import type { LimitName } from '../model/limits.ts'
import { formatCount } from '../text/numbers.ts'
import { type FindingTable, POLICY, SMALL_FIREWALLS } from './record.ts'

/** A count and the rule, group, family or file it belongs to; empty for the whole. */
export interface LimitCount {
  readonly of: string
  readonly count: number
}

/** The facts of each finding below. */
export interface TargetFacts {
  NAME_NOT_CARRIED: { target: string; base: string; kind: string; name: string; reason: string }
  NAMES_COLLIDE: { target: string; kind: string; name: string; from: readonly string[] }
  PRIORITY_OUT_OF_RANGE: { target: string; rule: string; priority: number; min: number; max: number }
  PRIORITIES_COLLIDE: { target: string; priority: string; rules: readonly string[] }
  LIMIT_EXCEEDED: {
    target: string
    name: LimitName
    what: string
    /** Every count above the limit. */
    counts: readonly LimitCount[]
    limit: number
    hint: string
    source: string
    unverified: boolean
  }
  /** `threshold` in per cent. */
  CAPACITY: { target: string; use: LimitUse; threshold: number }
  /** Options that nobody set, without which the rules of a target hold for `wide`. */
  OPTION_NOT_SET: { target: string; options: readonly string[]; wide: string }
  FAMILY_NOT_SEPARABLE: { target: string; family: string }
  EXCEPT_NOT_BY_TAG: { target: string; rule: string }
}

/** Findings about what a target can express and hold. */
export const TARGET_FINDINGS = {
  NAME_NOT_CARRIED: {
    severity: 'error',
    say: ({ target, base, kind, name, reason }) =>
      `target "${target}": the rule name ${JSON.stringify(base)} is invalid there: as the name of a ${kind}, ${JSON.stringify(name)}, ${reason}. Rename the rule`,
    title: 'a rule name is invalid for a vendor',
    means:
      'tagwall never changes a name silently: two names could become one, and a quote or a line break could become a command. The manifest of the vendor says which names are valid.',
    do: 'Rename the rule in the policy.',
    sources: [POLICY],
  },
  NAMES_COLLIDE: {
    severity: 'error',
    say: ({ target, from, kind, name }) =>
      `target "${target}": ${from.map((name) => `"${name}"`).join(' and ')} both become the ${kind} "${name}". Rename one of them`,
    title: 'two rules get the same name on the device',
    means:
      'tagwall fits names to the limits of the vendor. After that, two names are equal, so one rule would replace the other.',
    do: 'Rename one of the rules in the policy.',
    sources: [POLICY],
  },
  PRIORITY_OUT_OF_RANGE: {
    severity: 'error',
    say: ({ target, rule, priority, min, max }) =>
      `target "${target}": rule "${rule}" gets priority ${priority}, which is out of range (${min}-${max})`,
    title: 'a priority is out of range',
    means: 'One rule of the policy can become several rules on the device, each with its own priority.',
    do: 'Choose another priority in the policy, or change the offset in the options of the target.',
    sources: [POLICY],
  },
  PRIORITIES_COLLIDE: {
    severity: 'error',
    say: ({ target, rules, priority }) =>
      `target "${target}": ${rules.map((name) => `"${name}"`).join(' and ')} get the same priority, ${priority}. Leave more room between the priorities in the policy`,
    title: 'two rules get the same priority on the device',
    means:
      'One rule of the policy can become several rules on the device. They are numbered upwards from its priority, and here they reach the next rule.',
    do: 'Leave more room between the priorities in the policy.',
    sources: [POLICY],
  },
  LIMIT_EXCEEDED: {
    severity: 'error',
    say: ({ target, what, counts, limit, source, hint, unverified, name }) =>
      `target "${target}" needs ${countsText(what, counts)}; the limit is ${formatCount(limit)} (${source}). ${hint}${unverified ? `. This limit is not verified: if your device has another one, set it in the target: limits: { ${name}: N }` : ''}`,
    title: 'the device cannot hold the rules',
    means:
      'The files need more of something than the vendor, the model or the target allows. Devices drop the excess without an error, so tagwall writes nothing.',
    do: 'The message names your choices. "tagwall list vendors NAME" shows limits, models and sources. limits: { NAME: N } in the target sets the limit of your own device. "tagwall widen --curve" shows what fewer prefixes cost.',
    sources: [SMALL_FIREWALLS],
  },
  CAPACITY: {
    severity: 'warning',
    say: ({ target, use, threshold }) => {
      const pace = paceText(use)
      return `target "${target}" uses ${useText(use)}; the policy warns from ${threshold}% on${pace && `; ${pace}`}. ${use.hint}`
    },
    title: 'a target uses much of a limit',
    means:
      'The rules still fit. A target reached the share of a limit that "capacity" in the policy names. The month when the limit is full follows from the growth between the newest document and a snapshot from 8 to 26 weeks before it: it assumes that the tags keep growing at the same pace.',
    do: 'Plan what you will do above the limit; the message names your choices. "tagwall build --json" lists all limits. To be warned later, raise "capacity" at the top of the policy or in the target. If your device holds more, say so: limits: { NAME: N } in the target.',
    sources: [SMALL_FIREWALLS],
  },
  OPTION_NOT_SET: {
    severity: 'warning',
    say: ({ target, options, wide }) =>
      `target "${target}": the rules hold for ${wide}, because ${options.join(' and ')} ${options.length > 1 ? 'are' : 'is'} not set. Set ${options.length > 1 ? 'them' : 'it'} in "options"`,
    title: 'an option is not set, so the rules of a target are wider than usual',
    means:
      'Without the option, the rules name no interface or zone: they also hold for traffic that does not cross the border to the Internet.',
    do: 'Set the option in the target, as "tagwall list vendors NAME" describes it. If this is intended, write the default into the target, and the warning disappears.',
    sources: [POLICY],
  },
  FAMILY_NOT_SEPARABLE: {
    severity: 'error',
    say: ({ target, family }) =>
      `target "${target}" writes tags by name. A tag has addresses of both families, so the target cannot be limited to ${family}`,
    title: 'a target of one family writes tags by name',
    means: 'The device resolves a tag to IPv4 and IPv6 addresses itself, so the file cannot be limited to one family.',
    do: 'Remove "family", or choose the option that makes the vendor write prefixes.',
    sources: [POLICY],
  },
  EXCEPT_NOT_BY_TAG: {
    severity: 'error',
    say: ({ target, rule }) =>
      `target "${target}" writes tags by name, so it cannot apply "except" of rule "${rule}". Choose the option that writes prefixes`,
    title: 'a rule with exceptions is written by tag name',
    means: 'The device resolves the tag to all of its addresses, so nothing can be left out.',
    do: 'Choose the option that writes prefixes, or remove "except" from the rule.',
    sources: [POLICY],
  },
} satisfies FindingTable<TargetFacts>

/** `12 rules`, or `7 lines in one file (Web), 9 (Sql)`; the first few of possibly hundreds. */
function countsText(what: string, counts: readonly LimitCount[]): string {
  const texts = counts.slice(0, 4).map(({ of, count }, index) => {
    return `${formatCount(count)}${index === 0 ? ` ${what}` : ''}${of && ` (${of})`}`
  })
  return `${texts.join(', ')}${counts.length > 4 ? ` and too many in ${formatCount(counts.length - 4)} more` : ''}`
}
