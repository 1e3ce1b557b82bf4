import { readFileSync } from 'node:fs'
import { auditHelpOf } from '../audit/help.ts'
import { AUDIT_FINDING_KINDS } from '../audit/values.ts'
import { needsOf, rulesWith } from '../compile/dependencies.ts'
import { DOCTOR_NAMES, doctorHelpOf } from '../doctor/findings.ts'
import { codesOf } from '../document/guards/guards.ts'
import { knownTag, NAMES_AS_OF } from '../document/tag-names.ts'
import { UserError } from '../errors.ts'
import { FINDING_CODES, type FindingCode, helpOf } from '../finding/finding.ts'
import type { Io } from '../io.ts'
import type { Explanation } from '../model/explanation.ts'
import { GUARDS, type GuardName } from '../model/guard.ts'
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

/** Explanations, and their text for people. */
export interface Explained {
  readonly explained: readonly Explanation[]
  readonly text: string
}

/**
 * Explains a rule, a site, a tag, a finding code, a guard or a limit, or gives a page of the documentation; without a name, every finding, and as text
 * the list of all topics.
 * Throws `UserError` for an unknown name.
 */
export async function explainName(name: string | undefined, options: CommonOptions, io: Io): Promise<Explained> {
  const policy = await loadPolicy(options, io)
  if (name === undefined)
    return {
      explained: [
        ...FINDING_CODES.map(helpOf),
        ...AUDIT_FINDING_KINDS.map(auditHelpOf),
        ...DOCTOR_NAMES.map(doctorHelpOf),
      ],
      text: contents(policy),
    }
  const tags = [...new Set([...policy.rules.flatMap((rule) => rule.tags), ...Object.keys(TAG_PURPOSES)])]
  const { sites = [] } = policy
  const found: Explanation[] = [
    ...policy.rules
      .filter((rule) => isSame(name, rule.name) || (rule.direction === 'both' && isSame(name, `${rule.name}-in`)))
      .map((rule) => explainRule(rule, policy.name, needsOf(rule.tags, policy))),
    ...sites.filter((site) => isSame(name, site.name)).map((site) => explainSite(site, policy)),
    ...codesNamed(name).map(helpOf),
    ...AUDIT_FINDING_KINDS.filter((kind) => isSame(name.replaceAll('_', '-'), kind)).map(auditHelpOf),
    ...DOCTOR_NAMES.filter((code) => isSame(name.replaceAll('-', '_'), code)).map(doctorHelpOf),
    ...LIMITS.filter((limit) => isSame(name, limit)).map((limit) => explainLimit(limit, whoLimits(limit, options, io))),
    ...tags
      .filter((tag) => isSame(name, tag))
      .map((tag) => explainTag(tag, rulesWith(tag, policy), needsOf([tag], policy))),
  ]
  const page = found.length === 0 ? pages().get(name.toLowerCase()) : undefined
  if (page !== undefined) {
    const text = readFileSync(page, 'utf8')
    const [title = '', ...paragraphs] = text.trim().split(/\n\n+/)
    return {
      explained: [{ kind: 'page', name, title: title.replace(/^# /, ''), paragraphs, sources: [] }],
      text,
    }
  }
  const unused = knownTag(name)
  if (found.length === 0 && unused) found.push(explainTag(unused, [], needsOf([unused], policy)))
  if (found.length === 0) throw unknownName(name, policy, tags)
  return { explained: found, text: explainText(found) }
}

/** The topics that depend on no policy: findings, guards and limits. */
export const FIXED_TOPICS: readonly string[] = [
  ...FINDING_CODES,
  ...AUDIT_FINDING_KINDS,
  ...DOCTOR_NAMES,
  ...GUARDS,
  ...LIMITS,
]

function unknownName(name: string, { name: policy, rules, sites = [] }: Policy, tags: readonly string[]): UserError {
  const known = [...[...rules, ...sites].map((one) => one.name), ...FIXED_TOPICS, ...pages().keys(), ...tags]
  return new UserError(
    `"${name}" is not a rule ${sites.length > 0 ? 'or site ' : ''}of ${policy}, a finding, a guard, a limit, a page or a known tag${didYouMean(name, known) || `; tagwall explain lists all topics. Its tags are those of ${NAMES_AS_OF}; newer ones: tagwall list tags --from FILE`}`,
  )
}

const isSame = (asked: string, name: string) => asked.toLowerCase() === name.toLowerCase()

/** Case and separators of a code do not matter. A guard stands for its codes. */
function codesNamed(name: string): readonly FindingCode[] {
  const code = name.toUpperCase().replaceAll('-', '_')
  const guard = GUARDS.find((guard) => isSame(name, guard)) as GuardName | undefined
  return FINDING_CODES.filter((known) => known === code || (guard && codesOf(guard).includes(known)))
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
    section('findings', FINDING_CODES, (code) => [code, helpOf(code).title]),
    section('findings of an audit', AUDIT_FINDING_KINDS, (kind) => [kind, auditHelpOf(kind).title]),
    section('findings of doctor', DOCTOR_NAMES, (code) => [code, doctorHelpOf(code).title]),
    `guards\n  ${GUARDS.join(', ')}\n`,
    `limits of devices\n  ${LIMITS.join(', ')}\n`,
    `pages\n${wrap([...pages().keys()].join(', '), 102, '  ')}\n`,
    `tags\n  every tag of the policy, and ${Object.keys(TAG_PURPOSES).length} more\n`,
    'to explain one of them: tagwall explain NAME\n',
  ].join('\n')
}
