import { NAMES_AS_OF } from '../document/tag-names.ts'
import { UserError } from '../errors.ts'
import type { Prompts } from '../io.ts'
import type { Cloud } from '../model/cloud.ts'
import { groupBy } from '../model/group-by.ts'
import type { Policy } from '../model/policy.ts'
import { baseTagOf, select } from '../model/service-tag.ts'
import { POLICY_DIRECTIONS, type PolicyDirection } from '../model/traffic.ts'
import { parsePolicy } from '../policy/policy.ts'
import { problemOfRuleValue } from '../policy/policy-schema.ts'
import { didYouMean, misspelt } from '../text/nearest.ts'

/** The rules of a new policy, from the command line. */
export interface RuleOptions {
  readonly tag?: readonly string[]
  readonly ports?: readonly string[]
  readonly direction?: PolicyDirection
  readonly local?: readonly string[]
  /** The document with the names of the tags. */
  readonly from?: string
}

/** The tags to choose from, and the document that has all of them, if there is one. */
export interface TagNames {
  readonly names: readonly string[]
  /** A tag in Microsoft's spelling, if it is known. */
  readonly spelled: (tag: string) => string | undefined
  readonly document: string | undefined
}

/** The first option that asks for rules of one's own; undefined if the policy begins with built-in rules. */
export const ruleOption = (options: RuleOptions) =>
  (['tag', 'ports', 'direction', 'local', 'from'] as const).find((name) => options[name] !== undefined)

/** A policy that allows the chosen service tags. Asks for what the options leave open. */
export async function ownPolicy(
  options: RuleOptions,
  cloud: Cloud,
  known: TagNames,
  prompts: Prompts | undefined,
): Promise<Policy> {
  const tags = options.tag
    ? [...new Set(options.tag.map((tag) => spelled(tag, known)))]
    : await askTags(options, known, prompts)
  const directions = POLICY_DIRECTIONS.map((value) => ({ value }))
  const asked = options.direction ?? prompts?.one('Which direction, seen from the local side?', directions, 'outbound')
  const direction = (await asked) ?? 'outbound'
  const ports = await listOf('ports', options.ports, 'Which TCP ports? (such as 443,8000-8080)', '443', prompts)
  const local = await listOf('local', options.local, 'Which local addresses? (CIDRs; empty: any address)', '', prompts)
  // One rule for each service: a short name, and its own line to change ports in.
  const services = groupBy(tags, baseTagOf)
  const rules = [...services].map(([name, tags], index) => ({
    name,
    tags,
    direction,
    ports,
    priority: 100 + 10 * index,
  }))
  return parsePolicy(JSON.stringify({ cloud, ...(local.length > 0 && { local }), rules }), 'tagwall.yaml', 'init')
}

async function askTags(
  options: RuleOptions,
  { names, document }: TagNames,
  prompts: Prompts | undefined,
): Promise<readonly string[]> {
  if (!prompts)
    throw new UserError(`--${ruleOption(options)} needs service tags: name them with --tag; nothing was written`)
  const more =
    document === undefined
      ? ` (of ${NAMES_AS_OF}; with --from FILE also newer and regional ones, such as Storage.WestEurope)`
      : ''
  const choices = names.map((value) => ({ value }))
  return prompts.several(`Which service tags?${more}`, choices, [])
}

/** A tag in Microsoft's spelling. Without a document, an unknown one is kept: the next update checks it. */
function spelled(tag: string, { names, spelled, document }: TagNames): string {
  const problem = problemOfRuleValue('tags', [tag])
  if (problem) throw new UserError(`--tag: ${problem}; nothing was written`)
  if (document !== undefined && select(names, tag).length === 0)
    throw new UserError(`--tag: ${document} has no tag "${tag}"${didYouMean(tag, names)}; nothing was written`)
  const known = spelled(tag)
  if (known !== undefined || document !== undefined) return known ?? tag
  // Every base name has regional tags, which the list leaves out.
  const [base = '', ...region] = tag.split('.')
  const near =
    region.length === 0 || spelled(base) === undefined ? names : names.filter((name) => name.startsWith(`${base}.`))
  const meant = misspelt(tag, near)
  if (meant.length > 0)
    throw new UserError(
      `--tag: Microsoft had no tag "${tag}" on ${NAMES_AS_OF}; nothing was written; a newer one needs its document with --from${didYouMean(tag, meant)}`,
    )
  return tag
}

/** A list of a rule, from the command line or a person; `otherwise` is the default, and empty if the list may be. */
async function listOf(
  key: 'ports' | 'local',
  given: readonly string[] | undefined,
  question: string,
  otherwise: string,
  prompts: Prompts | undefined,
): Promise<readonly (string | number)[]> {
  const split = (text: string) => text.split(',').flatMap((part) => listedValue(part.trim()))
  const problemOf = (text: string) =>
    split(text).length === 0 && otherwise === '' ? undefined : problemOfRuleValue(key, split(text))
  if (given === undefined) return split((await prompts?.text(question, otherwise, problemOf)) ?? otherwise)
  const text = given.join(',')
  const problem = problemOfRuleValue(key, split(text))
  if (problem) throw new UserError(`--${key} ${text}: ${problem}; nothing was written`)
  return split(text)
}

/** A value as a policy has it: a port as a number, a range or a prefix as text. */
const listedValue = (text: string) => (text === '' ? [] : /^\d+$/.test(text) ? Number(text) : text)
