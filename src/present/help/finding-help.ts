import type { Explanation } from '../../model/explanation.ts'
import type { FindingCode } from '../../model/finding.ts'

const TAGS_PAGE = 'https://learn.microsoft.com/azure/virtual-network/service-tags-overview'
const PAGE = 'https://www.microsoft.com/download/details.aspx?id=56519'
const POLICY = 'docs/policy.md'
const GUARDS = 'docs/guards.md'
const WIDEN = 'docs/widening.md'
const PROOF = 'docs/audit.md'
const VENDORS = 'vendors/README.md'
const FULL_LOAD = 'docs/full-load.md'

interface Help {
  /** One line. */
  readonly title: string
  readonly means: string
  /** What to do. */
  readonly do: string
  readonly sources: readonly string[]
}

// Every code has a text, or this does not compile.
const HELP: Readonly<Record<FindingCode, Help>> = {
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
      'The document lists its tags without addresses. Many firewalls read an empty list as "any", so tagwall never writes an empty rule. Microsoft published 122 empty tags, the last in August 2020.',
    do: 'Check the document. If it is damaged, delete it and fetch it again in a day or two. No flag overrides this error.',
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
      'The rule has a local side, a protocol or an action that the dialect, or this form of it, has no words for: a list of addresses has no local side, and an allow list cannot deny. Leaving it out would open more than the policy allows, so nothing is written.',
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
      'A test in the policy says what must be allowed or denied. The compiled rules, or a widened target, do the opposite, so nothing is written.',
    do: 'Find the tags that hold the address with "tagwall lookup ADDRESS", then change the rule or the test. For a widened target, add the address to "never".',
    sources: [POLICY],
  },
  NAME_NOT_CARRIED: {
    title: 'a rule name is invalid for a vendor',
    means:
      'tagwall never changes a name silently: two names could become one, and a quote or a line break could become a command. The manifest of the vendor says which names are valid.',
    do: 'Rename the rule in the policy.',
    sources: [VENDORS],
  },
  NAMES_COLLIDE: {
    title: 'two rules get the same name on the device',
    means:
      'tagwall fits names to the limits of the vendor. After that, two names are equal, so one rule would replace the other.',
    do: 'Rename one of the rules in the policy.',
    sources: [VENDORS],
  },
  PRIORITY_OUT_OF_RANGE: {
    title: 'a priority is out of range',
    means: 'One rule of the policy can become several rules on the device, each with its own priority.',
    do: 'Choose another priority in the policy, or change the offset in the options of the target.',
    sources: [VENDORS],
  },
  PRIORITIES_COLLIDE: {
    title: 'two rules get the same priority on the device',
    means:
      'One rule of the policy can become several rules on the device. They are numbered upwards from its priority, and here they reach the next rule.',
    do: 'Leave more room between the priorities in the policy.',
    sources: [VENDORS],
  },
  LIMIT_EXCEEDED: {
    title: 'the device cannot hold the rules',
    means:
      'The files need more of something than the vendor, the model or the target allows. Devices drop the excess without an error, so tagwall writes nothing.',
    do: 'The message names your choices. "tagwall list vendors NAME" shows limits, models and sources. limits: { NAME: N } in the target sets the limit of your own device. "tagwall widen --curve" shows what fewer prefixes cost.',
    sources: [WIDEN, VENDORS],
  },
  FAMILY_NOT_SEPARABLE: {
    title: 'a target of one family writes tags by name',
    means: 'The device resolves a tag to IPv4 and IPv6 addresses itself, so the file cannot be limited to one family.',
    do: 'Remove "family", or choose the option that makes the vendor write prefixes.',
    sources: [VENDORS],
  },
  EXCEPT_NOT_BY_TAG: {
    title: 'a rule with exceptions is written by tag name',
    means: 'The device resolves the tag to all of its addresses, so nothing can be left out.',
    do: 'Choose the option that writes prefixes, or remove "except" from the rule.',
    sources: [VENDORS],
  },
  NOT_UNDERSTOOD: {
    title: 'the reader does not understand a rendered line',
    means:
      'Before tagwall writes a file, a reader that shares no code with the templates reads it back. The reader is strict and never guesses.',
    do: 'If you wrote the templates, correct the line. With the built-in templates, this is a bug in tagwall: please report it with the policy.',
    sources: [PROOF],
  },
  PROOF_FAILED: {
    title: 'a file does not match the policy',
    means:
      'tagwall read the rendered file back and compared its address sets with the policy. The file allows more or less, so nothing was written.',
    do: 'If you wrote the templates, correct them. With the built-in templates, this is a bug in tagwall: please report it with the policy.',
    sources: [PROOF],
  },
  DELTA_UNSAFE: {
    title: 'a delta would cut or open connections between two commands',
    means:
      'After every command of a delta, the device must allow the traffic that both snapshots allow, and no traffic that neither allows. This delta does not.',
    do: 'Load the full file of this target. The cause is a bug in tagwall, or in templates that you wrote.',
    sources: [PROOF],
  },
  RELOAD_GAP: {
    title: 'the device refuses some addresses for a moment while it loads a full file',
    means:
      'The device fills one address set after another. Addresses that move from one rule to another leave the first set before they reach the second, so new connections to them fail in between.',
    do: 'Load the delta of this target, which adds addresses before it removes any. Without a delta, load the full file at a quiet time.',
    sources: [VENDORS],
  },
  CLEANUP_UNSAFE: {
    title: 'a cleanup would cut or open connections between two commands',
    means:
      'After every command of a cleanup, the device must allow everything that the policy asks for, and nothing that it did not allow before. This cleanup does not, so tagwall does not write it.',
    do: 'Remove the leftovers by hand. The cause is a bug in tagwall, or in templates that you wrote.',
    sources: [PROOF],
  },
  LEFTOVERS_UNKNOWN: {
    title: 'tagwall cannot tell what a full load leaves behind',
    means:
      'Before tagwall replaces a full file, it loads the old file and then the new one in a model of the device, to find out what stays. Here the old file was edited, is damaged, or was made with other options.',
    do: 'Run "tagwall audit" on the running configuration. It lists what the device allows beyond the policy.',
    sources: [FULL_LOAD],
  },
  LEFTOVERS_STAY: {
    title: 'a full load leaves something behind that tagwall cannot remove',
    means:
      'Objects, groups or rules of the earlier file stay on the device after you load the new one. A rule that stays still allows its traffic.',
    do: 'Load the delta if there is one: it removes them. If there is none, remove the named items by hand.',
    sources: [FULL_LOAD],
  },
  NO_DELTA: {
    title: 'a target has no delta from the older rules to the newer ones',
    means:
      'There are three causes: the device loads only full files; the vendor has no command for the change (a rule that appears, disappears or changes shape); or the older file does not match what this policy and these options produce from the older snapshot.',
    do: 'Load the full file, which tagwall always writes.',
    sources: [VENDORS],
  },
  NO_READER: {
    title: 'the files of a vendor are not proved',
    means: 'The vendor has no reader, so tagwall cannot read its files back.',
    do: 'Add reader.js to the folder of the vendor, or review the files before you load them. --require-proof makes this an error.',
    sources: [PROOF, VENDORS],
  },
  OLDER_DOCUMENT: {
    title: 'the document is older than the newest snapshot',
    means:
      'Its rules would lose every address added since. This happens with an old download. The alias of the newest file has also served an old file (on 2025-05-22, for a day).',
    do: 'Get the current document. To go back on purpose, or to import history, add --accept rollback.',
    sources: [GUARDS, PAGE],
  },
  FUTURE_DOCUMENT: {
    title: 'the document is dated more than two weeks from now',
    means:
      'Files carry the date of a Monday and appear after it. A date far ahead means a damaged or renamed file, or a wrong clock. If tagwall stored the document, it would refuse every real one until that day as older than the newest snapshot.',
    do: 'Check the name of the file and the clock. If the name is wrong, pass the date: --published 2025-11-10. To accept the document for this run, add --accept future.',
    sources: [GUARDS],
  },
  ROLLED_BACK: {
    title: 'the document has an older state and a newer date',
    means:
      'Its change number is lower than the one of the newest snapshot, and addresses are missing. Microsoft served such a document on 2025-05-22, for a day: the four default tags lost 8 prefixes.',
    do: 'Wait a day and run the command again. To accept the document for this run, add --accept rollback.',
    sources: [GUARDS],
  },
  ODD_PREFIX: {
    title: 'unused tags contain invalid prefixes',
    means:
      'tagwall checks every prefix of a document, also in unused tags. Microsoft has never published an invalid one, so the document may be damaged, or written by somebody else. All prefixes of your rules are valid; otherwise tagwall would have refused the document.',
    do: 'Check where the document comes from, and get it again. "tagwall list tags --from FILE" names every problem in it.',
    sources: [GUARDS, PAGE],
  },
  REISSUED: {
    title: 'a document was published again with different content',
    means:
      'Microsoft sometimes replaces a file under the same name, for example ServiceTags_Public_20260413.json. So tagwall compares the content, and not the date or the change number.',
    do: 'Nothing: tagwall replaces the snapshot of that date, and version control shows the change.',
    sources: [GUARDS],
  },
  UNLIKE_SHIPPED: {
    title: 'the first document in a folder is very different from the shipped snapshots',
    means:
      'You have no snapshot to compare it with, so tagwall compared it with the shipped ones. The document is older, lost addresses or tags, or grew beyond the limits. An outdated download looks like that, and so does a real change since tagwall was published. Therefore this is only a warning.',
    do: 'Get the current document ("tagwall update" without --from). To see the changes, run "tagwall diff 2025-11-10 FILE"; "tagwall list snapshots" in an empty folder shows the dates of the shipped snapshots.',
    sources: [GUARDS],
  },
  TAG_VANISHED: {
    title: 'a tag in your rules is no longer in the document',
    means:
      'Microsoft does remove tags (GenevaActions in April 2022; those of USGovIowa by May 2026). Damaged or wrong documents also lack tags.',
    do: 'Check what Microsoft says about the tag. Remove the tag from the policy, or make its rule optional, and add --accept vanished once.',
    sources: [GUARDS, TAGS_PAGE],
  },
  TAG_SHRANK: {
    title: 'a tag lost more addresses than the policy allows',
    means:
      'The default limit is 25% of the addresses of one family. tagwall counts lost addresses, not prefixes; new addresses do not make up for lost ones. Large losses have been real (AzureDataLake went from 2,468 prefixes to 19 on 2022-05-16). A loss that is an error cuts connections.',
    do: 'Review "tagwall diff latest FILE". To accept the document for this run, add --accept shrink. To raise the limit for every run, set guards: { maxShrink: 50% } in the policy.',
    sources: [GUARDS],
  },
  TAG_GREW: {
    title: 'a tag gained more addresses than the policy allows',
    means:
      'A gain that is an error opens the firewall to strangers. tagwall refuses the document in three cases. First, the tag more than doubled (maxGrow: 100%), and more than a /16 of the new addresses (in IPv6 a /40) is held by no tag of another service. Second, a /12 or more (in IPv6 a /36) is held by no tag of another service, whatever the size of the tag. Third, the tag more than doubled by a /12 or more that tags of other services do hold. Two services have started with a /16; only AzureCloud ever gained more in a month.',
    do: 'Review "tagwall diff latest FILE". To accept the document for this run, add --accept grow. To raise the limit for every run, up to a /12, set guards: { maxGrow: 300% } in the policy.',
    sources: [GUARDS],
  },
  TAG_GREW_KNOWN: {
    title: 'a tag more than doubled, and other services of Microsoft hold the new addresses',
    means:
      'Tags of other services hold all or nearly all of the new addresses, in this document or in the one before, so tagwall accepts the document. For example, AzureSecurityCenter went from 15,104 addresses to 83,072 in one step, and AzureCloud held all of them already.',
    do: 'Nothing. "tagwall diff latest FILE" shows the new addresses.',
    sources: [GUARDS],
  },
  SPECIAL_USE: {
    title: 'a tag holds private, loopback, documentation or other special addresses',
    means:
      'No public service uses them. A rule with such addresses could open parts of your own network to each other. tagwall uses IANA\'s special-purpose registries: it refuses an address unless the most specific row for it says "Globally Reachable: True". It also refuses multicast, site-local and the translation prefix 64:ff9b::/96.',
    do: 'Do not load these rules; get the document again. To accept it for this run, add --accept special-use.',
    sources: [
      GUARDS,
      'https://www.iana.org/assignments/iana-ipv4-special-registry',
      'https://www.iana.org/assignments/iana-ipv6-special-registry',
    ],
  },
  GIANT_PREFIX: {
    title: 'a tag holds a block that is too large for a service',
    means: 'The block is shorter than /8 in IPv4 or /16 in IPv6, such as 0.0.0.0/0. No published tag has ever had one.',
    do: 'Do not load these rules; get the document again. To accept it for this run, add --accept giant.',
    sources: [GUARDS],
  },
  TAG_SWALLOWED: {
    title: 'one tag now holds all addresses of another tag',
    means:
      'The first tag gained every address of the second, so the two may have been mixed up at the source. AzureCloud and its regions are exempt, and so is a base tag that holds its own regional tags: they hold other tags by design.',
    do: 'Review "tagwall diff latest FILE". To accept the document for this run, add --accept swallow.',
    sources: [GUARDS],
  },
  UNDATED: {
    title: 'the document has no publication date',
    means:
      "tagwall takes the date from the name of the published file. A document from standard input, or with another name, has no date and gets today's. The published file of the same week, which is dated a few days earlier, replaces it later.",
    do: 'Pass the date: --published 2025-11-10. Without it, tagwall uses the date of the newest stored snapshot with the same content, if there is one.',
    sources: [GUARDS],
  },
  DEPENDENCY_MISSING: {
    title: 'a tag needs another tag that has no rule',
    means:
      'Some services are reached through another service. For example, you cannot pull images from MicrosoftContainerRegistry unless AzureFrontDoor.FirstParty is allowed too.',
    do: 'Add a rule for the other tag, with the same direction and ports. This is only a warning, because another firewall may allow that tag.',
    sources: ['https://github.com/microsoft/containerregistry/pull/150', TAGS_PAGE],
  },
  GLOBAL_LEFT_OUT: {
    title: 'a rule with regional tags leaves out addresses that belong to no region',
    means:
      'A base tag holds more than all its regional tags together. In one document, MicrosoftContainerRegistry had 359 prefixes, and its 69 regional tags had 326.',
    do: 'Use the base tag, unless you know that your clients do not need these addresses.',
    sources: [TAGS_PAGE],
  },
  INBOUND_TAG: {
    title: 'a rule allows a service tag inbound',
    means:
      'A tag says which service owns the addresses, not who is calling: any Azure customer with a virtual machine, a function or a front door can have an address in it. Microsoft says that tags are not a security boundary. On a stateful firewall, replies to connections that your side opens need no inbound rule.',
    do: 'Keep the rule only if the service must call you, and authenticate the caller behind the firewall (token, certificate, header). The built-in policy allows Front Door inbound because Microsoft\'s page asks for it, without a reason. To leave it out, write your own policy ("tagwall init") and set direction: outbound.',
    sources: [
      'https://msrc.microsoft.com/blog/2024/06/improved-guidance-for-azure-network-service-tags/',
      'https://learn.microsoft.com/azure/azure-arc/kubernetes/private-link#network-configuration',
    ],
  },
  BUDGET_NOT_MET: {
    title: 'widening cannot reach so few prefixes',
    means:
      'Wider prefixes would hold addresses of "never" or special-use addresses, or would be shorter than "minPrefixLength".',
    do: 'Raise "maxPrefixes", or relax the constraint that the message names. "tagwall widen --curve" prints the price of every budget.',
    sources: [WIDEN],
  },
  TAGS_NOT_WIDENED: {
    title: 'a target that writes tags by name cannot be widened',
    means: 'The device resolves the tag itself, so the file has no prefixes to widen.',
    do: 'Remove "widen": a tag by name is a single entry. Or choose the option that makes the vendor write prefixes.',
    sources: [WIDEN],
  },
  NO_WITHIN: {
    title: 'the tag to widen within is not in the snapshot',
    means: 'Either the name is misspelt, or the snapshot was stored before the policy used that tag.',
    do: 'Correct the name, or store the document again with "tagwall fetch --from FILE".',
    sources: [WIDEN],
  },
  STALE: {
    title: 'the last check for a new document is too long ago',
    means:
      'Microsoft publishes new ranges at least a week before it uses them. Files carry the date of a Monday and appear two to nine days later, mostly on a Wednesday; some weeks have no file. More than 10 days after the last check, Azure may use addresses that your firewall does not know. The age of the newest snapshot says little: if no tag in use changes, nothing is stored, and up to 12 such weeks have followed each other. "update" and "fetch" record their last check in snapshots/.tagwall-checked.json, which is not committed. Without that file, for example in a fresh checkout, the warning appears when the newest stored change is 90 days old.',
    do: 'Run "tagwall update", and let a job run it every Thursday: "tagwall init" writes one.',
    sources: [TAGS_PAGE, PAGE],
  },
}

/** Explains a finding code: what it means and what to do. */
export function helpOf(code: FindingCode): Explanation {
  const help = HELP[code]
  return { kind: 'finding', name: code, title: help.title, paragraphs: [help.means, help.do], sources: help.sources }
}

/** Every finding code. */
export const FINDING_CODES = Object.keys(HELP) as FindingCode[]
