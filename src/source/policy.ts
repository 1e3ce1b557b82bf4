import type { LineCounter, Document as YamlDocument } from 'yaml'
import type { z } from 'zod'
import { UserError, UserErrors } from '../errors.ts'
import { CLOUD_NAMES, type Cloud } from '../model/cloud.ts'
import { DEFAULT_LIMITS } from '../model/guard.ts'
import { didYouMean } from '../model/nearest.ts'
import type { Direction, Policy, PolicyTest, PortRange, Rule, Target } from '../model/policy.ts'
import { type AddressFamily, BITS, FAMILIES, type Prefix, parsePrefixOrAddress } from '../model/prefix.ts'
import { PrefixSet } from '../model/prefix-set.ts'
import { TAG_NAME } from '../model/selector.ts'
import { LIMITS } from '../model/vendor.ts'
import { SHORTEST_WIDENED, type Widening } from '../model/widening.ts'
import { once, yaml, zod } from '../packages.ts'

const NAME_CHARACTER = '[\\x20-\\x7e]|(?!\\p{Default_Ignorable_Code_Point})[\\p{L}\\p{M}\\p{N}]'

const schemas = once(() => {
  const { z } = zod()
  const port = z.int().min(1).max(65535)

  const error = 'a port is a number from 1 to 65535, or a range such as "8000-8080"'
  const ports = z
    .array(
      z.union(
        [z.int({ error }).min(1, { error }).max(65535, { error }), z.string().regex(/^\d{1,5}-\d{1,5}$/, { error })],
        {
          error,
        },
      ),
    )
    .min(1)
    .transform((list, context) => portRangesOf(list, (message) => context.addIssue({ code: 'custom', message })))

  const selector = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.]*(\.\*)?$/, {
    error: ({ input }) => `"${input}" is not a tag name such as Storage.WestEurope, nor a selector such as Storage.*`,
  })

  // Names end in files, on terminals and in pull requests, so every character of one must be seen. Some scripts need
  // marks beside letters; `Default_Ignorable_Code_Point` holds those that show nothing, or turn the text around.
  const ruleName = z
    .string()
    .min(1)
    .max(200)
    .regex(new RegExp(`^(?:${NAME_CHARACTER})*$`, 'u'), {
      error: ({ input }) =>
        `a name is printable ASCII, or letters and digits of any script; this one has ${oddCharacters(input)}`,
    })
  const path = z
    .string()
    .min(1)
    .max(4096)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, {
      error: 'has a control character, a line break or an invisible character in it',
    })

  const remote = z.string({ error: 'an address or a CIDR' }).transform((cidr, context) => {
    try {
      return parsePrefixOrAddress(cidr)
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message })
      return z.NEVER
    }
  })

  const direction = z.enum(['inbound', 'outbound'])
  const protocol = z.enum(['tcp', 'udp'])
  const cloud = z.enum(CLOUD_NAMES as [Cloud, ...Cloud[]])
  const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, {
    error: 'a name is letters, digits, ".", "_" and "-", at most 63',
  })

  const ruleSchema = z.strictObject({
    name: ruleName,
    tags: z.array(selector).min(1),
    direction: z.enum(['inbound', 'outbound', 'both']),
    protocol: protocol.default('tcp'),
    ports,
    priority: z.int().min(1).max(65535),
    optional: z.union([z.boolean(), z.array(cloud)]).default(false),
  })

  const testSchema = z
    .strictObject({
      allow: remote.optional(),
      deny: remote.optional(),
      direction,
      protocol: protocol.default('tcp'),
      port,
    })
    .refine(({ allow, deny }) => (allow === undefined) !== (deny === undefined), {
      error: 'a test has either "allow" or "deny"',
    })

  const MOST = 'the most of something is a whole number from 1 on'
  const mostOrEach = 'a number of prefixes such as 100, or one a family such as { ipv4: 100, ipv6: 50 }'
  const budget = z.int({ error: mostOrEach }).min(1, { error: mostOrEach }).max(1_000_000, { error: mostOrEach })
  const lengthOf = (family: AddressFamily) =>
    z
      .int({ error: `a prefix length from 1 to ${BITS[family]}` })
      .min(1, { error: `a prefix length from 1 to ${BITS[family]}` })
      .max(BITS[family], { error: `a prefix length from 1 to ${BITS[family]}` })
      .default(SHORTEST_WIDENED[family])

  const widenSchema = z.strictObject({
    maxPrefixes: z.union(
      [
        budget,
        z
          .strictObject({ ipv4: budget, ipv6: budget })
          .partial()
          .refine((each) => Object.keys(each).length > 0, { error: mostOrEach }),
      ],
      { error: mostOrEach },
    ),
    per: z.enum(['rule', 'target']).default('rule'),
    within: z.string().regex(TAG_NAME, { error: 'the name of one tag, such as AzureCloud' }).optional(),
    never: z.array(remote).default([]),
    minPrefixLength: z.strictObject({ ipv4: lengthOf('ipv4'), ipv6: lengthOf('ipv6') }).prefault({}),
  })

  const targetSchema = z.strictObject({
    name: fileName,
    vendor: fileName,
    out: path,
    options: z.record(z.string(), z.unknown()).default({}),
    family: z.enum(FAMILIES).optional(),
    model: fileName.optional(),
    limits: z.partialRecord(z.enum(LIMITS), z.int({ error: MOST }).positive({ error: MOST })).default({}),
    widen: widenSchema.optional(),
  })

  const percent = (most: number) =>
    z
      .string()
      .regex(/^\d{1,6}%$/, { error: 'a limit is a percentage such as "25%"' })
      .refine((text) => Number.parseInt(text, 10) <= most, { error: `a limit here is at most ${most}%` })

  const guardsSchema = z.strictObject({
    maxShrink: percent(100).default(`${DEFAULT_LIMITS.maxShrink}%`),
    maxGrow: percent(100_000).default(`${DEFAULT_LIMITS.maxGrow}%`),
  })

  const policySchema = z.strictObject({
    cloud: cloud.default('public'),
    rules: z.array(ruleSchema).min(1),
    tests: z.array(testSchema).default([]),
    targets: z.array(targetSchema).default([]),
    guards: guardsSchema.prefault({}),
  })
  return { policySchema, ruleSchema, testSchema, targetSchema, widenSchema, guardsSchema }
})

