import { FAMILY_NAMES } from '../address/family.ts'
import { type AddressFamily, formatPrefix, type Prefix } from '../address/prefix.ts'
import type { PrefixSet } from '../address/prefix-set.ts'
import { baseTagOf } from '../model/service-tag.ts'
import { formatCount, plural } from '../text/numbers.ts'
import { few, fewNames, fewTexts, orAccept, withoutHint } from './phrases.ts'
import { type FindingTable, GUARDS, type InnerFinding, PAGE, TAGS_PAGE } from './record.ts'

/** The lost addresses of a tag in one family. */
export interface Loss {
  readonly family: AddressFamily
  readonly before: bigint
  readonly lost: bigint
}

/** The gained addresses of a tag in one family. */
export interface Growth {
  readonly family: AddressFamily
  readonly before: bigint
  readonly gained: bigint
  /** The gained addresses that no tag of another service holds. */
  readonly unknown: bigint
}

/** A block of a tag, and how many of its addresses the tag had before. */
export interface WidenedBlock {
  readonly prefix: Prefix
  readonly had: bigint
}

/** Addresses of one family that a tag exchanged for others. */
export interface Swap extends Loss {
  /** The gained addresses that no tag of another service holds. */
  readonly unknown: bigint
}

/** The facts of each finding below. */
export interface DocumentFacts<Inner = readonly InnerFinding[]> {
  OLDER_DOCUMENT: { published: string; newest: string }
  FUTURE_DOCUMENT: { published: string; days: number }
  FUTURE_SNAPSHOT: { paths: readonly string[] }
  ROLLED_BACK: { changeNumber: number; newest: number; tags: readonly string[]; lost: PrefixSet }
  /** One sentence per invalid prefix in unused tags, with its place. */
  ODD_PREFIX: { problems: readonly string[] }
  REISSUED: { published: string; tags: readonly string[] }
  /** The document before, of `newest`, has this number too. */
  SAME_NUMBER: { changeNumber: number; published: string; newest: string; tags: readonly string[] }
  /** How the first document of a folder differs from the shipped snapshots. */
  UNLIKE_SHIPPED: { findings: Inner }
  TAG_VANISHED: { tags: readonly string[]; newest: string }
  TAG_SHRANK: { tag: string; losses: readonly Loss[]; limit: number }
  /** The loss since a snapshot of `since`, in steps that are each below the limit. */
  TAG_SHRANK_SLOWLY: { tag: string; losses: readonly Loss[]; since: string; limit: number }
  TAG_SWAPPED: { tag: string; swaps: readonly Swap[] }
  TAG_WIDENED: { tag: string; blocks: readonly WidenedBlock[] }
  /** `isNew`: the document before lacks the tag, and the growth is that of its service. */
  TAG_GREW: { tag: string; isNew?: boolean; growths: readonly Growth[] }
  TAG_GREW_KNOWN: { tag: string; isNew?: boolean; growths: readonly Growth[] }
  TAG_GREW_SLOWLY: { tag: string; isNew?: boolean; growths: readonly Growth[]; since: string }
  TAG_GREW_UNKNOWN: { tag: string; isNew?: boolean; growths: readonly Growth[] }
  SPECIAL_USE: { tag: string; what: string; prefixes: readonly Prefix[] }
  GIANT_PREFIX: { tag: string; prefixes: readonly Prefix[] }
  TAG_SWALLOWED: { tag: string; inner: string }
  UNDATED: { source: string; published: string }
}

