import { formatPrefix, type Prefix } from '../../model/address/prefix.ts'
import type { Finding, Growth, Guarded, LimitCount, Loss, NoDelta, Reach, Staleness } from '../../model/finding.ts'
import { GUARDS, type GuardName } from '../../model/guard.ts'
import { formatCount, plural } from '../../model/text/numbers.ts'
import { sanitize } from '../../model/text/sanitize.ts'
import { formatPorts } from '../../model/traffic.ts'

/** The sentence for a finding: what was wrong, where, and what to do. One line, whoever named what it is about. */
export const explain = (finding: Finding): string => sanitize(sentenceOf(finding))

function sentenceOf(finding: Finding): string {
  switch (finding.code) {
    case 'NO_TAG_MATCHES':
      return `${finding.at}: rule "${finding.rule}": no service tag matches "${finding.selector}"${finding.closest || '.'} It was looked for in ${finding.where}`
    case 'OPTIONAL_RULE_SKIPPED':
      return `rule "${finding.rule}" is left out: the cloud ${finding.cloud} publishes no ${finding.selectors.join(', ')}, and the rule is optional there`
    case 'EMPTY_SELECTION':
      return `rule "${finding.rule}" selects no addresses: ${finding.tags.join(', ')} hold none`
    case 'EMPTY_TAG':
      return `rule "${finding.rule}" has nothing of ${finding.tags.join(', ')}: the document lists no addresses there. The other tags of the rule are unaffected`
    case 'NO_RULE_LEFT':
      return `policy "${finding.policy}": no ${finding.family ? `${finding.family} address` : 'rule'} is left, so there is nothing to write`
    case 'TEST_FAILED': {
      const { test, offending, rules } = finding
      const what = `${test.direction} ${test.protocol} ${formatPrefix(test.remote)} port ${test.port}`
      const found = offending.prefixes.map(formatPrefix).join(', ')
      return test.expect === 'allow'
        ? `${test.at}: a test fails: ${what} should be allowed, but no rule allows ${found}`
        : `${test.at}: a test fails: ${what} should be denied, but ${rules.map((name) => `"${name}"`).join(', ')} allows ${found}${finding.widened ? `, because target "${finding.widened}" is widened; add it to "never" there` : ''}`
    }
    case 'NAME_NOT_CARRIED':
      return `target "${finding.target}" cannot carry the rule name ${JSON.stringify(finding.base)}: as the name of a ${finding.kind}, ${JSON.stringify(finding.name)}, ${finding.reason}. Rename the rule`
    case 'NAMES_COLLIDE':
      return `target "${finding.target}": ${finding.from.map((name) => `"${name}"`).join(' and ')} would both be the ${finding.kind} "${finding.name}". Rename one of them`
    case 'PRIORITY_OUT_OF_RANGE':
      return `target "${finding.target}": rule "${finding.rule}" would have priority ${finding.priority}, but priorities go from ${finding.min} to ${finding.max}`
    case 'PRIORITIES_COLLIDE':
      return `target "${finding.target}": ${finding.rules.map((name) => `"${name}"`).join(' and ')} would all have priority ${finding.priority}. Leave more room between the priorities of the policy`
    case 'LIMIT_EXCEEDED':
      return `target "${finding.target}" would have ${countsText(finding.what, finding.counts)}, and ${formatCount(finding.limit)} are the most (${finding.source}). ${finding.hint}${finding.unverified ? `. That number is not verified: if yours is another, give the target limits: { ${finding.name}: N }` : ''}`
    case 'FAMILY_NOT_SEPARABLE':
      return `target "${finding.target}" allows tags by name, which hold both families, so it cannot be limited to ${finding.family}`
    case 'NOT_UNDERSTOOD':
      return `target "${finding.target}": ${finding.part} line ${finding.line} ${finding.reason}: ${finding.text}`
    case 'PROOF_FAILED': {
      const rules = finding.rules.length > 0 ? `, rule ${finding.rules.map((name) => `"${name}"`).join(', ')}` : ''
      const sides = [
        reachText('missing', finding.missing),
        reachText('allowed, but not asked for', finding.extra),
      ].filter(Boolean)
      return `target "${finding.target}": what was rendered does not mean the policy: ${finding.flow}${rules}: ${sides.join('; ')}`
    }
    case 'DELTA_UNSAFE': {
      const sides = [
        reachText('refused, though both allow it', finding.missing),
        reachText('allowed, though neither does', finding.extra),
      ]
      return `target "${finding.target}": after command ${finding.command} of the delta, ${finding.flow}: ${sides.filter(Boolean).join('; ')}`
    }
    case 'RELOAD_GAP': {
      const traffic = `${finding.direction} ${finding.protocol} ${formatPorts(finding.ports)}`
      const rules = `from rule "${finding.from}" to ${finding.to.map((name) => `"${name}"`).join(' and ')}`
      return `target "${finding.target}": ${few(finding.prefixes.prefixes)} (${traffic}) will move ${rules}. Loading the whole file refuses that for a moment, because the sets are filled one after another; ${finding.hasDelta ? 'load the delta instead' : 'load it at a quiet time'}`
    }
    case 'NO_DELTA':
      return `target "${finding.target}" has no delta, so load the full file: ${noDeltaText(finding.why)}`
    case 'NO_READER':
      return `target "${finding.target}": the vendor ${finding.vendor} has no reader, so its files are not proved`
    case 'OLDER_DOCUMENT':
      return `the document is of ${finding.published}, older than the newest snapshot, of ${finding.newest}: rules made from it would lose what was added since${orAccept(finding.severity, 'rollback')}`
    case 'FUTURE_DOCUMENT':
      return `the document is dated ${finding.published}, ${finding.days} days from now, so every document until then would count as older${orAccept(finding.severity, 'future')}`
    case 'ROLLED_BACK':
      return `change number ${finding.changeNumber} is lower than the ${finding.newest} of the newest snapshot, and ${finding.tags.join(', ')} lost ${few(finding.lost.prefixes)}: the source serves an older state${orAccept(finding.severity, 'rollback')}`
    case 'ODD_PREFIX':
      return `tags that no rule uses have what is no prefix, and the rules are made without them: ${fewTexts(finding.problems)}`
    case 'REISSUED':
      return `the document of ${finding.published} was issued again with other content: ${finding.tags.join(', ')} changed`
    case 'UNLIKE_SHIPPED':
      return `your first document differs from the snapshots that came with tagwall: ${finding.findings.map((found) => withoutHint(explain(found))).join('; ')}. It is taken all the same, so look at it before you load the rules`
    case 'TAG_VANISHED':
      return `the document no longer has ${finding.tags.join(', ')}, which the snapshot of ${finding.newest} has: its rules would be lost${orAccept(finding.severity, 'vanished')}`
    case 'TAG_SHRANK':
      return `tag "${finding.tag}" lost ${finding.losses.map(lossText).join(', and ')}. More than ${finding.limit}% may be a damaged document that cuts connections${orAccept(finding.severity, 'shrink')}`
    case 'TAG_GREW':
      return `tag "${finding.tag}" gained ${finding.growths.map(growthText).join(', and ')}. So many may open the firewall to strangers${orAccept(finding.severity, 'grow')}`
    case 'TAG_GREW_KNOWN':
      return `tag "${finding.tag}" gained ${finding.growths.map(growthText).join(', and ')}. So few unknown addresses are no reason to refuse the document`
    case 'SPECIAL_USE':
      return `tag "${finding.tag}" holds ${few(finding.prefixes)}, which is ${finding.what}: no public service can have such addresses, and they may be your own${orAccept(finding.severity, 'special-use')}`
    case 'GIANT_PREFIX':
      return `tag "${finding.tag}" has ${few(finding.prefixes)}, larger than any block that a service has (/8 in IPv4, /16 in IPv6), so it would open the firewall to strangers${orAccept(finding.severity, 'giant')}`
    case 'TAG_SWALLOWED':
      return `tag "${finding.tag}" now holds all of "${finding.inner}", which it did not: the two may have been mixed up${orAccept(finding.severity, 'swallow')}`
    case 'DEPENDENCY_MISSING':
      return `the policy has ${finding.tag}, which does not work without ${finding.needs}, but no rule for that (${finding.source})`
    case 'GLOBAL_LEFT_OUT':
      return `rule "${finding.rule}" is for regions of ${finding.base}, and leaves out what ${finding.base} has in no region: ${few(finding.prefixes)}`
    case 'INBOUND_TAG':
      return `a service tag is no security boundary, because whoever rents addresses in it is in it too, and ${finding.rules.map((name) => `"${name}"`).join(', ')} ${finding.rules.length > 1 ? 'allow' : 'allows'} one inbound (https://msrc.microsoft.com/blog/2024/06/improved-guidance-for-azure-network-service-tags/)`
    case 'BUDGET_NOT_MET': {
      const { target, rule, family, budget, least, binding } = finding
      const whose = rule === undefined ? 'all rules together' : `rule "${rule}"`
      const why =
        binding.length > 0
          ? `${binding.map((name) => CONSTRAINTS[name as keyof typeof CONSTRAINTS]).join(', and ')}`
          : 'each rule needs one'
      return `target "${target}": ${whose} cannot be widened to ${plural(budget, `${FAMILY[family]} prefix`, `${FAMILY[family]} prefixes`)}: ${formatCount(least)} are the fewest, ${formatCount(least - budget)} more, because ${why}`
    }
    case 'TAGS_NOT_WIDENED':
      return `target "${finding.target}" allows tags by name, which the device resolves itself, so they cannot be widened; leave "widen" out, or set the option that makes the vendor write prefixes`
    case 'NO_WITHIN':
      return `target "${finding.target}" is to be widened within ${finding.tag}, but there is no tag of that name${finding.closest || '.'} It was looked for in ${finding.where}`
    case 'STALE':
      return `${STALE[finding.since](finding.date, finding.days)}: new ranges go live a week after they are published, so some may be in use already; run "tagwall update" to get the current document`
    case 'UNDATED':
      return `${finding.source} has no date of publication, so it is dated today, ${finding.published}; pass --published with the date in the name of the published file, such as --published 2025-11-10`
    default:
      return finding satisfies never
  }
}

