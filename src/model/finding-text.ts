import { FAMILY_NAMES } from '../address/family.ts'
import { formatPrefix, type Prefix } from '../address/prefix.ts'
import { listText } from '../text/list-text.ts'
import { formatCount, plural } from '../text/numbers.ts'
import { sanitize } from '../text/sanitize.ts'
import { paceText, useText } from './capacity-text.ts'
import type { Finding, Growth, Guarded, LimitCount, Loss, NoDelta, NoLockedRules, Reach, Staleness } from './finding.ts'
import { GUARDS, type GuardName } from './guard.ts'
import { alsoAt, groupSites } from './site.ts'
import { formatPorts } from './traffic.ts'

const ASKED = {
  action: (what: string) => `action: ${what}`,
  protocol: (what: string) => `protocol: ${what}`,
  direction: (what: string) => `direction: ${what}`,
  local: (what: string) => (what === 'object' ? 'a local side that is an object on the device' : 'a local side'),
} as const

/** The sentence for a finding: what is wrong, where, and what to do. Always one line, whatever the names contain. */
export const explain = (finding: Finding): string => sanitize(sentenceOf(finding))

function sentenceOf(finding: Finding): string {
  switch (finding.code) {
    case 'NO_TAG_MATCHES':
      return `${finding.at}: rule "${finding.rule}": no service tag matches "${finding.selector}"${finding.closest || '.'} Searched: ${finding.where}`
    case 'OPTIONAL_RULE_SKIPPED':
      return `rule "${finding.rule}" is skipped: it is optional in the cloud ${finding.cloud}, which does not publish ${finding.selectors.join(', ')}`
    case 'EMPTY_SELECTION':
      return `${finding.at}: rule "${finding.rule}" selects no addresses: ${finding.isExcepted ? '"except" leaves out everything that "tags" and "prefixes" hold' : `the document lists none for ${finding.tags.join(', ')}`}`
    case 'LOCAL_OF_OTHER_FAMILY':
      return `${finding.at && `${finding.at}: `}rule "${finding.rule}": its local side has only addresses of the family that its tags and prefixes lack, so it would allow nothing. Add local addresses of the other family`
    case 'NOT_CARRIED':
      return `target "${finding.target}": ${finding.vendor} cannot express what rule "${finding.rule}" asks: ${ASKED[finding.key](finding.what)}${finding.carried.length > 0 ? `; it can: ${finding.carried.join(', ')}` : ''}${finding.hint && `. ${finding.hint}`}`
    case 'OBJECT6_MISSING':
      return `target "${finding.target}": rule "${finding.rule}" has addresses of both families, and an object has one there: name the object for IPv6 too, as in local: { object: ${finding.object}, object6: NAME }, or give the target "family: ipv4"`
    case 'EMPTY_TAG':
      return `rule "${finding.rule}": the document lists no addresses for ${finding.tags.join(', ')}. The other tags of the rule are unaffected`
    case 'NO_RULE_LEFT':
      return `policy "${finding.policy}": no ${finding.family ? `${finding.family} address` : 'rule'} is left to write`
    case 'TEST_FAILED': {
      const { test, offending, rules } = finding
      const port = test.port === undefined ? '' : ` port ${test.port}`
      const what = `${test.direction} ${test.protocol} ${formatPrefix(test.remote)}${port}`
      const found = offending.prefixes.map(formatPrefix).join(', ')
      return test.expect === 'allow'
        ? `${test.at}: test failed: expected ${what} to be allowed, but no rule allows ${found}`
        : `${test.at}: test failed: expected ${what} to be denied, but ${rulesText(rules)} ${rules.length > 1 ? 'allow' : 'allows'} ${found}${partlyText(finding.partly)}${finding.widened ? `, because target "${finding.widened}" is widened; add it to "never" there` : ''}`
    }
    case 'NAME_NOT_CARRIED':
      return `target "${finding.target}": the rule name ${JSON.stringify(finding.base)} is invalid there: as the name of a ${finding.kind}, ${JSON.stringify(finding.name)}, ${finding.reason}. Rename the rule`
    case 'NAMES_COLLIDE':
      return `target "${finding.target}": ${finding.from.map((name) => `"${name}"`).join(' and ')} both become the ${finding.kind} "${finding.name}". Rename one of them`
    case 'PRIORITY_OUT_OF_RANGE':
      return `target "${finding.target}": rule "${finding.rule}" gets priority ${finding.priority}, which is out of range (${finding.min}-${finding.max})`
    case 'PRIORITIES_COLLIDE':
      return `target "${finding.target}": ${finding.rules.map((name) => `"${name}"`).join(' and ')} get the same priority, ${finding.priority}. Leave more room between the priorities in the policy`
    case 'LIMIT_EXCEEDED':
      return `target "${finding.target}" needs ${countsText(finding.what, finding.counts)}; the limit is ${formatCount(finding.limit)} (${finding.source}). ${finding.hint}${finding.unverified ? `. This limit is not verified: if your device has another one, set it in the target: limits: { ${finding.name}: N }` : ''}`
    case 'CAPACITY': {
      const { target, use, threshold } = finding
      const pace = paceText(use)
      return `target "${target}" uses ${useText(use)}; the policy warns from ${threshold}% on${pace && `; ${pace}`}. ${use.hint}`
    }
    case 'FAMILY_NOT_SEPARABLE':
      return `target "${finding.target}" writes tags by name. A tag has addresses of both families, so the target cannot be limited to ${finding.family}`
    case 'EXCEPT_NOT_BY_TAG':
      return `target "${finding.target}" writes tags by name, so it cannot leave out what rule "${finding.rule}" excepts. Choose the option that writes prefixes`
    case 'NOT_UNDERSTOOD':
      return `target "${finding.target}": ${finding.part} line ${finding.line} ${finding.reason}: ${finding.text}`
    case 'PROOF_FAILED': {
      const rules = finding.rules.length > 0 ? `, ${rulesText(finding.rules)}` : ''
      const sides = [
        reachText('missing', finding.missing),
        reachText('allowed, but not in the policy', finding.extra),
      ].filter(Boolean)
      return `target "${finding.target}": the rendered file does not match the policy: ${finding.flow}${rules}: ${sides.join('; ')}`
    }
    case 'DELTA_UNSAFE': {
      const sides = [
        reachText('refused, although both snapshots allow it', finding.missing),
        reachText('allowed, although neither snapshot allows it', finding.extra),
      ]
      return `target "${finding.target}": after command ${finding.command} of the delta, ${finding.flow}: ${sides.filter(Boolean).join('; ')}`
    }
    case 'RELOAD_GAP': {
      const traffic = `${finding.direction} ${finding.protocol} ${formatPorts(finding.ports)}`
      const rules = `from rule "${finding.from}" to ${finding.to.map((name) => `"${name}"`).join(' and ')}`
      return `target "${finding.target}": ${few(finding.prefixes.prefixes)} (${traffic}) will move ${rules}. While you load the full file, the device refuses this traffic for a moment, because it fills one address set after another; ${finding.hasDelta ? 'load the delta instead' : 'load the file at a quiet time'}`
    }
    case 'CLEANUP_UNSAFE': {
      const sides = [
        reachText('refused, though the policy asks for it', finding.missing),
        reachText('allowed, though it was not before', finding.extra),
      ]
      return `target "${finding.target}": after command ${finding.command} of the cleanup, ${finding.flow}: ${sides.filter(Boolean).join('; ')}`
    }
    case 'LEFTOVERS_UNKNOWN':
      return `target "${finding.target}": tagwall cannot tell what the device keeps when you load this over ${finding.paths.join(', ')}: ${fewTexts(finding.why)}. Run "tagwall audit" on the device`
    case 'LEFTOVERS_STAY': {
      const { target, items, isAllowing, why } = finding
      const what = items.length > 0 ? fewNames(items) : 'earlier members of groups'
      const allowed = isAllowing ? ' on the device, which then allows more than the policy' : ' on the device'
      const cause = why.kind === 'proof' && why.findings.length > 0 ? `: ${fewTexts(why.findings.map(explain))}` : ''
      return `target "${target}": loading the full file over the earlier one leaves ${what}${allowed}. tagwall writes no cleanup for that, because ${STAYS[why.kind]}${cause}. Remove it by hand`
    }
    case 'NO_DELTA':
      return `target "${finding.target}" has ${finding.way === 'rollback' ? 'no rollback, so a way back is the older full file' : 'no delta, so load the full file'}: ${noDeltaText(finding.why, finding.way)}`
    case 'COMPARED_WITH_FILES': {
      const { target, paths, why, isRead } = finding
      const result = isRead
        ? 'tagwall compares with what the files allow; the cause is unknown, and there is no delta'
        : 'nothing reads these files, so the change in traffic is unknown'
      return `target "${target}": ${LOCKED[why]} (${fewNames(paths)}); ${result}`
    }
    case 'UNCOMMITTED_DELTA':
      return `the deltas of ${fewNames(finding.targets)} start from files that were never committed; if devices hold the files of the last commit, run "tagwall build --since git:HEAD"`
    case 'NO_READER':
      return `target "${finding.target}": vendor ${finding.vendor} has no reader, so its files are not proved`
    case 'OLDER_DOCUMENT':
      return `the document of ${finding.published} is older than the newest snapshot (${finding.newest}). Its rules would lose every address added since${orAccept(finding.severity, 'rollback')}`
    case 'FUTURE_DOCUMENT':
      return `the document is dated ${finding.published}, ${finding.days} days from now. If tagwall stores it, every document until then counts as older${orAccept(finding.severity, 'future')}`
    case 'ROLLED_BACK':
      return `change number ${finding.changeNumber} is lower than the ${finding.newest} of the newest snapshot, and ${finding.tags.join(', ')} lost ${few(finding.lost.prefixes)}. The source serves an older state${orAccept(finding.severity, 'rollback')}`
    case 'ODD_PREFIX':
      return `unused tags contain invalid prefixes; your rules are unaffected: ${fewTexts(finding.problems)}`
    case 'REISSUED':
      return `the document of ${finding.published} was published again with different content: ${finding.tags.join(', ')} changed`
    case 'UNLIKE_SHIPPED':
      return `your first document differs from the snapshots that came with tagwall: ${finding.findings.map((found) => withoutHint(explain(found))).join('; ')}. tagwall accepts it because it is the first; review it before you load the rules`
    case 'TAG_VANISHED':
      return `the document no longer has ${finding.tags.join(', ')}, which the snapshot of ${finding.newest} has. The rules for it would be lost${orAccept(finding.severity, 'vanished')}`
    case 'TAG_SHRANK':
      return `tag "${finding.tag}" lost ${finding.losses.map(lossText).join(', and ')}. A loss above ${finding.limit}% can mean a damaged document, whose rules would cut connections${orAccept(finding.severity, 'shrink')}`
    case 'TAG_GREW':
      return `${gainText(finding)}. So many new addresses can open the firewall to strangers${orAccept(finding.severity, 'grow')}`
    case 'TAG_GREW_KNOWN':
      return `${gainText(finding)}. That is below the limit, so the document is accepted`
    case 'SPECIAL_USE':
      return `tag "${finding.tag}" holds ${few(finding.prefixes)}, which is ${finding.what}. No public service uses such addresses; they may be your own${orAccept(finding.severity, 'special-use')}`
    case 'GIANT_PREFIX':
      return `tag "${finding.tag}" holds ${few(finding.prefixes)}, which is larger than any block of a service (/8 in IPv4, /16 in IPv6) and would open the firewall to strangers${orAccept(finding.severity, 'giant')}`
    case 'TAG_SWALLOWED':
      return `tag "${finding.tag}" now holds all addresses of "${finding.inner}", and did not before. The two tags may have been mixed up${orAccept(finding.severity, 'swallow')}`
    case 'DEPENDENCY_MISSING':
      return `the policy uses ${finding.tag}, which does not work without ${finding.needs}. Add a rule for ${finding.needs} (${finding.source})`
    case 'GLOBAL_LEFT_OUT':
      return `rule "${finding.rule}" uses regions of ${finding.base}, and so leaves out addresses of ${finding.base} that belong to no region: ${few(finding.prefixes)}`
    case 'INBOUND_TAG':
      return `${rulesText(finding.rules)} ${finding.rules.length > 1 ? 'allow' : 'allows'} a service tag inbound. A tag is not a security boundary: other Azure customers can hold addresses in it (https://msrc.microsoft.com/blog/2024/06/improved-guidance-for-azure-network-service-tags/)`
    case 'BUDGET_NOT_MET': {
      const { target, rule, family, budget, least, binding } = finding
      const whose = rule === undefined ? 'all rules together' : `rule "${rule}"`
      const why =
        binding.length > 0
          ? `${binding.map((name) => CONSTRAINTS[name as keyof typeof CONSTRAINTS]).join(', and ')}`
          : 'each rule needs at least one'
      return `${target && `target "${target}": `}${whose} cannot be widened to ${plural(budget, `${FAMILY_NAMES[family]} prefix`, `${FAMILY_NAMES[family]} prefixes`)}: the minimum is ${formatCount(least)}, ${formatCount(least - budget)} more, because ${why}`
    }
    case 'TAGS_NOT_WIDENED':
      return `target "${finding.target}" writes tags by name, which the device resolves itself, so they cannot be widened; remove "widen", or set the option that makes the vendor write prefixes`
    case 'NO_WITHIN':
      return `${finding.target && `target "${finding.target}": `}cannot widen within ${finding.tag}, because that tag does not exist${finding.closest || '.'} Searched: ${finding.where}`
    case 'STALE':
      return `${STALE[finding.since](finding.date, finding.days)}. New ranges go live a week after publication, so some may be in use already; run "tagwall update" to get the current document`
    case 'UNDATED':
      return `${finding.source} has no publication date, so tagwall dates it today, ${finding.published}; pass the date in the name of the published file, for example --published 2025-11-10`
    default:
      return finding satisfies never
  }
}

