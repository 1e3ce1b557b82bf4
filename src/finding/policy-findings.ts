import { type AddressFamily, FAMILY_NAMES } from '../address/family.ts'
import { formatPrefix } from '../address/prefix.ts'
import type { PrefixSet } from '../address/prefix-set.ts'
import type { Cloud } from '../model/cloud.ts'
import type { PolicyTest } from '../model/policy.ts'
import { rulesText } from './phrases.ts'
import { type FindingTable, GUARDS, POLICY, TAGS_PAGE } from './record.ts'

/** The facts of each finding below. */
export interface PolicyFacts {
  NO_TAG_MATCHES: { rule: string; at: string; selector: string; closest: string; where: string }
  OPTIONAL_RULE_SKIPPED: { rule: string; selectors: readonly string[]; cloud: Cloud }
  /** `tag` is needed as the cloud Public publishes it. `isSkipped`: the rule is optional, so it is left out. */
  TAG_OF_PUBLIC: { rule: string; tag: string; cloud: Cloud; isSkipped: boolean }
  EMPTY_SELECTION: { rule: string; at: string; tags: readonly string[]; isExcepted: boolean }
  /** The rule's local side, which `at` gives it, has only addresses of a family that its tags and prefixes lack. */
  LOCAL_OF_OTHER_FAMILY: { rule: string; at: string }
  /** A part of a rule that the vendor cannot express: `what` as in the policy, `carried` the choices that it can. */
  NOT_CARRIED: {
    target: string
    vendor: string
    rule: string
    key: 'action' | 'protocol' | 'direction' | 'local'
    what: string
    carried: readonly string[]
    hint: string
  }
  /** A device with objects of one family needs a second object for the other. */
  OBJECT6_MISSING: { target: string; rule: string; object: string }
  /** A device with objects of both families has one in a rule, and the policy names two. */
  OBJECT6_NOT_CARRIED: { target: string; rule: string; object: string; object6: string }
  /** Addresses beside the tags of a rule, of a family that rules of the device cannot have. */
  ADDRESSES_NOT_CARRIED: {
    target: string
    vendor: string
    rule: string
    what: 'own' | 'local'
    family: AddressFamily
    prefix: string
  }
  EMPTY_TAG: { rule: string; tags: readonly string[] }
  NO_RULE_LEFT: { policy: string; family?: AddressFamily }
  NO_RULE_FOR_TARGET: { at: string; target: string }
  TEST_FAILED: {
    test: PolicyTest
    offending: PrefixSet
    /** The rules that decide about them; none if no rule allows all of them, and none denies all. */
    rules: readonly string[]
    /** The rules that deny the addresses, but only for some local addresses. */
    partly?: readonly string[]
    /** The target whose widening makes the test fail. */
    widened?: string
    /** The target whose rules fail it, if targets have different ones. */
    target?: string
  }
}

