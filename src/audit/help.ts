import { explanationOf, type FindingHelp, PROOF } from '../finding/record.ts'
import type { Explanation } from '../model/explanation.ts'
import type { AuditFinding } from './values.ts'

// Every kind has a text, or this does not compile.
const HELP: Readonly<Record<AuditFinding['kind'], FindingHelp>> = {
  missing: {
    title: 'the device does not allow traffic that the policy allows',
    means:
      'The device does not allow the listed addresses in that direction and on that port. A rule that is limited to one zone, interface or source does not count, nor does a rule after a deny.',
    do: 'Load the rules of the newest document. If the device has the rules, select its zones, virtual system or chain with --narrow KEY=VALUE; "tagwall list vendors NAME" lists the keys.',
  },
  stale: {
    title: 'the device allows addresses that the tags no longer hold',
    means:
      'A stored snapshot that is older had the addresses in the tags of the policy. They may belong to somebody else now.',
    do: 'Load the rules of the newest document, and remove the old rules that remain.',
  },
  wider: {
    title: 'a rule allows more addresses than the policy',
    means:
      'The rule allows addresses of the policy and others, on a port of the policy. The finding names the prefixes as the device has them. A rule with the name of one of the policy counts too: its other addresses come from a document without a snapshot here, or somebody added them on the device. Where the finding names local addresses or objects, the rule allows what the policy allows, from (or to) local addresses that the policy does not name.',
    do: 'Narrow the rule, or load the rules of the newest document. To accept the finding, use --write-baseline FILE.',
  },
  opened: {
    title: 'a rule allows addresses of the policy on other ports or protocols',
    means:
      'The finding says what the rule opens beyond the policy, such as "every tcp port but 443, all udp, other protocols". Traffic that an earlier deny blocks does not count. "Other protocols" are those without ports; only a rule for any protocol opens them. The audit counts such a rule as wider.',
    do: 'Limit the rule to the ports and the protocol of the policy, or accept the finding with --write-baseline FILE.',
  },
  outside: {
    title: 'a rule allows only addresses outside the policy',
    means:
      'The policy says nothing about those addresses, so the audit does not compare the rule. It counts such rules and shows the widest ones. They are findings only with --strict.',
    do: 'Nothing, unless the device must hold only the rules of the policy. --all lists every such rule.',
  },
  unresolved: {
    title: 'a rule uses a service tag that the snapshot does not have',
    means:
      'The device resolves the tag itself. A snapshot keeps only the tags of the policy, so the audit cannot tell which addresses the rule allows or denies.',
    do: 'Audit with a published document, which has all tags: add --snapshot ServiceTags_Public_DATE.json.',
  },
  'not-understood': {
    title: 'the audit does not understand a line of the configuration',
    means:
      'The line may allow or deny traffic, so the result is not certain. Lines that cannot allow anything do not count; --all lists them.',
    do: 'Check the line. If it does not matter, accept the finding with --write-baseline FILE.',
  },
}

/** Explains one kind of audit finding: what it means and what to do. */
export const auditHelpOf = (kind: AuditFinding['kind']): Explanation => explanationOf(kind, HELP[kind], [PROOF])