/** Findings about a document, most of them from guards. */
export const DOCUMENT_FINDINGS = {
  OLDER_DOCUMENT: {
    severity: 'either',
    say: ({ published, newest, severity }) =>
      `the document of ${published} is older than the newest snapshot (${newest}). Its rules would lose every address added since${orAccept(severity, 'rollback')}`,
    title: 'the document is older than the newest snapshot',
    means:
      'Its rules would lose every address added since. This happens with an old download. The alias of the newest file has also served an old file (on 2025-05-22, for a day).',
    do: 'Get the current document. To go back on purpose, or to import history, add --accept rollback.',
    sources: [GUARDS, PAGE],
  },
  FUTURE_DOCUMENT: {
    severity: 'either',
    say: ({ published, days, severity }) =>
      `the document is dated ${published}, ${days} days from now, and no document of Microsoft is dated ahead${orAccept(severity, 'future')}`,
    title: 'the document is dated more than two weeks from now',
    means:
      'Files carry the date of a Monday and appear after it. A date far ahead means a damaged or renamed file, or a wrong clock. If tagwall stored the document, rules would be made from it until that day, or until the next "tagwall update", which removes it.',
    do: 'Check the name of the file and the clock. If the name is wrong, pass the date: --published 2025-11-10. To accept the document for this run, add --accept future.',
    sources: [GUARDS],
  },
  FUTURE_SNAPSHOT: {
    severity: 'warning',
    say: ({ paths }) =>
      `${fewTexts(paths)}: dated more than two weeks from now, as no document of Microsoft is; "tagwall update" removes it`,
    title: 'a snapshot is dated more than two weeks from now',
    means:
      'Somebody wrote or renamed the snapshot, or accepted its document with --accept future. As the newest one it is what rules are made from.',
    do: 'Ask git where it comes from: git log -- FILE. Run "tagwall update", which gets a document of today and removes the snapshot without comparing anything with it; or remove it, and build again.',
    sources: [GUARDS],
  },
  ROLLED_BACK: {
    severity: 'either',
    say: ({ changeNumber, newest, tags, lost, severity }) =>
      `change number ${changeNumber} is lower than the ${newest} of the newest snapshot, and ${tags.join(', ')} lost ${few(lost.prefixes)}. The source serves an older state${orAccept(severity, 'rollback')}`,
    title: 'Microsoft published older data under a newer date',
    means:
      'Its change number is lower than the one of the newest snapshot, and addresses are missing. Microsoft served such a document on 2025-05-22, for a day: the four default tags lost 8 prefixes.',
    do: 'Wait a day and run the command again. To accept the document for this run, add --accept rollback.',
    sources: [GUARDS],
  },
  ODD_PREFIX: {
    severity: 'warning',
    say: ({ problems }) => `unused tags contain invalid prefixes; your rules are unaffected: ${fewTexts(problems)}`,
    title: 'unused tags contain invalid prefixes',
    means:
      'tagwall checks every prefix of a document, also in unused tags. Microsoft has never published an invalid one, so the document may be damaged, or written by somebody else. All prefixes of your rules are valid; otherwise tagwall would have refused the document.',
    do: 'Check where the document comes from, and get it again. "tagwall list tags --from FILE" names every problem in it.',
    sources: [GUARDS, PAGE],
  },
  REISSUED: {
    severity: 'warning',
    say: ({ published, tags }) =>
      `the document of ${published} was published again with different content: ${tags.join(', ')} changed`,
    title: 'a document was published again with different content',
    means:
      'Microsoft sometimes replaces a file under the same name, for example ServiceTags_Public_20260413.json. So tagwall compares the content, and not the date or the change number.',
    do: 'Nothing: tagwall replaces the snapshot of that date, and version control shows the change.',
    sources: [GUARDS],
  },
  SAME_NUMBER: {
    severity: 'warning',
    say: ({ changeNumber, published, newest, tags }) =>
      `the document of ${published} has change number ${changeNumber}, like the one of ${newest}, but different content: ${fewNames(tags)} changed. Check where it comes from`,
    title: 'two documents have the same change number but different content',
    means:
      'Microsoft counts the changes of a document. Two documents can have the same number (346, on 2025-02-17 and 2025-03-03), and so can an edited document.',
    do: 'Get the document again from Microsoft, and review "tagwall diff latest FILE" before you load the rules.',
    sources: [GUARDS, PAGE],
  },
  UNLIKE_SHIPPED: {
    severity: 'warning',
    say: ({ findings }, explain) =>
      `your first document differs from the shipped snapshots: ${fewTexts(findings.map((found) => withoutHint(explain(found))))}. Review it before you load the rules`,
    title: 'the first document in a folder is very different from the shipped snapshots',
    means:
      'You have no snapshot to compare it with, so tagwall compared it with the shipped ones. The document is older than these, or it differs by more than the guards allow and is more than a year newer. An outdated download looks like that, and so does a real change since tagwall was published. Therefore this is only a warning. A document within a year of the shipped snapshots is refused instead.',
    do: 'Get the current document ("tagwall update" without --from). To see the changes, run "tagwall diff 2025-11-10 FILE"; "tagwall list snapshots" in an empty folder shows the dates of the shipped snapshots.',
    sources: [GUARDS],
  },
  TAG_VANISHED: {
    severity: 'either',
    say: ({ tags, newest, severity }) =>
      `the document no longer has ${tags.join(', ')}, which the snapshot of ${newest} has. The rules for it would be lost${orAccept(severity, 'vanished')}`,
    title: 'a tag in your rules is no longer in the document',
    means:
      'Microsoft does remove tags (GenevaActions in April 2022; those of USGovIowa by May 2026). Damaged or wrong documents also lack tags.',
    do: 'Check what Microsoft says about the tag. Remove the tag from the policy, or make its rule optional, and add --accept vanished once.',
    sources: [GUARDS, TAGS_PAGE],
  },
  TAG_SHRANK: {
    severity: 'either',
    say: ({ tag, losses, limit, severity }) =>
      `tag "${tag}" lost ${losses.map(lossText).join(', and ')}. A loss above ${limit}% can mean a damaged document${orAccept(severity, 'shrink')}`,
    title: 'a tag lost more addresses than the policy allows',
    means:
      'The default limit is 25% of the addresses of one family. tagwall counts lost addresses, not prefixes; new addresses do not make up for lost ones. Large losses have been real (AzureDataLake went from 2,468 prefixes to 19 on 2022-05-16). A loss that is an error cuts connections.',
    do: 'Review "tagwall diff latest FILE". To accept the document for this run, add --accept shrink. To raise the limit for every run, set guards: { maxShrink: 50% } in the policy.',
    sources: [GUARDS],
  },
  TAG_SHRANK_SLOWLY: {
    severity: 'either',
    say: ({ tag, losses, since, limit, severity }) =>
      `since ${since}, tag "${tag}" lost ${losses.map(lossText).join(', and ')} in small steps. Together these are above the limit of ${limit}%${orAccept(severity, 'shrink')}`,
    title: 'a tag lost more addresses in a quarter than the policy allows in one step',
    means:
      'Each loss was below the limit (25% by default), but together they are above it. tagwall compares with the newest snapshot that is at least 13 weeks older, or with a later one whose losses you accepted. It says so only when the tag loses addresses again.',
    do: 'Review the change: "tagwall diff DATE latest" with that date. To accept it for this run, add --accept shrink; later losses then count from this document on.',
    sources: [GUARDS],
  },
  TAG_SWAPPED: {
    severity: 'warning',
    say: ({ tag, swaps }) =>
      `tag "${tag}" lost ${swaps.map(swapText).join(', and ')}. Review these addresses before you load the rules`,
    title: 'a tag exchanged part of its addresses for unknown ones',
    means:
      'More than a tenth of its addresses went, and more than a tenth came that no tag of another service holds. Each is below the limits of shrink and grow. Three tags have done so in five years; a document that somebody edited looks the same.',
    do: 'Review "tagwall diff latest FILE", and compare with what Microsoft publishes.',
    sources: [GUARDS],
  },
  TAG_WIDENED: {
    severity: 'either',
    say: ({ tag, blocks, severity }) =>
      `tag "${tag}" holds ${blocks.slice(0, 1).map(blockText).join()}${blocks.length > 1 ? `, and ${plural(blocks.length - 1, 'more such block')}` : ''}. A block that grows so much can open the firewall to strangers${orAccept(severity, 'grow')}`,
    title: 'one block of a tag became much larger',
    means:
      'The block holds addresses that the tag had before, and many more, as if one prefix length were wrong. tagwall refuses a block that gained more than a /17 (in IPv6 a /44) and more than half of what the tag may grow (maxGrow), or three /16 (a /41) in any tag, also if other tags hold these addresses. In AzureCloud and its regions only the second counts. No tag has done so in five years of documents.',
    do: 'Review "tagwall diff latest FILE". To accept the document for this run, add --accept grow.',
    sources: [GUARDS],
  },
  TAG_GREW: {
    severity: 'either',
    say: (finding) =>
      `${gainText(finding)}. So many can open the firewall to strangers${orAccept(finding.severity, 'grow')}`,
    title: 'a tag gained more addresses than the policy allows',
    means:
      'A gain that is an error opens the firewall to strangers. tagwall refuses the document in three cases. First, the tag more than doubled (maxGrow: 100%), and more than a /16 of the new addresses (in IPv6 a /40) is held by no tag of another service. Second, a /12 or more (in IPv6 a /36) is held by no tag of another service, whatever the size of the tag. Third, the tag more than doubled by more than a /15 (in IPv6 a /39), whoever holds it. A new tag of a service that the policy already uses, such as a region of Storage.*, counts as growth of the service. Two services have started with a /16; only AzureCloud ever gained more in a month.',
    do: 'Review "tagwall diff latest FILE". To accept the document for this run, add --accept grow. To raise the limit for every run, up to a /12, set guards: { maxGrow: 300% } in the policy.',
    sources: [GUARDS],
  },
  TAG_GREW_KNOWN: {
    severity: 'warning',
    say: (finding) => `${gainText(finding)}. That is below the limit, so the document is accepted`,
    title: 'a tag more than doubled, and other services of Microsoft hold the new addresses',
    means:
      'Tags of other services hold all or nearly all of the new addresses, in this document or in the one before, so tagwall accepts the document. For example, AzureSecurityCenter went from 15,104 addresses to 83,072 in one step, and AzureCloud held all of them already.',
    do: 'Nothing. "tagwall diff latest FILE" shows the new addresses.',
    sources: [GUARDS],
  },
  TAG_GREW_SLOWLY: {
    severity: 'either',
    say: (finding) =>
      `since ${finding.since}, ${gainText(finding)}. Small steps add up, and so many can open the firewall to strangers${orAccept(finding.severity, 'grow')}`,
    title: 'a tag gained more unknown addresses in a quarter than the policy allows in one step',
    means:
      'Each step was below the limit, but together the addresses that no tag of another service holds are above it (maxGrow: 100% of what the tag had, by default) and more than a /16 (in IPv6 a /40). tagwall compares with the newest snapshot that is at least 13 weeks older, or with a later one whose growth you accepted. It says so only when the tag gains addresses again. docs/guards.md has how often published tags came near.',
    do: 'Review the change: "tagwall diff DATE latest" with that date. To accept it for this run, add --accept grow; later growth then counts from this document on.',
    sources: [GUARDS],
  },
  TAG_GREW_UNKNOWN: {
    severity: 'warning',
    say: (finding) => `${gainText(finding)}. Review these addresses before you load the rules`,
    title: 'a tag gained a large share of addresses that no tag of another service holds',
    means:
      'More than a fifth of what the tag had, and more than a /20 (in IPv6 a /52), is new and held by no tag of another service. Published tags rarely gain so many: docs/guards.md has the figures. A document that somebody edited looks the same.',
    do: 'Review "tagwall diff latest FILE", and compare with what Microsoft publishes.',
    sources: [GUARDS],
  },
  SPECIAL_USE: {
    severity: 'either',
    say: ({ tag, prefixes, what, severity }) =>
      `tag "${tag}" holds ${few(prefixes)}, which is ${what}. No public service uses such addresses; they may be your own${orAccept(severity, 'special-use')}`,
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
    severity: 'either',
    say: ({ tag, prefixes, severity }) =>
      `tag "${tag}" holds ${few(prefixes)}, which is larger than any block of a service (/8 in IPv4, /16 in IPv6) and would open the firewall to strangers${orAccept(severity, 'giant')}`,
    title: 'a tag holds a block that is too large for a service',
    means: 'The block is shorter than /8 in IPv4 or /16 in IPv6, such as 0.0.0.0/0. No published tag has ever had one.',
    do: 'Do not load these rules; get the document again. To accept it for this run, add --accept giant.',
    sources: [GUARDS],
  },
  TAG_SWALLOWED: {
    severity: 'either',
    say: ({ tag, inner, severity }) =>
      `tag "${tag}" now holds all addresses of "${inner}", and did not before. The two tags may have been mixed up${orAccept(severity, 'swallow')}`,
    title: 'one tag now holds all addresses of another tag',
    means:
      'The first tag gained every address of the second, so the two may have been mixed up at the source. AzureCloud and its regions are exempt, and so is a base tag that holds its own regional tags: they hold other tags by design.',
    do: 'Review "tagwall diff latest FILE". To accept the document for this run, add --accept swallow.',
    sources: [GUARDS],
  },
  UNDATED: {
    severity: 'warning',
    say: ({ source, published }) =>
      `${source} has no publication date and counts as of today, ${published}. Pass its date, for example --published 2025-11-10`,
    title: 'the document has no publication date',
    means:
      "tagwall takes the date from the name of the published file. A document from standard input, or with another name, has no date and gets today's. The published file of the same week, which is dated a few days earlier, replaces it later.",
    do: 'Pass the date: --published 2025-11-10. Without it, tagwall uses the date of the newest stored snapshot with the same content, if there is one.',
    sources: [GUARDS],
  },
} satisfies FindingTable<DocumentFacts>