function noDeltaText(why: NoDelta): string {
  switch (why.kind) {
    case 'form':
      return 'with these options, the device takes its file whole'
    case 'task':
      return `${TASKS[why.task]} ${why.rules.map((name) => `"${name}"`).join(', ')}, for which there is no such command`
    case 'before':
      return `the older rules cannot be made: ${why.findings.map(explain).join('; ')}`
    case 'limits':
      return `between the two, or as commands, it does not fit: ${why.findings.map(explain).join('; ')}`
    case 'proof':
      return `it is not proved: ${why.findings.map(explain).join('; ')}`
    case 'files':
      return `${why.paths.join(', ')} ${why.paths.length > 1 ? 'are' : 'is'} not what this policy and these options make of the older snapshot`
  }
}

const TASKS = {
  addRules: 'it would add',
  reshapeRules: 'it would change more than the addresses of',
  removeRules: 'it would remove',
}

const STALE: Readonly<Record<Staleness, (date: string, days: number) => string>> = {
  check: (date, days) => `tagwall last checked for a new document on ${date}, ${days} days ago`,
  document: (date, days) => `the newest document that tagwall has seen is from ${date}, ${days} days old`,
  change: (date) => `the newest stored change is from ${date}, and no later check is on record here`,
  shipped: (date) => `the newest snapshot that came with tagwall is from ${date}, and no later check is on record here`,
}