/** Why there is no delta. */
export function noDeltaText(why: NoDelta, way: 'delta' | 'rollback' = 'delta'): string {
  switch (why.kind) {
    case 'form':
      return 'with these options, the device loads only full files'
    case 'task':
      return `the ${way} would ${TASKS[why.task]} ${why.rules.map((name) => `"${name}"`).join(', ')}, and this vendor has no command for that`
    case 'before':
      return `the older rules do not compile: ${why.findings.map(explain).join('; ')}`
    case 'limits':
      return `the ${way} does not fit the limits of the device: ${why.findings.map(explain).join('; ')}`
    case 'proof':
      return `the ${way} is not proved: ${why.findings.map(explain).join('; ')}`
    case 'lock':
      return `${LOCKED[why.why]}, so tagwall does not know the rules that the commands would start from`
    case 'options':
      return 'the vendor, the options, the limits or the family of the target changed'
    case 'missing':
      return 'the older full files are not in place'
    case 'inventory':
      return 'the files in place define other objects than this version of tagwall writes'
  }
}

const LOCKED: Readonly<Record<NoLockedRules, string>> = {
  unlocked: 'the lock does not have this target',
  edited: 'a file in place was edited by hand, or written by another version',
  state: 'the lock lacks the state of this target, as after a merge of two branches',
  document: 'no snapshot has the addresses that the files in place are made of',
  target: 'the vendor or an option of the files in place does not exist any more',
  proof: 'the files in place do not hold the rules of the lock',
}

