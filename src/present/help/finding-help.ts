import type { Explanation } from '../../model/explanation.ts'
import type { FindingCode } from '../../model/finding.ts'

const TAGS_PAGE = 'https://learn.microsoft.com/azure/virtual-network/service-tags-overview'
const PAGE = 'https://www.microsoft.com/download/details.aspx?id=56519'
const POLICY = 'docs/policy.md'
const GUARDS = 'docs/guards.md'
const WIDEN = 'docs/widening.md'
const PROOF = 'docs/audit.md'
const VENDORS = 'vendors/README.md'

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
      'Either the name is misspelt, or the cloud does not publish that tag (AzureGovernment and China never had AzureFrontDoor.FirstParty), or the snapshot was stored for another policy and keeps only the tags that were in use then.',
    do: 'Correct the name ("tagwall list tags --from FILE" has all there are); store the document again with "tagwall fetch --from FILE" after the policy changed; or say in which clouds the rule may be left out: optional: [usgov, china].',
    sources: [POLICY, TAGS_PAGE],
  },
  OPTIONAL_RULE_SKIPPED: {
    title: 'a rule was left out, as the policy allows',
    means:
      'The cloud publishes none of the rule\'s tags, and the rule is "optional" there. Nothing is allowed in its place: what needs that tag does not work through this firewall.',
    do: 'Nothing, if that is what you expect of this cloud. Remove "optional" to make it an error.',
    sources: [POLICY],
  },
  EMPTY_SELECTION: {
    title: 'a rule would have no address at all',
    means:
      'Its tags are in the document and hold nothing. Many firewalls read an empty list as "any", so an empty rule is never written. Empty tags were published 122 times, all by August 2020.',
    do: 'Look at the document; a damaged one is best thrown away, and fetched again in a day or two. There is no flag for this.',
    sources: [GUARDS],
  },
  EMPTY_TAG: {
    title: 'a tag of a rule holds no address',
    means:
      'The rule is made of its other tags. Microsoft has published tags of regions before, and after, they had addresses: UKNorth in August 2020. A tag that had addresses in your newest snapshot, and has none now, is refused by the guard "shrink".',
    do: 'Nothing, if you have nothing there. A rule all of whose tags are empty is an error (EMPTY_SELECTION).',
    sources: [GUARDS],
  },
  NO_RULE_LEFT: {
    title: 'there is nothing to write',
    means:
      'Every rule was optional and left out, or the target is limited to one address family and its rules have addresses of the other one only.',
    do: 'Check "cloud" and "family".',
    sources: [POLICY],
  },
  TEST_FAILED: {
    title: 'a test of the policy fails',
    means:
      'The policy says what must be allowed or denied, and the compiled rules, or a widened target, say otherwise. Nothing is written, because the tests are there to stop exactly that.',
    do: 'See who holds the address with "tagwall lookup ADDRESS", then change the rule, or the test. For a widened target add the address to "never".',
    sources: [POLICY],
  },
  NAME_NOT_CARRIED: {
    title: 'a rule name cannot be written in the language of a vendor',
    means:
      'Names are never changed silently, because two could become one, and a quote or a line break could become a command. What a vendor takes is in its manifest.',
    do: 'Rename the rule in the policy.',
    sources: [VENDORS],
  },
  NAMES_COLLIDE: {
    title: 'two rules would have one name on the device',
    means: 'After names are fitted to what the vendor takes, two are the same, so that one would replace the other.',
    do: 'Rename one of the rules in the policy.',
    sources: [VENDORS],
  },
  PRIORITY_OUT_OF_RANGE: {
    title: 'a priority is outside what the vendor takes',
    means: 'One rule of the policy may become several on the device, each with a priority of its own.',
    do: 'Choose another priority in the policy, or change the offset among the options of the target.',
    sources: [VENDORS],
  },
  PRIORITIES_COLLIDE: {
    title: 'two rules would have one priority on the device',
    means:
      'One rule of the policy may become several, which are numbered from its priority on, and reach the next rule.',
    do: 'Leave more room between the priorities of the policy.',
    sources: [VENDORS],
  },
  LIMIT_EXCEEDED: {
    title: 'the device cannot hold the rules',
    means:
      'What would be written was counted, and one number is above what the vendor, the model or the target says. Devices drop what is beyond without an error, so nothing is written.',
    do: 'The message names the choices. "tagwall list vendors NAME" shows limits, models and sources; limits: { NAME: N } in the target states the number of your own device; "tagwall widen --curve" shows what fewer prefixes would cost.',
    sources: [WIDEN, VENDORS],
  },
  FAMILY_NOT_SEPARABLE: {
    title: 'a target of one family allows tags by name',
    means: 'The device resolves the tag itself, to IPv4 and IPv6 alike, so that the file cannot be about one of them.',
    do: 'Leave "family" out, or choose the option that makes the vendor write prefixes.',
    sources: [VENDORS],
  },
  NOT_UNDERSTOOD: {
    title: 'the reader did not understand a line that was just rendered',
    means:
      'Every file is read back before it is written, by a reader that shares no code with the templates. It is strict: what it does not know, it does not guess.',
    do: 'With templates of your own, correct the line. With those that are shipped it is a bug of tagwall: please report it with the policy.',
    sources: [PROOF],
  },
  PROOF_FAILED: {
    title: 'a file does not mean the policy',
    means:
      'What was rendered was read back and compared as address sets, and more or less is allowed than the policy asks. Nothing was written.',
    do: 'With templates of your own, correct them. With those that are shipped it is a bug of tagwall: please report it with the policy.',
    sources: [PROOF],
  },
  DELTA_UNSAFE: {
    title: 'a delta would cut or open something on the way',
    means:
      'After every single command of a delta, what both snapshots allow must be allowed, and nothing beyond what either allows. Here it would not be.',
    do: 'Load the full file of this target. It is a bug of tagwall, or of templates of your own.',
    sources: [PROOF],
  },
  RELOAD_GAP: {
    title: 'addresses are refused for a moment while a whole file is loaded',
    means:
      'The device takes the file one address set at a time. Addresses that move from one rule to another leave the first set before they come to the second, so new connections to them fail in between.',
    do: 'Load the delta of this target, which adds before it takes out. Without one, load the whole file at a quiet time.',
    sources: [VENDORS],
  },
  NO_DELTA: {
    title: 'a target has no commands that lead from the older rules to the newer ones',
    means:
      'The device takes its file whole, or has no command for what changed (a rule that appears, disappears or changes shape), or the older file is not what this policy and these options make of the older snapshot.',
    do: 'Load the full file, which is written in any case.',
    sources: [VENDORS],
  },
  NO_READER: {
    title: 'the files of a vendor are not proved',
    means: 'The vendor has no reader that could read back what its templates write.',
    do: 'Add reader.js to its folder, or look at the files before you load them. --require-proof makes this an error.',
    sources: [PROOF, VENDORS],
  },
  OLDER_DOCUMENT: {
    title: 'the document is older than the newest snapshot',
    means:
      'Rules that are made from it would lose what was added since. It happens when an old download is used again; and the alias of the newest file has served an old one (on 2025-05-22, for a day).',
    do: 'Get the current document. To go back on purpose, or to import history, --accept rollback.',
    sources: [GUARDS, PAGE],
  },
  FUTURE_DOCUMENT: {
    title: 'the document is dated more than two weeks from now',
    means:
      'Files are dated with a Monday, and appear after it. A date far ahead is a damaged or a renamed file, or a wrong clock. Once it is stored, every real document until that day counts as older than the newest snapshot, and is refused.',
    do: 'Check the name of the file and the clock. For a file with the wrong name, pass its date: --published 2025-11-10. --accept future takes it for this run.',
    sources: [GUARDS],
  },
  ROLLED_BACK: {
    title: 'the document has an older state under a newer date',
    means:
      'Its change number is lower than that of the newest snapshot, and addresses are gone. That is what the source served on 2025-05-22, for a day: the four default tags lost 8 prefixes.',
    do: 'Wait a day, and run this again. --accept rollback takes it for this run.',
    sources: [GUARDS],
  },
  ODD_PREFIX: {
    title: 'tags that no rule uses have something else among their prefixes',
    means:
      'Every prefix of a document is checked, also of the tags that no rule uses. Microsoft has never published what is none, so the document may be damaged, or written by somebody else. What a rule uses is sound, or the document would have been refused.',
    do: 'See where the document comes from, and get it again. "tagwall list tags --from FILE" names all that is odd about it.',
    sources: [GUARDS, PAGE],
  },
  REISSUED: {
    title: 'a date was published a second time with other content',
    means:
      'Microsoft has replaced files under the same name (ServiceTags_Public_20260413.json was). So contents are compared, and never the date or the change number.',
    do: 'Nothing: the snapshot of that date is replaced, and version control shows what changed.',
    sources: [GUARDS],
  },
  UNLIKE_SHIPPED: {
    title: 'the first document of a folder is older or smaller than what came with tagwall',
    means:
      'There is no snapshot of yours to compare it with, so it was compared with those that tagwall ships, where they have the tags and the cloud. It is older, lost addresses or tags, or grew beyond measure. A download from a cache looks like that, and so does a true change since tagwall was published: hence only a warning.',
    do: 'Get the current document ("tagwall update" without --from), and look at "tagwall diff 2025-11-10 FILE" with a snapshot that "tagwall list snapshots" shows in an empty folder.',
    sources: [GUARDS],
  },
  TAG_VANISHED: {
    title: 'a tag that rules use is no longer in the document',
    means:
      'Tags do disappear (GenevaActions in April 2022; those of USGovIowa by May 2026), and damaged or wrong documents lack them too.',
    do: 'Read what Microsoft says of the tag. Remove it from the policy, or make its rule optional, and use --accept vanished once.',
    sources: [GUARDS, TAGS_PAGE],
  },
  TAG_SHRANK: {
    title: 'a tag lost more than the policy allows',
    means:
      'By default more than 25% of its addresses of one family. Addresses count, not prefixes, and those that came in their place do not. Great losses have been real (AzureDataLake went from 2,468 prefixes to 19 on 2022-05-16), and they cut connections if they are not.',
    do: 'Look at "tagwall diff latest FILE". --accept shrink takes it for this run; guards: { maxShrink: 50% } in the policy allows as much every time.',
    sources: [GUARDS],
  },
  TAG_GREW: {
    title: 'a tag gained more than the policy allows',
    means:
      'If that is an error, it opens the firewall to strangers. A tag is refused when it more than doubled (maxGrow: 100%) and no tag of another service holds more than 65,536 of the new IPv4 addresses (a /16; in IPv6 a /40). It is refused whatever it had when a /12 (in IPv6 a /36) or more came that nobody else holds, or when it more than doubled by as much that others do hold. Two services have brought a /16 with them; AzureCloud alone ever gained more in a month.',
    do: 'Look at "tagwall diff latest FILE". --accept grow takes it for this run; guards: { maxGrow: 300% } in the policy allows more every time, up to a /12.',
    sources: [GUARDS],
  },
  TAG_GREW_KNOWN: {
    title: "a tag more than doubled by addresses that are Microsoft's already",
    means:
      'Tags of other services hold the new addresses, in this document or in the one before, or those that nobody else holds are few. So the document is not refused. AzureSecurityCenter went from 15,104 addresses to 83,072 in one step, all of them in AzureCloud already.',
    do: 'Look at "tagwall diff latest FILE" if you wonder what came.',
    sources: [GUARDS],
  },
  SPECIAL_USE: {
    title: 'a tag holds private, loopback, documentation or other special addresses',
    means:
      'No public service can have them. A rule for them could open a network to itself. The blocks are those of IANA\'s special-purpose registries: an address is refused unless its most specific row says "Globally Reachable: True". Multicast, site-local and the translation prefix 64:ff9b::/96 are refused too.',
    do: 'Do not load it; get the document again. --accept special-use takes it for this run.',
    sources: [
      GUARDS,
      'https://www.iana.org/assignments/iana-ipv4-special-registry',
      'https://www.iana.org/assignments/iana-ipv6-special-registry',
    ],
  },
  GIANT_PREFIX: {
    title: 'a tag holds a block that is larger than any service has',
    means: 'Shorter than /8 in IPv4 or /16 in IPv6. No published tag has ever had one; 0.0.0.0/0 would be one.',
    do: 'Do not load it; fetch the document again. --accept giant takes it for this run.',
    sources: [GUARDS],
  },
  TAG_SWALLOWED: {
    title: 'one tag now holds all of another one',
    means:
      'It gained all that the other has, so the two may have been mixed up at the source. AzureCloud, its regions, and a base tag beside its regional tags are left out: they hold others by design.',
    do: 'Look at "tagwall diff latest FILE". --accept swallow takes it for this run.',
    sources: [GUARDS],
  },
  UNDATED: {
    title: 'nothing says when the document was published',
    means:
      'The date of a document is the one in the name of the published file. What comes by standard input, or under another name, has none, and gets the date of the day. The file of the same week, which is dated a few days earlier, takes its place later.',
    do: 'Pass the date: --published 2025-11-10. Without it, tagwall uses the date of the newest stored snapshot with the same content, if there is one.',
    sources: [GUARDS],
  },
  DEPENDENCY_MISSING: {
    title: 'a tag needs another one, for which there is no rule',
    means:
      'Some services answer through another one: images of MicrosoftContainerRegistry cannot be pulled where AzureFrontDoor.FirstParty is not allowed too.',
    do: 'Add a rule for the other tag, with the same direction and ports. It is a warning only, as another firewall may allow it.',
    sources: ['https://github.com/microsoft/containerregistry/pull/150', TAGS_PAGE],
  },
  GLOBAL_LEFT_OUT: {
    title: 'a rule for regions leaves out addresses that are in no region',
    means:
      'A base tag holds more than all its regional tags together. In one document MicrosoftContainerRegistry had 359 prefixes, and its 69 regional tags 326.',
    do: 'Use the base tag, unless you know that the service is not reached through the addresses that are named.',
    sources: [TAGS_PAGE],
  },
  INBOUND_TAG: {
    title: 'a rule lets a service tag in',
    means:
      'A tag says whose address space it is, not who is calling: whoever rents a virtual machine, a function or a front door there has an address in it. Microsoft says that tags are no security boundary. Replies to connections that your side opened need no inbound rule on a stateful firewall.',
    do: 'Keep the rule only where the service must call you, and check who calls (token, certificate, header) behind it. For Front Door as built in: Microsoft\'s page asks for it inbound without a reason; direction: outbound in a policy of your own leaves it out ("tagwall init" writes one).',
    sources: [
      'https://msrc.microsoft.com/blog/2024/06/improved-guidance-for-azure-network-service-tags/',
      'https://learn.microsoft.com/azure/azure-arc/kubernetes/private-link#network-configuration',
    ],
  },
  BUDGET_NOT_MET: {
    title: 'widening cannot reach so few prefixes',
    means:
      'Wider prefixes would hold what must never be admitted: "never", special-use space, or blocks shorter than "minPrefixLength".',
    do: 'Raise "maxPrefixes", or ease the constraint that the message names. "tagwall widen --curve" prints the price of every budget.',
    sources: [WIDEN],
  },
  TAGS_NOT_WIDENED: {
    title: 'a target that writes tags by name is to be widened',
    means: 'The device resolves the tag itself, so there is no prefix that could be made wider.',
    do: 'Leave "widen" out: a tag by name is one entry. Or choose the option that makes the vendor write prefixes.',
    sources: [WIDEN],
  },
  NO_WITHIN: {
    title: 'the tag to widen within is not in the snapshot',
    means: 'The name is misspelt, or the snapshot was stored before the policy named that tag.',
    do: 'Correct the name, or store the document again with "tagwall fetch --from FILE".',
    sources: [WIDEN],
  },
  STALE: {
    title: 'tagwall has not looked for a new document for too long',
    means:
      'New ranges are published at least a week before they are used. Files carry the date of a Monday, appear two to nine days later, mostly on a Wednesday, and some weeks have none. More than 10 days after the last check, addresses may be in use that the firewall does not know. The age of the newest snapshot says little: a week that changes no tag in use stores none, and up to 12 such weeks have followed each other. "update" and "fetch" note their last check in snapshots/.tagwall-checked.json, which is not committed. Without that note, in a fresh checkout for example, the warning comes when the newest stored change is 90 days old.',
    do: 'Run "tagwall update", and let a job run it every Thursday: "tagwall init" writes one.',
    sources: [TAGS_PAGE, PAGE],
  },
}

/** What a finding of that code means, and what to do about it. */
export function helpOf(code: FindingCode): Explanation {
  const help = HELP[code]
  return { kind: 'finding', name: code, title: help.title, paragraphs: [help.means, help.do], sources: help.sources }
}

/** Every code that a finding can have. */
export const FINDING_CODES = Object.keys(HELP) as FindingCode[]
