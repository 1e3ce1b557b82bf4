import { isMap, isNode, LineCounter, parseDocument, visit, type Document as YamlDocument } from 'yaml'
import type { z } from 'zod'
import { UserError, UserErrors } from '../../errors.ts'
import { FAMILIES, type Prefix } from '../../model/address/prefix.ts'
import { PrefixSet } from '../../model/address/prefix-set.ts'
import { CLOUD_NAMES } from '../../model/cloud.ts'
import type { Policy, PolicyTest, Rule, Target } from '../../model/policy.ts'
import { didYouMean } from '../../model/text/nearest.ts'
import type { Direction } from '../../model/traffic.ts'
import type { Widening } from '../../model/widening.ts'
import { keysAt, policySchema, type WidenInput } from './policy-schema.ts'
import '../schema-messages.ts'

/**
 * Parses a policy in YAML, or JSON, which is YAML. Outputs use `name`, errors use `file`. Throws `UserErrors` with every
 * problem, each with its line and column.
 */
export function parsePolicy(text: string, name: string, file: string): Policy {
  const lines = new LineCounter()
  // `sameKeys` finds duplicate keys and names them.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true, uniqueKeys: false })
  if (document.errors.length > 0) {
    throw new UserErrors(
      `${file} is not valid YAML`,
      document.errors.map(({ pos, message }) => `${position(lines, pos[0])}: ${message}`),
    )
  }
  const repeated = sameKeys(document, lines)
  if (repeated.length > 0) throw new UserErrors(`${file} is not a valid policy`, repeated)
  if (!isMap(document.contents)) throw new UserError(`${file}: expected a mapping with "rules"`)

  const at = (path: PropertyKey[]) => `${file}:${locate(document, lines, path)}`
  const parsed = policySchema.safeParse(jsOf(document, file), { reportInput: true })
  if (!parsed.success) {
    throw new UserErrors(
      `${file} is not a valid policy`,
      parsed.error.issues.flatMap((issue) => explain(issue, at)),
    )
  }
  const { cloud, rules, tests, targets, guards, endpoints } = parsed.data
  const policy = {
    name,
    cloud,
    endpoints,
    rules: rules.map(
      ({ optional, except, description, ticket, owner, ...rule }, index): Rule => ({
        ...rule,
        except: {
          tags: except.flatMap((one) => ('tag' in one ? one.tag : [])),
          prefixes: except.flatMap((one) => ('prefix' in one ? one.prefix : [])),
        },
        notes: { description, ticket, owner },
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

function wideningOf({ maxPrefixes, within, never, ...rest }: WidenInput): Widening {
  const each = typeof maxPrefixes === 'number' ? { ipv4: maxPrefixes, ipv6: maxPrefixes } : maxPrefixes
  const given = FAMILIES.filter((family) => each[family] !== undefined)
  return {
    ...rest,
    within,
    maxPrefixes: Object.fromEntries(given.map((family) => [family, each[family] as number])),
    never: PrefixSet.of(never),
  }
}

/** One line per duplicate key. `1` and `"1"` are the same key, as in JavaScript. */
function sameKeys(document: YamlDocument, lines: LineCounter): string[] {
  const problems: string[] = []
  visit(document, {
    Map(_, { items }) {
      const seen = new Map<string, string>()
      for (const { key } of items) {
        if (!isNode(key)) continue
        const [name, at] = [String(key), position(lines, key.range?.[0] ?? 0)]
        const before = seen.get(name)
        if (before) problems.push(`${at}: duplicate key "${name}"; the first is at ${before}`)
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
    // An alias without an anchor, or exponentially growing aliases.
    throw new UserError(`${file} is not valid YAML: ${(error as Error).message}`)
  }
}

function* sameNames(items: readonly { name: string; at: string }[], kind: string): Generator<string> {
  const seen = new Map<string, string>()
  for (const { name, at } of items) {
    // Most firewalls ignore case in names.
    // The same letter can be one character or two.
    const key = name.normalize('NFC').toLowerCase()
    const before = seen.get(key)
    if (before) yield `${at}: duplicate ${kind} name "${name}"; the first is at ${before}`
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

const HOST_KEYS = /^(?:fqdn|host(?:name)?|domain|url)s?$/i
const HOSTS_ADVICE =
  '; rules match addresses: use the service tag that holds them ("tagwall lookup ADDRESS" names it), or a rule by FQDN on the device'

function explain(issue: z.core.$ZodIssue, at: (path: PropertyKey[]) => string): string[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(issue.path)
    return issue.keys.map((key) => {
      const advice = HOST_KEYS.test(key) ? HOSTS_ADVICE : didYouMean(key, known)
      return `${at([...issue.path, key])}: unknown key "${key}"${advice}`
    })
  }
  const field = issue.path.filter((part) => typeof part === 'string').at(-1)
  const missing = ['invalid_type', 'invalid_value'].includes(issue.code as string) && issue.input === undefined
  return [
    `${at(issue.path)}: ${field ? `"${String(field)}"` : 'the policy'}${missing ? ' is missing' : `: ${issue.message}`}`,
  ]
}

/** `line:column` of the node at `path`, or of the nearest node above it. */
function locate(document: YamlDocument, lines: LineCounter, path: PropertyKey[]): string {
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