const STAYS = {
  command: 'the vendor has no command for it',
  name: 'the name is not one that tagwall writes',
  proof: 'it cannot be proved',
}

/** The first few names of possibly hundreds. */
const fewNames = (names: readonly string[]) => listText(names, 4)

const TASKS = {
  addRules: 'add',
  reshapeRules: 'change more than the addresses of',
  removeRules: 'remove',
}

const STALE: Readonly<Record<Staleness, (date: string, days: number) => string>> = {
  check: (date, days) => `tagwall last checked for a new document on ${date}, ${days} days ago`,
  document: (date, days) => `the newest document seen by tagwall is ${days} days old (${date})`,
  change: (date) => `the newest stored change is from ${date}, and this folder records no later check`,
  shipped: (date) =>
    `the newest snapshot that came with tagwall is from ${date}, and this folder records no later check`,
}

const orAccept = (severity: Guarded, name: GuardName) =>
  severity === 'error' ? acceptHint(name) : ` (accepted with --accept ${name})`

const acceptHint = (name: GuardName) => `; to accept it for this run, add --accept ${name}`

/** Sentences for several findings. If guards refuse, the last line has the option that accepts all of them. */
export function explainAll(findings: readonly Finding[]): string[] {
  const texts = explainBySite(findings)
  const names = GUARDS.filter((name) => texts.some((text) => text.endsWith(acceptHint(name))))
  if (texts.length === 1 || names.length === 0) return texts
  return [...texts.map(withoutHint), `to accept all of this for one run, add: --accept ${names.join(',')}`]
}