/** Findings about what a policy says. */
export const POLICY_FINDINGS = {
  NO_TAG_MATCHES: {
    severity: 'error',
    say: ({ at, rule, selector, closest, where }) =>
      `${at}: rule "${rule}": no service tag matches "${selector}"${closest || '.'} Searched: ${where}`,
    title: 'a rule names a tag that the document does not have',
    means:
      'There are three causes: a misspelt name; a tag that this cloud does not publish (AzureGovernment and China never had AzureFrontDoor.FirstParty); or a snapshot that was stored for another policy, because a snapshot keeps only the tags in use.',
    do: 'Correct the name ("tagwall list tags --from FILE" lists all tags). After a change of the policy, store the document again with "tagwall fetch --from FILE". For a tag that some clouds do not have, make the rule optional there: optional: [usgov, china].',
    sources: [POLICY, TAGS_PAGE],
  },
  NO_RULE_FOR_TARGET: {
    severity: 'error',
    say: ({ at, target }) => `${at}: no rule is for target "${target}": every rule names other targets`,
    title: 'a target has no rules',
    means: 'Every rule of the policy has "targets", and none of them names this target, so its file would be empty.',
    do: 'Add the target to "targets" of a rule, give it a rule without "targets", or remove the target.',
    sources: [POLICY],
  },
  OPTIONAL_RULE_SKIPPED: {
    severity: 'warning',
    say: ({ rule, cloud, selectors }) =>
      `rule "${rule}" is skipped: it is optional in the cloud ${cloud}, which does not publish ${selectors.join(', ')}`,
    title: 'an optional rule was skipped',
    means:
      'The cloud publishes none of the rule\'s tags, and the rule is "optional" there. Nothing is allowed in its place, so services that need the tag do not work through this firewall.',
    do: 'Nothing, if you expect this in this cloud. Remove "optional" to get an error instead.',
    sources: [POLICY],
  },
  TAG_OF_PUBLIC: {
    severity: 'warning',
    say: ({ rule, tag, cloud, isSkipped }) =>
      `rule "${rule}" ${isSkipped ? 'is skipped' : 'is of no use'}: in ${cloud}, Azure Arc needs the ${tag} of Public. Put this rule into a second policy file, with "cloud: public"`,
    title: 'a rule needs the tag of another cloud',
    means:
      "In US Government and China, agents of Azure Arc reach addresses that only Public's AzureArcInfrastructure holds: Microsoft's page asks for that tag in these clouds too, and their own tag has been unsupported since 2025-10-28. A policy file has one cloud, so it takes a second one.",
    do: 'Write arc-public.yaml with "cloud: public", this rule, and targets with files of their own. Run "tagwall update --policy arc-public.yaml", and load its rules beside those of this policy. Then remove the rule from this policy.',
    sources: ['https://learn.microsoft.com/azure/azure-arc/servers/network-requirements', POLICY],
  },
  EMPTY_SELECTION: {
    severity: 'error',
    say: ({ at, rule, isExcepted, tags }) =>
      `${at}: rule "${rule}" selects no addresses: ${isExcepted ? '"except" leaves out everything that "tags" and "prefixes" hold' : `the document lists none for ${tags.join(', ')}`}`,
    title: 'a rule has no addresses',
    means:
      'The document lists its tags without addresses, or "except" leaves out everything that the rule holds. Many firewalls read an empty list as "any", so tagwall never writes an empty rule. Microsoft published 122 empty tags, the last in August 2020.',
    do: 'Check "except" of the rule, then the document. If the document is damaged, delete it and fetch it again in a day or two. No flag overrides this error.',
    sources: [GUARDS],
  },
  LOCAL_OF_OTHER_FAMILY: {
    severity: 'error',
    say: ({ at, rule }) =>
      `${at && `${at}: `}rule "${rule}": its local side has only addresses of the family that its tags and prefixes lack, so it would allow nothing. Add local addresses of the other family`,
    title: 'the local side of a rule has no address that could reach its remote side',
    means:
      'No connection has an IPv4 address on one side and an IPv6 address on the other. The local side has addresses of one family, and the tags and prefixes of the rule have only addresses of the other. A rule without addresses is never written, because many firewalls read it as "any".',
    do: 'Add local addresses of the other family, or remove the rule for this target.',
    sources: [POLICY],
  },
  NOT_CARRIED: {
    severity: 'error',
    say: ({ target, vendor, rule, key, what, carried, hint }) =>
      `target "${target}": ${vendor} cannot express rule "${rule}": ${askedText(key, what)}${carried.length > 0 ? `; it can: ${carried.join(', ')}` : ''}${hint && `. ${hint}`}`,
    title: 'a vendor cannot express a rule',
    means:
      'The dialect, or this form of it, has no syntax for the local side, direction, protocol or action of the rule: a list of addresses has no local side, and an allow list cannot deny. Without it, the file would allow more than the policy, so nothing is written.',
    do: 'Choose another form or vendor for the target, or move the rule into a policy of its own. "tagwall list vendors NAME" shows what a vendor carries.',
    sources: [POLICY],
  },
  OBJECT6_MISSING: {
    severity: 'error',
    say: ({ target, rule, object }) =>
      `target "${target}": rule "${rule}" has addresses of both families, but an object on this device has one. Name the IPv6 object too, as in local: { object: ${object}, object6: NAME }, or set "family: ipv4" in the target`,
    title: 'an object for IPv6 is missing',
    means:
      'On this device an address object has addresses of one family. The rule has remote addresses of both, so its local side needs two objects.',
    do: 'Name both: local: { object: k8s-nodes, object6: k8s-nodes-v6 }. Or limit the target with "family: ipv4".',
    sources: [POLICY],
  },
  OBJECT6_NOT_CARRIED: {
    severity: 'error',
    say: ({ target, rule, object, object6 }) =>
      `target "${target}": rule "${rule}" has addresses of both families and names two objects, ${object} and ${object6}, but a rule on this device takes one. Name one with both families in the target, as in local: { object: ${object} }, or make one target per family`,
    title: 'a rule on this device takes one object, but the policy names two',
    means:
      'On this device one object serves both families, so a rule names one. With only the IPv4 object, the local side of the IPv6 rule would differ from the policy, so nothing is written.',
    do: 'Give the target a local of its own: local: { object: k8s-nodes }. Or make two targets, with "family: ipv4" and "family: ipv6": each uses the object of its family.',
    sources: [POLICY],
  },
  ADDRESSES_NOT_CARRIED: {
    severity: 'error',
    say: ({ target, vendor, rule, what, family, prefix }) =>
      `target "${target}": rule "${rule}" has ${FAMILY_NAMES[family]} ${what === 'own' ? 'prefixes of your own' : 'local addresses'} (${prefix}), which rules of ${vendor} cannot have in this form. Leave them out, or put them into a policy for another target`,
    title: 'a rule has addresses of a family that the vendor cannot write',
    means:
      'In this form the device resolves the service tags itself, and its rules take addresses of one family only. With these addresses, the rule would fail to load or need a preview feature of the cloud. Without them, it would differ from the policy.',
    do: 'Leave the addresses out of the rule, or put them into a policy for a target of another form or vendor. "tagwall list vendors NAME" shows the forms.',
    sources: [POLICY],
  },
  EMPTY_TAG: {
    severity: 'warning',
    say: ({ rule, tags }) =>
      `rule "${rule}": the document lists no addresses for ${tags.join(', ')}. The other tags of the rule are unaffected`,
    title: 'a tag of a rule has no addresses',
    means:
      'The rule uses its other tags. Microsoft has published regional tags before and after they had addresses: UKNorth in August 2020. If the tag had addresses in your newest snapshot, the guard "shrink" refuses the document.',
    do: 'Nothing, if you use nothing in that region. If all tags of a rule are empty, tagwall stops (EMPTY_SELECTION).',
    sources: [GUARDS],
  },
  NO_RULE_LEFT: {
    severity: 'error',
    say: ({ policy, family }) => `policy "${policy}": no ${family ? `${family} address` : 'rule'} is left to write`,
    title: 'no rule is left to write',
    means:
      'Either every rule was optional and skipped, or the target is limited to one address family and its rules have only addresses of the other family.',
    do: 'Check "cloud" and "family".',
    sources: [POLICY],
  },
  TEST_FAILED: {
    severity: 'error',
    say: ({ test, offending, rules, partly, widened, target }) => {
      const port = test.port === undefined ? '' : ` port ${test.port}`
      const what = `${test.direction} ${test.protocol} ${formatPrefix(test.remote)}${port}${target ? ` on target "${target}"` : ''}`
      const found = offending.prefixes.map(formatPrefix).join(', ')
      return test.expect === 'allow'
        ? `${test.at}: test failed: expected ${what} to be allowed, but ${rules.length === 0 ? 'no rule allows' : `${rulesText(rules)} ${rules.length > 1 ? 'deny' : 'denies'}`} ${found}`
        : `${test.at}: test failed: expected ${what} to be denied, but ${rulesText(rules)} ${rules.length > 1 ? 'allow' : 'allows'} ${found}${partlyText(partly)}${widened ? `, because target "${widened}" is widened; add it to "never" there` : ''}`
    },
    title: 'a test of the policy fails',
    means:
      'A test in the policy says what must be allowed or denied. The compiled rules, or a widened target, do the opposite, so nothing is written. A denial counts only if it holds for every local address.',
    do: 'Find the tags that hold the address with "tagwall lookup ADDRESS", then change the rule or the test. For a widened target, add the address to "never".',
    sources: [POLICY],
  },
} satisfies FindingTable<PolicyFacts>

function askedText(key: PolicyFacts['NOT_CARRIED']['key'], what: string): string {
  if (key !== 'local') return `${key}: ${what}`
  return what === 'object' ? 'a local side that is an object on the device' : 'a local side'
}

/** A denial that does not hold for everybody. */
const partlyText = (rules: readonly string[] = []) =>
  rules.length > 0
    ? `; ${rulesText(rules)} ${rules.length > 1 ? 'deny' : 'denies'} it only for some local addresses`
    : ''
