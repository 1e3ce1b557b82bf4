import * as z from 'zod'
import { PrefixSet } from '../address/prefix-set.ts'
import { groupBy } from '../model/group-by.ts'
import {
  containsPorts,
  EVERY_PORT,
  type Flow,
  type FlowProtocol,
  type ProtocolPorts,
  portTexts,
  trafficOf,
} from '../model/traffic.ts'
import { cidrSet, parseJsonBy } from '../parse/schema.ts'
import { byCodeUnit } from '../text/numbers.ts'
import { type AnyEntry, AUDIT_FINDING_KINDS, type Audit, type AuditFinding, FIELDS, findingsOf } from './values.ts'

const FORMAT = 'tagwall-baseline-1'

const WITHOUT_PORTS = new Map<string, readonly FlowProtocol[]>([
  ['icmp', ['icmp']],
  ['other', ['icmp', 'other']],
  ['other but icmp', ['other']],
])

/** The traffic in a text of `portTexts`; none in any other text. */
function trafficIn(text: string): Pick<Flow, 'protocol' | 'ports'>[] {
  const others = WITHOUT_PORTS.get(text)
  if (others) return others.map((protocol) => ({ protocol, ports: EVERY_PORT }))
  const [, protocol, first, last = first] = /^(tcp|udp) (\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? []
  const ports = { first: Number(first), last: Number(last) }
  const isValid = ports.first <= ports.last && ports.last <= EVERY_PORT.last
  return isValid ? [{ protocol: protocol as FlowProtocol, ports }] : []
}

const traffic = z
  .array(
    z.string().refine((text) => trafficIn(text).length > 0, {
      error: ({ input }) => `"${input}" is not traffic such as "tcp 443", "udp 0-65535", "icmp" or "other"`,
    }),
  )
  .min(1)
  .transform((texts) => trafficOf(texts.flatMap(trafficIn)))

/** An accepted finding, by content, so lines may move. It also accepts smaller ones, with less traffic or fewer addresses. */
const acceptedSchema = z.strictObject({
  finding: z.enum(AUDIT_FINDING_KINDS),
  rule: z.string().optional(),
  /** Absent, with `traffic`, if it is about none. */
  direction: z.enum(['inbound', 'outbound']).optional(),
  traffic: traffic.optional(),
  /** The missing or stale addresses; otherwise those of the rule, as the device has them. */
  prefixes: cidrSet.optional(),
  /** The local addresses of a missing or wider finding, if it names any. */
  local: cidrSet.optional(),
  /** The objects with local addresses of a wider finding. */
  localObjects: z.array(z.string()).readonly().optional(),
  action: z.enum(['allow', 'deny']).optional(),
  tags: z.array(z.string()).readonly().optional(),
  /** Only for a note. */
  text: z.string().optional(),
  reason: z.string().optional(),
})

const baselineSchema = z.strictObject({
  format: z.literal(FORMAT, { error: `expected "${FORMAT}"` }),
  policy: z.string(),
  accepted: z.array(acceptedSchema).readonly(),
})

export type Accepted = z.output<typeof acceptedSchema>

/** The findings that audits of one policy accept. */
export type Baseline = Omit<z.output<typeof baselineSchema>, 'format'>

/** Parses a baseline. Errors name it `path`. */
export function parseBaseline(text: string, path: string): Baseline {
  const notJson = () => `${path} is not a baseline: it is not JSON; expected a file that --write-baseline wrote`
  const { policy, accepted } = parseJsonBy(baselineSchema, text, notJson, `${path} is not a valid baseline`)
  return { policy, accepted }
}

/** The order of the keys in a file. */
const KEYS = Object.keys(acceptedSchema.shape)

/** The canonical text of a baseline: sorted, one prefix per line, without dates and line numbers. */
export function formatBaseline({ policy, accepted }: Baseline): string {
  const entries = accepted.map(({ traffic, ...entry }) =>
    JSON.stringify({ ...entry, traffic: traffic && portTexts(traffic) }, KEYS),
  )
  const sorted = [...new Set(entries)].sort(byCodeUnit)
  const stored = { format: FORMAT, policy, accepted: sorted.map((entry) => JSON.parse(entry)) }
  return `${JSON.stringify(stored, null, 2)}\n`
}

/** An audit as a baseline that accepts all of it. */
export function baselineOf(audit: Audit, isStrict: boolean): Baseline {
  return { policy: audit.ruleset.policy, accepted: findingsOf(audit, isStrict).map(contentOf) }
}

/** Removes the accepted findings from an audit; returns their number and the unused entries. */
export function acceptKnown(audit: Audit, isStrict: boolean, { accepted }: Baseline) {
  const byKey = groupBy(accepted, keyOf)
  const used = new Set<Accepted>()
  const known = new Set<AuditFinding['entry']>()
  for (const finding of findingsOf(audit, isStrict)) {
    const content = contentOf(finding)
    for (const entry of byKey.get(keyOf(content)) ?? []) {
      if (!covers(entry, content)) continue
      used.add(entry)
      known.add(finding.entry)
    }
  }
  const rest = Object.values(FIELDS).map((field) => [field, audit[field].filter((entry) => !known.has(entry))])
  const left: Audit = { ...audit, ...Object.fromEntries(rest) }
  return {
    audit: left,
    accepted: known.size,
    unused: accepted.filter((entry) => !used.has(entry) && (isStrict || entry.finding !== 'outside')),
  }
}

/**
 * The identity of a finding: whatever it says but for places. Where a rule allows too much, that is the whole prefixes of the rule, because the
 * part of them outside the policy changes with every document.
 */
function contentOf({ kind, entry }: AuditFinding): Accepted {
  const content: AnyEntry = entry
  const { rule, flow, local, localObjects, action, tags, text, reason } = content
  const { direction = flow?.direction, traffic = flow && trafficOf([flow]) } = content
  const whole = content.prefixes ?? content.objects
  const prefixes = kind === 'missing' || kind === 'stale' ? content.addresses : whole && PrefixSet.of(whole)
  return { finding: kind, rule, direction, traffic, prefixes, local, localObjects, action, tags, text, reason }
}

/** The parts that must be equal; the rest must not be larger. */
const keyOf = ({ finding, rule, direction, action, text, reason }: Accepted) =>
  JSON.stringify([finding, rule, direction, action, text, reason])

function covers(entry: Accepted, content: Accepted): boolean {
  return (
    holdsTraffic(entry.traffic, content.traffic) &&
    holdsLocal(entry, content) &&
    (entry.prefixes ?? PrefixSet.empty).contains(content.prefixes ?? PrefixSet.empty) &&
    (content.tags ?? []).every((tag) => entry.tags?.includes(tag))
  )
}

/** A missing finding without local addresses holds for all of them. A wider finding with them never covers one without. */
function holdsLocal(entry: Accepted, content: Accepted): boolean {
  if (isAnyLocal(content) || isAnyLocal(entry))
    return isAnyLocal(content) === isAnyLocal(entry) || (entry.finding === 'missing' && isAnyLocal(entry))
  return (
    (entry.local ?? PrefixSet.empty).contains(content.local ?? PrefixSet.empty) &&
    (content.localObjects ?? []).every((name) => entry.localObjects?.includes(name))
  )
}

const isAnyLocal = ({ local, localObjects }: Accepted) => !local && !localObjects

function holdsTraffic(outer: ProtocolPorts | undefined, inner: ProtocolPorts | undefined): boolean {
  if (!outer || !inner) return outer === inner
  const isWithin = containsPorts(outer.tcp, inner.tcp) && containsPorts(outer.udp, inner.udp)
  return isWithin && (outer.icmp || !inner.icmp) && (outer.other || !inner.other)
}