/** The sentence for each finding, once for all sites where it says the same. */
export function explainBySite(findings: readonly Finding[]): string[] {
  const all = findings.map((finding) => ({ text: explain(finding), finding }))
  const groups = groupSites(
    all,
    ({ finding }) => ('target' in finding ? finding.target : undefined),
    ({ text }) => text,
  )
  return groups.map(({ item, sites }) => `${item.text}${alsoAt(sites)}`)
}

export function withoutHint(text: string): string {
  const hint = GUARDS.map(acceptHint).find((hint) => text.endsWith(hint)) ?? ''
  return text.slice(0, text.length - hint.length)
}

/** `12 rules`, or `7 lines in one file (Web), 9 (Sql)`; the first few of possibly hundreds. */
function countsText(what: string, counts: readonly LimitCount[]): string {
  const texts = counts.slice(0, 4).map(({ of, count }, index) => {
    return `${formatCount(count)}${index === 0 ? ` ${what}` : ''}${of && ` (${of})`}`
  })
  return `${texts.join(', ')}${counts.length > 4 ? ` and too many in ${formatCount(counts.length - 4)} more` : ''}`
}

/** Why a constraint forbids wider prefixes. */
export const CONSTRAINTS = {
  never: 'wider prefixes would hold addresses of "never"',
  'later-rules': 'wider prefixes would hold addresses that a later rule denies or allows',
  'special-use': 'wider prefixes would hold special-use addresses, which are never admitted',
  minPrefixLength: 'wider prefixes would be shorter than "minPrefixLength"',
} as const

