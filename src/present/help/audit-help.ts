import type { AuditFinding } from '../../model/audit-finding.ts'
import type { Explanation } from '../../model/explanation.ts'

interface Help {
  /** One line. */
  readonly title: string
  readonly means: string
  /** What to do. */
  readonly do: string
}

const PROOF = 'docs/audit.md'

// Every kind has a text, or this does not compile.
const HELP: Readonly<Record<AuditFinding['kind'], Help>> = {
  missing: {
    title: 'an audit found that the device does not allow what the policy needs',
    means:
      'The addresses that are listed cannot be reached in that direction and on that port. A rule that is about one zone, interface or source only does not count, and neither does one behind a deny.',
    do: 'Load the rules of the newest document. If the rules are there, say which zones to look at with --from-zone and --to-zone, or which part of the device with --vsys, --vdom or --chain.',
  },
  stale: {
    title: 'an audit found addresses that the tags no longer hold',
    means:
      "An older snapshot had them, or a rule with the name of one of the policy's rules does. The addresses may belong to somebody else by now.",
    do: 'Load the rules of the newest document, and take out what they do not replace.',
  },
  wider: {
    title: "an audit found a rule that allows other addresses beside the policy's",
    means:
      "The rule has some of the policy's addresses and goes beyond them, on a port that the policy asks for. The finding names the prefixes as the device has them.",
    do: 'Narrow the rule, or accept the finding with --write-baseline FILE.',
  },
  opened: {
    title: "an audit found a rule that allows the policy's addresses on other ports or protocols",
    means:
      'The policy asks for less: the finding says what the rule opens beyond that, such as "every tcp port but 443, all udp, other protocols". What a deny before the rule takes away is not opened. "Other protocols" are those without ports; only a rule for any protocol opens them. The audit counts such a rule as wider.',
    do: 'Give the rule the ports and the protocol that the policy asks for, or accept the finding with --write-baseline FILE.',
  },
  outside: {
    title: "an audit found a rule without any of the policy's addresses",
    means:
      'It is outside what the audit compares: the policy says nothing about those addresses. The audit counts such rules and shows the widest. They are findings only with --strict.',
    do: 'Nothing, unless the device should hold the rules of the policy and no others. --all lists every one of them.',
  },
  unresolved: {
    title: 'an audit found a rule with a service tag whose addresses it does not know',
    means:
      'The device resolves the tag itself. A snapshot keeps only the tags that the policy uses, so it cannot be said what the rule allows or denies.',
    do: 'Audit with a published document, which has all tags: --snapshot ServiceTags_Public_DATE.json.',
  },
  'not-understood': {
    title: 'an audit found something that it could not read',
    means:
      'The line may allow or deny something, so the result is not certain. What allows nothing, whatever it means, is not counted; --all lists it.',
    do: 'Look at the line. If it does not matter, accept it with --write-baseline FILE.',
  },
}

/** What a kind of finding of an audit means, and what to do about it. */
export function auditHelpOf(kind: AuditFinding['kind']): Explanation {
  const help = HELP[kind]
  return {
    kind: 'finding',
    name: kind,
    title: help.title,
    paragraphs: [help.means, help.do],
    sources: [PROOF, 'docs/json.md'],
  }
}
