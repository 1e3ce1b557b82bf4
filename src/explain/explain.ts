import { formatPrefix } from '../address/prefix.ts'
import type { Need } from '../compile/dependencies.ts'
import { helpOf } from '../finding/finding.ts'
import { SMALL_FIREWALLS } from '../finding/record.ts'
import type { Explanation } from '../model/explanation.ts'
import { LIMIT_MEANING, type LimitName } from '../model/limits.ts'
import { localText, type Policy, type PolicySite, type Rule } from '../model/policy.ts'
import { scopeText, siteOf } from '../model/site.ts'
import { purposeOf, TAGS_PAGE } from '../model/tag-purpose.ts'
import { formatPorts } from '../model/traffic.ts'
import { type Limit, limitText, settingsText } from '../model/vendor.ts'
import { wrap } from '../text/lines.ts'
import { plural } from '../text/numbers.ts'

/** Explains a rule of `policy`: its tags, what they need, and its direction. */
export function explainRule(rule: Rule, policy: string, needs: readonly Need[]): Explanation {
  const { name, tags, direction, action, protocol, ports, notes } = rule
  const ends = { outbound: 'to', inbound: 'from', both: 'to and from' } as const
  const way = direction === 'both' ? 'outbound and inbound' : direction
  const parts = [action === 'deny' && 'denies', way, protocol, ports.map(formatPorts).join(', ')]
  const traffic = parts.filter(Boolean).join(' ')
  const isInbound = direction !== 'outbound'
  // The policy's own prefixes are nobody else's, and a rule that denies lets nobody in.
  const isOpen = isInbound && action === 'allow' && tags.length > 0
  return {
    kind: 'rule',
    name,
    title: `a rule of ${policy}: ${traffic} ${ends[direction]} ${contentsOf(rule)}`,
    paragraphs: [
      notes.description,
      ...tags.map(tagText),
      ...needs.map(
        ({ tag, needs, rules }) =>
          `${tag} does not work without ${needs}, which ${rules.length > 0 ? `the policy allows in ${rules.join(', ')}` : 'no rule of the policy allows'}.`,
      ),
      isOpen ? INBOUND_TAG : isInbound ? INBOUND : OUTBOUND,
      scopeText(rule) && `Only these targets have it: ${scopeText(rule)}.`,
      direction === 'both' ? `On the device it becomes two rules; the inbound one is called ${name}-in.` : '',
      rule.optionalIn.length > 0
        ? `The rule is optional in ${rule.optionalIn.join(', ')}: if the cloud does not publish the tag, tagwall skips the rule with a warning.`
        : '',
    ].filter((text) => text !== ''),
    sources: unique([
      ...tags.flatMap(sourcesOf),
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
export function explainTag(tag: string, rules: readonly string[], needs: readonly Need[]): Explanation {
  return {
    kind: 'tag',
    name: tag,
    title:
      rules.length > 0 ? `a service tag, in the rules ${rules.join(', ')}` : 'a service tag, in no rule of the policy',
    paragraphs: [
      tagText(tag),
      ...needs.map(({ needs }) => `It does not work without ${needs}.`),
      rules.length > 0
        ? `How many prefixes it has: "tagwall list tags ${tag}"; which tags hold an address: "tagwall lookup ADDRESS".`
        : `How many prefixes it has: "tagwall list tags ${tag} --from FILE" with a published document, because snapshots keep only the tags in use.`,
    ],
    sources: unique([...sourcesOf(tag), ...needs.map(({ source }) => source)]),
  }
}

/** Explains a site of `policy`: its differences and its targets. */
export function explainSite({ name, vars, local }: PolicySite, { name: policy, targets }: Policy): Explanation {
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
export function explainText(explanations: readonly Explanation[]): string {
  const texts = explanations.map(({ name, title, paragraphs, sources }) => {
    const links = sources.map((source) => `  ${source}`).join('\n')
    return [`${name}: ${title}`, ...paragraphs.map((text) => wrap(text)), links].filter(Boolean).join('\n\n')
  })
  return texts.map((text) => `${text}\n`).join('\n\n')
}

const OUTBOUND =
  'Outbound means that your side opens the connection. A stateful firewall lets the replies in by itself.'
const INBOUND = 'Inbound means that the other side opens the connection.'
const INBOUND_TAG =
  'Inbound means that addresses of the tag may open connections to your side. A tag is not a security boundary: other Azure customers can hold addresses in it. Replies to connections that your side opens need no inbound rule.'

function tagText(tag: string): string {
  const purpose = purposeOf(tag)
  if (!purpose) return `${tag}: tagwall has no description of this tag; see Microsoft's table of service tags.`
  const { what, arc, directions } = purpose
  const ways = directions.length === 0 ? '' : ` Microsoft recommends it for ${directions.join(' and ')} rules.`
  return `${tag} is ${what}.${arc ? ` Azure Arc: ${arc}.` : ''}${ways}`
}

const sourcesOf = (tag: string) => purposeOf(tag)?.sources ?? [TAGS_PAGE]

const unique = (names: readonly string[]) => [...new Set(names)]
