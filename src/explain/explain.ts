import { readFileSync } from 'node:fs'
import { formatPrefix } from '../address/prefix.ts'
import { auditHelpOf } from '../audit/help.ts'
import { AUDIT_FINDING_KINDS } from '../audit/values.ts'
import { type Need, needsOf, rulesWith } from '../compile/dependencies.ts'
import { DOCTOR_NAMES, doctorHelpOf } from '../doctor/findings.ts'
import { codesOf } from '../document/guards/guards.ts'
import { knownTag, NAMES_AS_OF } from '../document/tag-names.ts'
import { UserError } from '../errors.ts'
import { FINDING_CODES, helpOf } from '../finding/finding.ts'
import { SMALL_FIREWALLS } from '../finding/record.ts'
import type { Io } from '../io.ts'
import type { Explanation } from '../model/explanation.ts'
import { GUARDS } from '../model/guard.ts'
import { LIMIT_MEANING, LIMITS, type LimitName } from '../model/limits.ts'
import { holdsText, localText, type Policy, type PolicySite, type Rule } from '../model/policy.ts'
import { listSites, scopeText, siteOf } from '../model/site.ts'
import { purposeOf, TAG_PURPOSES, TAGS_PAGE, type TagPurpose } from '../model/tag-purpose.ts'
import { formatPorts } from '../model/traffic.ts'
import { type Limit, limitText, settingsText } from '../model/vendor.ts'
import { pages } from '../paths.ts'
import { type CommonOptions, loadPolicy, vendorFolders } from '../policy/load.ts'
import { formatTable, wrap } from '../text/lines.ts'
import { didYouMean } from '../text/nearest.ts'
import { plural } from '../text/numbers.ts'
import { listVendors, readVendor } from '../vendor/vendor.ts'

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
      explained: Object.values(helpsOfFindings()).flat(),
      text: contents(policy),
    }
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

/** Explains a rule of `policy`: its tags, what they need, and its direction. */
function explainRule(rule: Rule, policy: string, needs: readonly Need[]): Explanation {
  const { name, tags, direction, action, protocol, ports, notes } = rule
  const ends = { outbound: 'to', inbound: 'from', both: 'to and from' } as const
  const way = direction === 'both' ? 'outbound and inbound' : direction
  const parts = [action === 'deny' && 'denies', way, protocol, ports.map(formatPorts).join(', ')]
  const traffic = parts.filter(Boolean).join(' ')
  const purposes = tags.map((tag) => ({ tag, purpose: purposeOf(tag) }))
  const isInbound = direction !== 'outbound'
  // The policy's own prefixes are nobody else's, and a rule that denies lets nobody in.
  const isOpen = isInbound && action === 'allow' && tags.length > 0
  return {
    kind: 'rule',
    name,
    title: `a rule of ${policy}: ${traffic} ${ends[direction]} ${contentsOf(rule)}`,
    paragraphs: [
      ...[notes.description].filter(Boolean),
      ...purposes.map(({ tag, purpose }) => tagText(tag, purpose)),
      ...needs.map(
        ({ tag, needs, rules }) =>
          `${tag} does not work without ${needs}, which ${rules.length > 0 ? `the policy allows in ${rules.join(', ')}` : 'no rule of the policy allows'}.`,
      ),
      ...(isOpen ? [INBOUND_TAG] : [isInbound ? INBOUND : OUTBOUND]),
      ...(scopeText(rule) ? [`Only these targets have it: ${scopeText(rule)}.`] : []),
      ...(direction === 'both' ? [`On the device it becomes two rules; the inbound one is called ${name}-in.`] : []),
      ...(rule.optionalIn.length > 0
        ? [
            `The rule is optional in ${rule.optionalIn.join(', ')}: if the cloud does not publish the tag, tagwall skips the rule with a warning.`,
          ]
        : []),
    ],
    sources: unique([
      ...purposes.flatMap(({ purpose }) => purpose?.sources ?? [TAGS_PAGE]),
      ...needs.map(({ source }) => source),
      ...(isOpen ? helpOf('INBOUND_TAG').sources : []),
    ]),
  }
}