/**
 * The policy that `text` (YAML, or JSON, which is YAML) describes. `name` is what outputs call it, `file` is what
 * errors call it. Throws `UserErrors` with every problem, each with its line and column.
 */
export function parsePolicy(text: string, name: string, file: string): Policy {
  const { isMap, LineCounter, parseDocument } = yaml()
  const lines = new LineCounter()
  // Duplicate keys are found by `sameKeys`, which names them.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true, uniqueKeys: false })
  if (document.errors.length > 0) {
    throw new UserErrors(
      `${file} is not valid YAML`,
      document.errors.map(({ pos, message }) => `${position(lines, pos[0])}: ${message}`),
    )
  }
  const repeated = sameKeys(document, lines)
  if (repeated.length > 0) throw new UserErrors(`${file} is not a valid policy`, repeated)
  if (!isMap(document.contents)) throw new UserError(`${file}: a policy is a mapping with "rules"; this is not one`)

  const at = (path: PropertyKey[]) => `${file}:${locate(document, lines, path)}`
  const parsed = schemas().policySchema.safeParse(jsOf(document, file), { reportInput: true })
  if (!parsed.success) {
    throw new UserErrors(
      `${file} is not a valid policy`,
      parsed.error.issues.flatMap((issue) => explain(issue, at)),
    )
  }
  const { cloud, rules, tests, targets, guards } = parsed.data
  const policy = {
    name,
    cloud,
    rules: rules.map(
      ({ optional, ...rule }, index): Rule => ({
        ...rule,
        at: at(['rules', index]),
        optionalIn: optional === true ? CLOUD_NAMES : optional === false ? [] : optional,
      }),
    ),
    tests: tests.map(
      ({ allow, deny, ...test }, index): PolicyTest => ({
        ...test,
        expect: allow ? 'allow' : 'deny',
        remote: (allow ?? deny) as Prefix,
        at: at(['tests', index]),
      }),
    ),
    targets: targets.map(
      ({ family, model, widen, ...target }, index): Target => ({
        ...target,
        family,
        model,
        widen: widen && wideningOf(widen),
        at: at(['targets', index]),
      }),
    ),
    guards: { maxShrink: Number.parseInt(guards.maxShrink, 10), maxGrow: Number.parseInt(guards.maxGrow, 10) },
  }
  const clashes = [
    ...sameNames(policy.rules, 'rule'),
    ...sameNames(policy.targets, 'target'),
    ...samePriorities(policy.rules),
  ]
  if (clashes.length > 0) throw new UserErrors(`${file} is not a valid policy`, clashes)
  return policy
}

function wideningOf({
  maxPrefixes,
  within,
  never,
  ...rest
}: z.output<ReturnType<typeof schemas>['widenSchema']>): Widening {
  const each = typeof maxPrefixes === 'number' ? { ipv4: maxPrefixes, ipv6: maxPrefixes } : maxPrefixes
  const given = FAMILIES.filter((family) => each[family] !== undefined)
  return {
    ...rest,
    within,
    maxPrefixes: Object.fromEntries(given.map((family) => [family, each[family] as number])),
    never: PrefixSet.of(never),
  }
}

/** The first characters of a name that no name may have, by number: they may be invisible. */
function oddCharacters(name: unknown): string {
  const odd = [...String(name)].filter((one) => !new RegExp(`^(?:${NAME_CHARACTER})$`, 'u').test(one))
  const numbers = new Set(
    odd.map((one) => `U+${(one.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}`),
  )
  return [...numbers].slice(0, 3).join(', ')
}