const lossText = ({ family, before, lost }: Loss) =>
  `${formatCount(lost)} of its ${formatCount(before)} ${FAMILY_NAMES[family]} addresses`

const swapText = (swap: Swap) =>
  `${lossText(swap)}, and gained ${formatCount(swap.unknown)} that no tag of another service holds`

const blockText = ({ prefix, had }: WidenedBlock) =>
  `${formatPrefix(prefix)}, of which it held ${formatCount(had)} ${had === 1n ? 'address' : 'addresses'} before`

function gainText({ tag, isNew, growths }: { tag: string; isNew?: boolean; growths: readonly Growth[] }): string {
  const subject = isNew ? `tag "${tag}" is new, and ${baseTagOf(tag)}` : `tag "${tag}"`
  return `${subject} gained ${growths.map(growthText).join(', and ')}`
}

/** The addresses before and gained, and how many of the gained ones no other service of Microsoft holds. */
const growthText = ({ family, before, gained, unknown }: Growth) =>
  `${formatCount(gained)} ${FAMILY_NAMES[family]} addresses and had ${formatCount(before)}; ${unknown === 0n ? 'tags of other services hold all of them' : unknown === gained ? 'no tag of another service holds any of them' : `no tag of another service holds ${formatCount(unknown)} of them`}`