/** The contents of a rule: `Storage, 10.0.0.0/8, without Storage.WestEurope`. */
function contentsOf({ tags, prefixes, except }: Rule): string {
  const held = [...tags, ...prefixes.map(formatPrefix)].join(', ')
  const left = [...except.tags, ...except.prefixes.map(formatPrefix)].join(', ')
  return left ? `${held}, without ${left}` : held
}

/** Explains a tag. `rules` are the rules of the policy that use it. */
function explainTag(tag: string, rules: readonly string[], needs: readonly Need[]): Explanation {
  const purpose = purposeOf(tag)
  return {
    kind: 'tag',
    name: tag,
    title:
      rules.length > 0 ? `a service tag, in the rules ${rules.join(', ')}` : 'a service tag, in no rule of the policy',
    paragraphs: [
      tagText(tag, purpose),
      ...needs.map(({ needs }) => `It does not work without ${needs}.`),
      rules.length > 0
        ? `How many prefixes it has: "tagwall list tags ${tag}"; which tags hold an address: "tagwall lookup ADDRESS".`
        : `How many prefixes it has: "tagwall list tags ${tag} --from FILE" with a published document, because snapshots keep only the tags in use.`,
    ],
    sources: unique([...(purpose?.sources ?? [TAGS_PAGE]), ...needs.map(({ source }) => source)]),
  }
}

/** Explains a site of `policy`: its differences and its targets. */
function explainSite({ name, vars, local }: PolicySite, { name: policy, targets }: Policy): Explanation {
  const own = targets.filter((target) => siteOf(target.name) === name)
  const values = Object.entries(vars).map(([variable, value]) => `{${variable}} is ${value}`)
  return {
    kind: 'site',
    name,
    title: `a site of ${policy}, with ${plural(own.length, 'target')}`,
    paragraphs: [
      ...(values.length > 0 ? [`In its targets ${values.join(', ')}.`] : []),
      ...(local ? [`Its local side is ${localText(local)}, unless a rule or a target sets its own.`] : []),
      ...own.map(({ name, vendor, out }) => `${name} (${vendor}) writes ${out}.`),
      `To build only this site: "tagwall build --site ${name}". All sites: "tagwall list sites".`,
    ],
    sources: ['docs/sites.md'],
  }
}

/** Explains a limit, for each vendor that has it. */
export function explainLimit(name: LimitName, vendors: readonly { vendor: string; limit: Limit }[]): Explanation {
  return {
    kind: 'limit',
    name,
    title: `how much a device holds: ${LIMIT_MEANING[name]}`,
    paragraphs: [
      ...vendors.flatMap(({ vendor, limit: { cases, ...usual } }) =>
        [usual, ...cases.filter(({ max }) => max !== undefined)].map((one) => {
          const when = settingsText(one.when)
          return `${vendor}${when && ` with ${when}`}: ${limitText(one)} (${one.source}).`
        }),
      ),
      `To set the limit of your own device, add limits: { ${name}: N } to the target; "tagwall list vendors NAME" shows all limits and models of one vendor.`,
    ],
    sources: [SMALL_FIREWALLS],
  }
}

/** Formats explanations: headline, paragraphs, sources. */
function explainText(explanations: readonly Explanation[]): string {
  return explanations
    .map(({ name, title, paragraphs, sources }) =>
      [`${name}: ${title}`, ...paragraphs.map((text) => wrap(text)), sources.map((source) => `  ${source}`).join('\n')]
        .filter(Boolean)
        .join('\n\n'),
    )
    .map((text) => `${text}\n`)
    .join('\n\n')
}

const OUTBOUND =
  'Outbound means that your side opens the connection. A stateful firewall lets the replies in by itself.'
const INBOUND = 'Inbound means that the other side opens the connection.'
const INBOUND_TAG =
  'Inbound means that addresses of the tag may open connections to your side. A tag is not a security boundary: other Azure customers can hold addresses in it. Replies to connections that your side opens need no inbound rule.'

function tagText(tag: string, purpose: TagPurpose | undefined): string {
  if (!purpose) return `${tag}: tagwall has no description of this tag; see Microsoft's table of service tags.`
  const { what, arc, directions } = purpose
  const ways = directions.length === 0 ? '' : ` Microsoft recommends it for ${directions.join(' and ')} rules.`
  return `${tag} is ${what}.${arc ? ` Azure Arc: ${arc}.` : ''}${ways}`
}

const unique = (names: readonly string[]) => [...new Set(names)]