/** A line for each key that its mapping has already. As JavaScript has them, `1` and `"1"` are one key. */
function sameKeys(document: YamlDocument, lines: LineCounter): string[] {
  const { isNode, visit } = yaml()
  const problems: string[] = []
  visit(document, {
    Map(_, { items }) {
      const seen = new Map<string, string>()
      for (const { key } of items) {
        if (!isNode(key)) continue
        const [name, at] = [String(key), position(lines, key.range?.[0] ?? 0)]
        const before = seen.get(name)
        if (before) problems.push(`${at}: the key "${name}" is repeated; the first is at ${before}`)
        else seen.set(name, at)
      }
    },
  })
  return problems
}

function jsOf(document: YamlDocument, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    // An alias without its anchor, or aliases that grow without end.
    throw new UserError(`${file} is not valid YAML: ${(error as Error).message}`)
  }
}

function portRangesOf(list: readonly (number | string)[], complain: (message: string) => void): PortRange[] {
  const ranges = list
    .map((entry): PortRange => {
      if (typeof entry === 'number') return { first: entry, last: entry }
      const [first, last] = entry.split('-').map(Number) as [number, number]
      if (first < 1 || last > 65535 || first > last) complain(`"${entry}" is not a range of ports from 1 to 65535`)
      return { first, last }
    })
    .sort((a, b) => a.first - b.first || a.last - b.last)
  ranges.forEach((range, index) => {
    const before = ranges[index - 1]
    if (before && range.first <= before.last) complain(`port ${range.first} is listed twice`)
  })
  return ranges
}

function* sameNames(items: readonly { name: string; at: string }[], kind: string): Generator<string> {
  const seen = new Map<string, string>()
  for (const { name, at } of items) {
    // Most firewalls compare names without case, so two that differ only there are one.
    // One letter may be written as one character or as two.
    const key = name.normalize('NFC').toLowerCase()
    const before = seen.get(key)
    if (before) yield `${at}: a second ${kind} is named "${name}"; the first is at ${before}`
    else seen.set(key, at)
  }
}

function* samePriorities(rules: readonly Rule[]): Generator<string> {
  const seen = new Map<string, Rule>()
  for (const rule of rules) {
    for (const direction of directionsOf(rule)) {
      const before = seen.get(`${direction} ${rule.priority}`)
      if (before)
        yield `${rule.at}: "${rule.name}" and "${before.name}" both have priority ${rule.priority} ${direction}; give each its own`
      else seen.set(`${direction} ${rule.priority}`, rule)
    }
  }
}

const directionsOf = ({ direction }: Rule): Direction[] =>
  direction === 'both' ? ['outbound', 'inbound'] : [direction]

function explain(issue: z.core.$ZodIssue, at: (path: PropertyKey[]) => string): string[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(issue.path)
    return issue.keys.map((key) => `${at([...issue.path, key])}: unknown key "${key}"${didYouMean(key, known)}`)
  }
  const field = issue.path.filter((part) => typeof part === 'string').at(-1)
  const missing = ['invalid_type', 'invalid_value'].includes(issue.code as string) && issue.input === undefined
  return [
    `${at(issue.path)}: ${field ? `"${String(field)}"` : 'the policy'}${missing ? ' is missing' : `: ${issue.message}`}`,
  ]
}

/** The keys that the schema knows at `path`, for "did you mean". */
function keysAt(path: PropertyKey[]): readonly string[] {
  const { policySchema, ruleSchema, testSchema, targetSchema, widenSchema, guardsSchema } = schemas()
  const sections = {
    rules: ruleSchema.shape,
    tests: testSchema.shape,
    targets: targetSchema.shape,
    guards: guardsSchema.shape,
  }
  if (path[0] === 'targets' && path[2] === 'limits') return LIMITS
  if (path[0] === 'targets' && path[2] === 'widen') return Object.keys(path.length > 3 ? BITS : widenSchema.shape)
  const section = path[0] as keyof typeof sections | undefined
  return Object.keys((section && sections[section]) ?? policySchema.shape)
}

/** `line:column` of the node at `path`, or of the nearest node above it. */
function locate(document: YamlDocument, lines: LineCounter, path: PropertyKey[]): string {
  const { isMap, isNode } = yaml()
  for (let length = path.length; length >= 0; length--) {
    const parent = document.getIn(path.slice(0, length - 1), true)
    const pair = isMap(parent) ? parent.items.find(({ key }) => String(key) === String(path[length - 1])) : undefined
    const node = isNode(pair?.key) ? pair.key : document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return position(lines, node.range[0])
  }
  return position(lines, 0)
}

function position(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset)
  return `${line}:${col}`
}

/** The JSON Schema of a policy file, for editors. The program's own checks say more, with line and column. */
export function policyJsonSchema(): object {
  const schema = zod().z.toJSONSchema(schemas().policySchema, { io: 'input', unrepresentable: 'any' })
  return { title: 'tagwall policy', ...schema }
}