const lossText = ({ family, before, lost }: Loss) =>
  `${formatCount(lost)} of its ${formatCount(before)} ${FAMILY_NAMES[family]} addresses`

function gainText({ tag, isNew, growths }: { tag: string; isNew?: boolean; growths: readonly Growth[] }): string {
  const subject = isNew ? `tag "${tag}" is new, and ${tag.split('.')[0]}` : `tag "${tag}"`
  return `${subject} gained ${growths.map(growthText).join(', and ')}`
}

/** What matters: how much came, how much was there, and how much of the gain no other service of Microsoft holds. */
const growthText = ({ family, before, gained, unknown }: Growth) =>
  `${formatCount(gained)} ${FAMILY_NAMES[family]} addresses and had ${formatCount(before)}; ${unknown === 0n ? 'tags of other services hold all of them' : unknown === gained ? 'no tag of another service holds any of them' : `no tag of another service holds ${formatCount(unknown)} of them`}`

/** A denial that does not hold for everybody. */
const partlyText = (rules: readonly string[] = []) =>
  rules.length > 0
    ? `; ${rulesText(rules)} ${rules.length > 1 ? 'deny' : 'denies'} it only for some local addresses`
    : ''

/** `rule "Web"`, or `rules "Web", "Door"`. */
const rulesText = (names: readonly string[]) =>
  `${names.length > 1 ? 'rules' : 'rule'} ${names.map((name) => `"${name}"`).join(', ')}`

/** The first few prefixes of possibly thousands. */
const few = (prefixes: readonly Prefix[]) => listText(prefixes.map(formatPrefix), 4)

/** The first two of possibly thousands of sentences. */
function fewTexts(texts: readonly string[]): string {
  const more = texts.length > 2 ? `; and ${formatCount(texts.length - 2)} more` : ''
  return `${texts.slice(0, 2).join('; ')}${more}`
}

/** The first few missing or extra addresses of possibly thousands. */
function reachText(what: string, { addresses, tags }: Reach): string {
  const all = [...tags, ...addresses.prefixes.map(formatPrefix)]
  return all.length === 0 ? '' : `${what}: ${listText(all, 8)}`
}
