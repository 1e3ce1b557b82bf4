import { readFileSync } from 'node:fs'
import { auditHelpOf } from '../audit/help.ts'
import { AUDIT_FINDING_KINDS } from '../audit/values.ts'
import { needsOf, rulesWith } from '../compile/dependencies.ts'
import { DOCTOR_NAMES, doctorHelpOf } from '../doctor/findings.ts'
import { codesOf } from '../document/guards/guards.ts'
import { knownTag, NAMES_AS_OF } from '../document/tag-names.ts'
import { UserError } from '../errors.ts'
import { FINDING_CODES, helpOf } from '../finding/finding.ts'
import type { Io } from '../io.ts'
import type { Explanation } from '../model/explanation.ts'
import { GUARDS } from '../model/guard.ts'
import { LIMITS, type LimitName } from '../model/limits.ts'
import { holdsText, type Policy } from '../model/policy.ts'
import { listSites } from '../model/site.ts'
import { TAG_PURPOSES } from '../model/tag-purpose.ts'
import { pages } from '../paths.ts'
import { type CommonOptions, loadPolicy, vendorFolders } from '../policy/load.ts'
import { formatTable, wrap } from '../text/lines.ts'
import { didYouMean } from '../text/nearest.ts'
import { listVendors, readVendor } from '../vendor/vendor.ts'
import { explainLimit, explainRule, explainSite, explainTag, explainText } from './explain.ts'

/**
 * Explains a rule, a site, a tag, a finding code, a guard or a limit, or gives a page of the documentation, as values and as text for people; without a
 * name, every finding, and as text the list of all topics. Throws `UserError` for an unknown name.
 */
export async function explainName(name: string | undefined, options: CommonOptions, io: Io) {
  const policy = await loadPolicy(options, io)
  if (name === undefined) return { explained: Object.values(helpsOfFindings()).flat(), text: contents(policy) }
  const tags = [...new Set([...policy.rules.flatMap((rule) => rule.tags), ...Object.keys(TAG_PURPOSES)])]
  const { sites = [] } = policy
  const found: Explanation[] = [
    ...policy.rules
      .filter((rule) => isSame(name, rule.name) || (rule.direction === 'both' && isSame(name, `${rule.name}-in`)))
      .map((rule) => explainRule(rule, policy.name, needsOf(rule.tags, policy))),
    ...sites.filter((site) => isSame(name, site.name)).map((site) => explainSite(site, policy)),
    ...findingsNamed(name),
    ...LIMITS.filter((limit) => isSame(name, limit)).map((limit) => explainLimit(limit, whoLimits(limit, options, io))),
    ...tags
      .filter((tag) => isSame(name, tag))
      .map((tag) => explainTag(tag, rulesWith(tag, policy), needsOf([tag], policy))),
  ]
  const page = found.length === 0 ? pages().get(name.toLowerCase()) : undefined
  if (page !== undefined) {
    const text = readFileSync(page, 'utf8')
    const [title = '', ...paragraphs] = text.trim().split(/\n\n+/)
    found.push({ kind: 'page', name, title: title.replace(/^# /, ''), paragraphs, sources: [] })
    return { explained: found, text }
  }
  const unused = knownTag(name)
  if (found.length === 0 && unused) found.push(explainTag(unused, [], needsOf([unused], policy)))
  if (found.length === 0) throw unknownName(name, policy, tags)
  return { explained: found, text: explainText(found) }
}

/** The topics that depend on no policy: findings, guards and limits. */
export const FIXED_TOPICS = [...FINDING_CODES, ...AUDIT_FINDING_KINDS, ...DOCTOR_NAMES, ...GUARDS, ...LIMITS]

function unknownName(name: string, { name: policy, rules, sites = [] }: Policy, tags: readonly string[]): UserError {
  const known = [...[...rules, ...sites].map((one) => one.name), ...FIXED_TOPICS, ...pages().keys(), ...tags]
  return new UserError(
    `"${name}" is not a rule ${sites.length > 0 ? 'or site ' : ''}of ${policy}, a finding, a guard, a limit, a page or a known tag${didYouMean(name, known) || `; tagwall explain lists all topics. Its tags are those of ${NAMES_AS_OF}; newer ones: tagwall list tags --from FILE`}`,
  )
}

const isSame = (asked: string, name: string) => asked.toLowerCase() === name.toLowerCase()

/** The explanations of all findings, by the heading of their list. */
const helpsOfFindings = (): Readonly<Record<string, readonly Explanation[]>> => ({
  findings: FINDING_CODES.map(helpOf),
  'findings of an audit': AUDIT_FINDING_KINDS.map(auditHelpOf),
  'findings of doctor': DOCTOR_NAMES.map(doctorHelpOf),
})

/** Case and separators of a code do not matter. A guard stands for its codes. */
function findingsNamed(name: string): readonly Explanation[] {
  const plain = (code: string) => code.toUpperCase().replaceAll('-', '_')
  const guard = GUARDS.find((guard) => isSame(name, guard))
  const codes: readonly string[] = [plain(name), ...(guard ? codesOf(guard) : [])]
  return Object.values(helpsOfFindings()).flatMap((helps) => helps.filter((help) => codes.includes(plain(help.name))))
}

function whoLimits(name: LimitName, options: CommonOptions, io: Io) {
  const folders = vendorFolders(options, io)
  return [...listVendors(folders).keys()].flatMap((vendor) => {
    const limit = readVendor(vendor, folders).limits[name]
    return limit ? [{ vendor, limit }] : []
  })
}

function contents(policy: Policy): string {
  const section = <Item>(heading: string, items: readonly Item[], of: (item: Item) => [name: string, text: string]) => {
    const rows = items.map(of).map(([name, text]) => [`  ${name}`, text])
    return `${heading}\n${formatTable(rows)}`
  }
  const sites = policy.sites && listSites(policy.sites.map(({ name }) => name))
  return [
    section(`rules of ${policy.name}`, policy.rules, (rule) => [rule.name, holdsText(rule)]),
    ...(sites === undefined ? [] : [`sites of ${policy.name}\n  ${sites}\n`]),
    ...Object.entries(helpsOfFindings()).map(([heading, helps]) =>
      section(heading, helps, ({ name, title }) => [name, title]),
    ),
    `guards\n  ${GUARDS.join(', ')}\n`,
    `limits of devices\n  ${LIMITS.join(', ')}\n`,
    `pages\n${wrap([...pages().keys()].join(', '), 102, '  ')}\n`,
    `tags\n  every tag of the policy, and ${Object.keys(TAG_PURPOSES).length} more\n`,
    'to explain one of them: tagwall explain NAME\n',
  ].join('\n')
}
