import type { Help } from './help.ts'
import { GUARDS, POLICY, TAGS_PAGE } from './sources.ts'

/** Help for findings about what a policy says. */
export const POLICY_HELP = {
  NO_TAG_MATCHES: {
    title: 'a rule names a tag that the document does not have',
    means:
      'There are three causes: a misspelt name; a tag that this cloud does not publish (AzureGovernment and China never had AzureFrontDoor.FirstParty); or a snapshot that was stored for another policy, because a snapshot keeps only the tags in use.',
    do: 'Correct the name ("tagwall list tags --from FILE" lists all tags). After a change of the policy, store the document again with "tagwall fetch --from FILE". For a tag that some clouds do not have, make the rule optional there: optional: [usgov, china].',
    sources: [POLICY, TAGS_PAGE],
  },
  OPTIONAL_RULE_SKIPPED: {
    title: 'an optional rule was skipped',
    means:
      'The cloud publishes none of the rule\'s tags, and the rule is "optional" there. Nothing is allowed in its place, so services that need the tag do not work through this firewall.',
    do: 'Nothing, if you expect this in this cloud. Remove "optional" to get an error instead.',
    sources: [POLICY],
  },
  EMPTY_SELECTION: {
    title: 'a rule has no addresses',
    means:
      'The document lists its tags without addresses, or "except" leaves out everything that the rule holds. Many firewalls read an empty list as "any", so tagwall never writes an empty rule. Microsoft published 122 empty tags, the last in August 2020.',
    do: 'Check "except" of the rule, then the document. If the document is damaged, delete it and fetch it again in a day or two. No flag overrides this error.',
    sources: [GUARDS],
  },
  LOCAL_OF_OTHER_FAMILY: {
    title: 'the local side of a rule has no address that could reach its remote side',
    means:
      'No connection has an IPv4 address on one side and an IPv6 address on the other. The local side has addresses of one family, and the tags and prefixes of the rule have only addresses of the other. A rule without addresses is never written, because many firewalls read it as "any".',
    do: 'Add local addresses of the other family, or remove the rule for this target.',
    sources: [POLICY],
  },
  NOT_CARRIED: {
    title: 'a vendor cannot express what a rule asks',
    means:
      'The rule has a local side, a direction, a protocol or an action that the dialect, or this form of it, has no words for: a list of addresses has no local side, and an allow list cannot deny. Leaving it out would open more than the policy allows, so nothing is written.',
    do: 'Choose another form or vendor for the target, or move the rule into a policy of its own. "tagwall list vendors NAME" shows what a vendor carries.',
    sources: [POLICY],
  },
  OBJECT6_MISSING: {
    title: 'an object for IPv6 is missing',
    means:
      'On this device an address object has addresses of one family. The rule has remote addresses of both, so its local side needs two objects.',
    do: 'Name both: local: { object: k8s-nodes, object6: k8s-nodes-v6 }. Or limit the target with "family: ipv4".',
    sources: [POLICY],
  },
  EMPTY_TAG: {
    title: 'a tag of a rule has no addresses',
    means:
      'The rule uses its other tags. Microsoft has published regional tags before and after they had addresses: UKNorth in August 2020. If the tag had addresses in your newest snapshot, the guard "shrink" refuses the document.',
    do: 'Nothing, if you use nothing in that region. If all tags of a rule are empty, tagwall stops (EMPTY_SELECTION).',
    sources: [GUARDS],
  },
  NO_RULE_LEFT: {
    title: 'no rule is left to write',
    means:
      'Either every rule was optional and skipped, or the target is limited to one address family and its rules have only addresses of the other family.',
    do: 'Check "cloud" and "family".',
    sources: [POLICY],
  },
  TEST_FAILED: {
    title: 'a test of the policy fails',
    means:
      'A test in the policy says what must be allowed or denied. The compiled rules, or a widened target, do the opposite, so nothing is written. A denial counts only if it holds for every local address.',
    do: 'Find the tags that hold the address with "tagwall lookup ADDRESS", then change the rule or the test. For a widened target, add the address to "never".',
    sources: [POLICY],
  },
} as const satisfies Readonly<Record<string, Help>>