const orAccept = (severity: Guarded, name: GuardName) =>
  severity === 'error' ? acceptHint(name) : ` (accepted with --accept ${name})`

const acceptHint = (name: GuardName) => `; --accept ${name} takes it for this run`

/** Sentences for several findings. Where guards refuse, the last line has the one option that takes all of it. */
export function explainAll(findings: readonly Finding[]): string[] {
  const texts = findings.map(explain)
  const names = GUARDS.filter((name) => texts.some((text) => text.endsWith(acceptHint(name))))
  if (findings.length === 1 || names.length === 0) return texts
  return [...texts.map(withoutHint), `to take all of this for one run, add: --accept ${names.join(',')}`]
}

function withoutHint(text: string): string {
  const hint = GUARDS.map(acceptHint).find((hint) => text.endsWith(hint)) ?? ''
  return text.slice(0, text.length - hint.length)
}

/** `12 rules`, or `7 lines in one file (Web), 9 (Sql)`; the first few of what can be hundreds. */
function countsText(what: string, counts: readonly LimitCount[]): string {
  const texts = counts.slice(0, 4).map(({ of, count }, index) => {
    return `${formatCount(count)}${index === 0 ? ` ${what}` : ''}${of && ` (${of})`}`
  })
  return `${texts.join(', ')}${counts.length > 4 ? ` and too many in ${formatCount(counts.length - 4)} more` : ''}`
}

/** Why wider prefixes are forbidden, by constraint. */
export const CONSTRAINTS = {
  never: 'wider prefixes would hold addresses of "never"',
  'special-use': 'wider prefixes would hold special-use addresses, which are never admitted',
  minPrefixLength: 'wider prefixes would be shorter than "minPrefixLength"',
} as const

const FAMILY = { ipv4: 'IPv4', ipv6: 'IPv6' } as const

const lossText = ({ family, before, lost }: Loss) =>
  `${formatCount(lost)} of its ${formatCount(before)} ${FAMILY[family]} addresses`

/** The words say what counts: how much came beside what was there, and how much of that nobody else at Microsoft has. */
const growthText = ({ family, before, gained, unknown }: Growth) =>
  `${formatCount(gained)} ${FAMILY[family]} addresses and had ${formatCount(before)}; ${unknown === 0n ? 'tags of other services hold all of them' : unknown === gained ? 'no tag of another service holds any of them' : `no tag of another service holds ${formatCount(unknown)} of them`}`

/** The first few prefixes of a list that can have thousands. */
function few(prefixes: readonly Prefix[]): string {
  const more = prefixes.length > 4 ? ` and ${formatCount(prefixes.length - 4)} more` : ''
  return `${prefixes.slice(0, 4).map(formatPrefix).join(', ')}${more}`
}

/** The first two sentences of what can be thousands. */
function fewTexts(texts: readonly string[]): string {
  const more = texts.length > 2 ? `; and ${formatCount(texts.length - 2)} more` : ''
  return `${texts.slice(0, 2).join('; ')}${more}`
}

/** The first few of what is missing or extra: a wrong line can be about thousands. */
function reachText(what: string, { addresses, tags }: Reach): string {
  const all = [...tags, ...addresses.prefixes.map(formatPrefix)]
  if (all.length === 0) return ''
  const more = all.length > 8 ? ` and ${formatCount(all.length - 8)} more` : ''
  return `${what}: ${all.slice(0, 8).join(', ')}${more}`
}
