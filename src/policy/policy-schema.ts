import * as z from 'zod'
import { type AddressFamily, BITS, FAMILIES, FAMILY_NAMES } from '../address/family.ts'
import { parsePrefixOrAddress } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import { CLOUD_NAMES } from '../model/cloud.ts'
import { DEFAULT_LIMITS } from '../model/guard.ts'
import { LIMITS } from '../model/limits.ts'
import { TAG_NAME } from '../model/service-tag.ts'
import { hasPorts, type PortRange } from '../model/traffic.ts'
import { SHORTEST_WIDENED } from '../model/widening.ts'
import { prefixBy } from '../parse/schema.ts'
import { fileName, filePath, hostName, localSchema, modelName, ownPrefix, path, siteSchema } from './value-schema.ts'

/** A whole number from 1 to `last`; any other value is the error. */
const upTo = (last: number, error: string) => z.int({ error }).min(1, { error }).max(last, { error })

const aPort = {
  error: ({ input }: { readonly input?: unknown }) =>
    `expected a port from 1 to 65535, or a range such as "8000-8080"${otherPort(input)}`,
}
const ports = z
  .array(z.union([z.int(aPort).min(1, aPort).max(65535, aPort), z.string().regex(/^\d{1,5}-\d{1,5}$/, aPort)], aPort))
  .min(1)
  .transform((list, context) => portRangesOf(list, (message) => context.addIssue({ code: 'custom', message })))

const selector = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9.]*(\.\*)?$/, {
    abort: true,
    error: ({ input }) =>
      hostName(String(input)) ??
      `invalid tag "${input}"; expected a name such as Storage.WestEurope, or a selector such as Storage.*`,
  })
  .refine((text) => hostName(text) === undefined, { error: ({ input }) => hostName(String(input)) ?? '' })

// Names appear in files, on terminals and in pull requests, so every character must be visible. Some scripts need combining
// marks; `Default_Ignorable_Code_Point` has the invisible characters and those that change the text direction.
const VISIBLE = /^(?:(?!\p{Default_Ignorable_Code_Point})[\x20-\x7e\p{L}\p{M}\p{N}])*$/u
const ruleName = z
  .string()
  .min(1)
  .max(200)
  .regex(VISIBLE, {
    error: ({ input }) =>
      `invalid characters ${forbiddenCharacters(input)}; expected printable ASCII, or letters and digits of any script`,
  })
const remote = prefixBy(parsePrefixOrAddress, 'expected an address or a CIDR')

const protocol = z.enum(['tcp', 'udp', 'icmp', 'any'])
const cloud = z.enum(CLOUD_NAMES)
const A_CLOUD_LIST = `expected true, false, or a list of clouds such as [usgov, china]; there are ${CLOUD_NAMES.join(', ')}`
/** A prefix, or a selector of tags: an address has colons, or is digits and dots, and no published tag is. */
const exception = z
  .string({ error: 'expected a CIDR, or a tag such as Storage.WestEurope' })
  .transform((text, context) => {
    const parsed = /^[\d.]+(\/|$)|:/.test(text) ? ownPrefix.safeParse(text) : selector.safeParse(text)
    if (parsed.success) return parsed.data
    context.addIssue({ code: 'custom', message: parsed.error.issues[0]?.message ?? '' })
    return z.NEVER
  })

// Printable, without characters that end a quoted text, a comment or a command in any dialect.
const note = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[A-Za-z0-9 .,:;/()_#+@%=-]*$/, {
      error: 'expected letters, digits, spaces and any of . , : ; / ( ) _ # + @ % = -',
    })
    .default('')

/** The names of the targets, or of the sites, that a rule or a test is for. */
const scopeNames = z.array(fileName).min(1)

/** A rule of a policy, and of a lock. */
export const ruleSchema = z
  .strictObject({
    name: ruleName.describe('unique name, also on the device; compared without case'),
    tags: z.array(selector).default([]).describe('service tags, or selectors such as `Storage.*`'),
    prefixes: z.array(ownPrefix).default([]).describe('prefixes of your own, beside the tags or alone'),
    except: z.array(exception).default([]).describe('prefixes and tags to leave out'),
    direction: z
      .enum(['inbound', 'outbound', 'both'])
      .describe('seen from the local side; `both` becomes two rules, the inbound one ends in `-in`'),
    action: z.enum(['allow', 'deny']).default('allow').describe('what the rule does'),
    protocol: protocol.default('tcp').describe('`icmp` is ICMP and ICMPv6'),
    ports: ports
      .optional()
      .describe('ports and ranges such as `8000-8080`; required for `tcp` and `udp`, none for the others'),
    local: localSchema.optional().describe('local side of this rule'),
    targets: scopeNames.optional().describe('only these targets have the rule; all without it'),
    sites: scopeNames.optional().describe('only targets at these sites have the rule; all without it'),
    priority: z.int().min(1).max(65535).describe('the lower number decides; unique in each direction'),
    optional: z
      .union([z.boolean(), z.array(cloud)], { error: A_CLOUD_LIST })
      .default(false)
      .describe('skip the rule in clouds without its tags: in all, or in those of the list'),
    // So short that every device takes it whole (the shortest known limit is 128 characters).
    description: note(120).describe('at most 120 characters, for the device, if it has a place for them'),
    ticket: note(60).describe('at most 60 characters, for the report'),
    owner: note(60).describe('at most 60 characters, for the report'),
  })
  .refine(({ tags, prefixes }) => tags.length + prefixes.length > 0, {
    error: 'a rule needs "tags", "prefixes", or both',
    path: ['tags'],
  })
  .refine(({ protocol, ports }) => !hasPorts(protocol) || ports !== undefined, {
    error: 'expected at least one port such as 443; only icmp and any have none',
    path: ['ports'],
  })
  .refine(({ protocol, ports }) => hasPorts(protocol) || ports === undefined, {
    error: 'icmp and any have no ports; leave them out, or name tcp or udp as the protocol',
    path: ['ports'],
  })

/** The problem with a value of a rule that was typed outside a policy; undefined if the value is valid. */
export function problemOfRuleValue(key: 'tags' | 'ports' | 'local', value: unknown): string | undefined {
  return ruleSchema.shape[key].safeParse(value).error?.issues[0]?.message
}

const testSchema = z
  .strictObject({
    allow: remote.optional().describe('address or CIDR that must be allowed; a test has either `allow` or `deny`'),
    deny: remote.optional().describe('address or CIDR that must be denied, to every local address'),
    direction: z.enum(['inbound', 'outbound']).describe('seen from the local side'),
    protocol: z.enum(['tcp', 'udp', 'icmp']).default('tcp').describe('`icmp` has no `port`'),
    port: z.int().min(1).max(65535).optional().describe('required for `tcp` and `udp`'),
    targets: scopeNames.optional().describe('only these targets; all without it'),
    sites: scopeNames.optional().describe('only targets at these sites; all without it'),
  })
  .refine(({ protocol, port }) => hasPorts(protocol) === (port !== undefined), {
    error: 'expected a port from 1 to 65535 for tcp and udp, and none for icmp',
    path: ['port'],
  })
  .refine(({ allow, deny }) => (allow === undefined) !== (deny === undefined), {
    error: 'expected either "allow" or "deny"',
  })

const A_LIMIT = 'expected a whole number of at least 1'
const A_BUDGET = 'expected a number of prefixes such as 100, or one for each family such as { ipv4: 100, ipv6: 50 }'
const budget = upTo(1_000_000, A_BUDGET)
const budgets = z
  .strictObject({ ipv4: budget, ipv6: budget })
  .partial()
  .refine((each) => Object.keys(each).length > 0, { error: A_BUDGET })
const lengthOf = (family: AddressFamily) =>
  upTo(BITS[family], `expected a prefix length from 1 to ${BITS[family]}`)
    .default(SHORTEST_WIDENED[family])
    .describe(`for ${FAMILY_NAMES[family]}`)

const widenSchema = z.strictObject({
  maxPrefixes: z
    .union([budget, budgets], { error: A_BUDGET })
    .transform((most) => (typeof most === 'number' ? { ipv4: most, ipv6: most } : most))
    .describe('most prefixes per family, or `{ ipv4: N, ipv6: N }`'),
  per: z
    .enum(['rule', 'target'])
    .default('rule')
    .describe('the budget is for each rule, or for all rules of the target together'),
  within: z
    .string()
    .regex(TAG_NAME, { error: 'expected the name of one tag, such as AzureCloud' })
    .optional()
    .describe('prefer extra addresses of this tag'),
  never: z
    .array(remote)
    .default([])
    .transform(PrefixSet.of)
    .describe('never add these addresses; special-use addresses are never added'),
  minPrefixLength: z
    .strictObject({ ipv4: lengthOf('ipv4'), ipv6: lengthOf('ipv6') })
    .prefault({})
    .describe('make no prefix that is shorter'),
})

const A_SHARE = 'expected a percentage from 1% to 100%, such as 80%'
const share = z
  .string({ error: A_SHARE })
  .regex(/^([1-9]\d?|100)%$/, { error: A_SHARE })
  .transform((text) => Number.parseInt(text, 10))

/** The reason why the `out` of a target is no path for a person's policy; undefined if it is one. */
export function problemOfOut(out: string): string | undefined {
  // A backslash is part of a name on most systems, and ends a folder on Windows.
  if (out.includes('\\')) return `"${out}" has a backslash; write folders with "/", as in ${out.replaceAll('\\', '/')}`
  // For a shell "~" and $HOME are other folders, and "-x" is an option.
  return /^[-~]|\$[\w{]|%\w+%/.test(out)
    ? 'expected the path itself: tagwall replaces only variables of sites such as {site}, not "~", $NAME or %NAME%, and a path must not begin with "-"'
    : undefined
}

/** A target of a policy, and of a lock. */
export const targetSchema = z.strictObject({
  name: fileName.describe('the name in commands and reports'),
  vendor: fileName.describe('one of `tagwall list vendors`'),
  out: filePath.describe('the file, without `~` or `$NAME`; some vendors add endings'),
  options: z.record(z.string(), z.unknown()).default({}).describe('options of the vendor: `tagwall list vendors NAME`'),
  family: z.enum(FAMILIES).optional().describe('only this family; both without it'),
  model: modelName.optional().describe('a device whose limits count: `tagwall list vendors NAME`'),
  limits: z
    .partialRecord(z.enum(LIMITS), z.int({ error: A_LIMIT }).positive({ error: A_LIMIT }))
    .default({})
    .describe('limits of your own, such as `{ rules: 500 }`'),
  capacity: share.optional().describe('as `capacity`, for this target'),
  widen: widenSchema.optional().describe('fewer prefixes for more addresses'),
  local: localSchema.optional().describe('local side of the rules on this target'),
})

const A_PERCENTAGE = 'expected a percentage such as "25%"'

const percent = (most: number) =>
  z
    .string({ error: A_PERCENTAGE })
    .regex(/^\d{1,6}%$/, { abort: true, error: A_PERCENTAGE })
    .transform((text) => Number.parseInt(text, 10))
    .refine((share) => share <= most, { error: `expected at most ${most}%` })

const guardsSchema = z.strictObject({
  maxShrink: percent(100)
    .prefault(`${DEFAULT_LIMITS.maxShrink}%`)
    .describe('most addresses of a family that a tag may lose'),
  maxGrow: percent(100_000).prefault(`${DEFAULT_LIMITS.maxGrow}%`).describe('most that a tag may grow'),
})

const shared = {
  include: z
    .array(path)
    .min(1)
    .optional()
    .describe('other files, or built-in policies, whose rules and tests belong to this policy'),
  rules: z.array(ruleSchema).min(1).describe('the rules; required, unless `include` has some'),
  tests: z.array(testSchema).default([]).describe('checked on every build; a failed test stops it'),
}

/** The schema of a file with a list of sites. */
export const sitesSchema = z.array(siteSchema).min(1)

const wholeSchema = z.strictObject({
  cloud: cloud.default('public').describe('the cloud whose tags the rules name'),
  local: localSchema
    .optional()
    .describe('local side of all rules: addresses, or an object of the device; any address without it'),
  ...shared,
  targets: z
    .array(
      targetSchema.refine(({ out }) => problemOfOut(out) === undefined, {
        path: ['out'],
        error: ({ input }) => problemOfOut((input as { out: string }).out) ?? '',
      }),
    )
    .default([])
    .describe('the files that `build` and `update` write; `emit VENDOR` needs none'),
  sites: sitesSchema.optional(),
  capacity: share.optional().describe('warn when a device limit is used up to this share; no warning without it'),
  guards: guardsSchema.prefault({}).describe('limits of the guards'),
  endpoints: path.optional().describe('what `tagwall doctor` checks: `arc-kubernetes`, `arc-servers`, or a JSON file'),
})

/** The schema of a policy file, which may name another file for its sites, and have only the rules of others. */
export const policySchema = wholeSchema
  .extend({ sites: z.union([wholeSchema.shape.sites, path]).describe('sites, or the file that lists them') })
  .partial({ rules: true })

export type PolicyInput = z.output<typeof policySchema>

/** The schema of a file that a policy includes. */
export const includedSchema = z.strictObject(shared).partial({ rules: true })

/** The schema for this policy: without the choices that its form decides, so each problem is one sentence. */
export function policySchemaFor(value: object): z.ZodType<PolicyInput> {
  const rules = 'include' in value ? wholeSchema.shape.rules.optional() : wholeSchema.shape.rules
  const sites = 'sites' in value && !Array.isArray(value.sites) ? sitesPath : wholeSchema.shape.sites
  return wholeSchema.extend({ rules, sites })
}

const sitesPath = z.string({ error: 'expected a list of sites, or the path of a file with such a list' }).pipe(path)

/** The keys of a policy file. */
export const POLICY_KEYS = Object.keys(wholeSchema.shape)

/** The JSON Schema of a policy file, for editors. tagwall's own messages also have line and column. */
export function policyJsonSchema(): object {
  const schema = z.toJSONSchema(policySchema, { io: 'input', unrepresentable: 'any' })
  return { title: 'tagwall policy', ...schema, anyOf: [{ required: ['rules'] }, { required: ['include'] }] }
}

/** The value in place of a port, for its error. */
function otherPort(value: unknown): string {
  if (typeof value === 'string' && /^\d{1,5}$/.test(value)) return `; remove the quotes: ${value}`
  const isShort = typeof value === 'number' || (typeof value === 'string' && value.length <= 40)
  return isShort ? `, not ${JSON.stringify(value)}` : ''
}

function portRangesOf(list: readonly (number | string)[], complain: (message: string) => void): PortRange[] {
  const ranges = list
    .map((entry): PortRange => {
      if (typeof entry === 'number') return { first: entry, last: entry }
      const [first, last] = entry.split('-').map(Number) as [number, number]
      if (first < 1 || last > 65535 || first > last)
        complain(`invalid port range "${entry}"; expected ports from 1 to 65535, the lower one first`)
      return { first, last }
    })
    .sort((a, b) => a.first - b.first || a.last - b.last)
  ranges.forEach((range, index) => {
    const before = ranges[index - 1]
    if (before && range.first <= before.last) complain(`port ${range.first} is listed twice`)
  })
  return ranges
}

/** The first invalid characters of a name, as code points, because they may be invisible. */
function forbiddenCharacters(name: unknown): string {
  const forbidden = new Set([...String(name)].filter((one) => !VISIBLE.test(one)))
  const textOf = (one: string) => `U+${(one.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}`
  return Array.from(forbidden, textOf).slice(0, 3).join(', ')
}
