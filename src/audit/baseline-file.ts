import * as z from 'zod'
import { EVERY_PORT, joinPorts, type PortRange, type ProtocolPorts, portTexts } from '../model/traffic.ts'
import { cidrSet, parseJsonBy } from '../parse/schema.ts'
import { byCodeUnit } from '../text/numbers.ts'
import { AUDIT_FINDING_KINDS } from './values.ts'

const FORMAT = 'tagwall-baseline-1'

/** The ports of one protocol in a text such as `tcp 443`; undefined for any other text. */
function portsIn(text: string): { readonly protocol: string; readonly ports: PortRange } | undefined {
  const [, protocol = '', first, last = first] = /^(tcp|udp) (\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? []
  const ports = { first: Number(first), last: Number(last) }
  return ports.first <= ports.last && ports.last <= EVERY_PORT.last ? { protocol, ports } : undefined
}

const OTHERS = ['icmp', 'other', 'other but icmp']

/** Traffic in the texts of `portTexts`. */
const traffic = z
  .array(
    z.string().refine((text) => OTHERS.includes(text) || portsIn(text) !== undefined, {
      error: ({ input }) => `"${input}" is not traffic such as "tcp 443", "udp 0-65535", "icmp" or "other"`,
    }),
  )
  .min(1)
  .transform((texts): ProtocolPorts => {
    const ranges = texts.flatMap((text) => portsIn(text) ?? [])
    const portsOf = (name: string) =>
      joinPorts(ranges.filter(({ protocol }) => protocol === name).map(({ ports }) => ports))
    return {
      tcp: portsOf('tcp'),
      udp: portsOf('udp'),
      icmp: texts.includes('icmp') || texts.includes('other'),
      other: texts.includes('other') || texts.includes('other but icmp'),
    }
  })

/**
 * An accepted finding, by content and not by line number, so lines may move. It also accepts smaller findings, with less
 * traffic or fewer addresses.
 */
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
  const entries = accepted.map(({ traffic, prefixes, local, ...entry }) => {
    const texts = { traffic: traffic && portTexts(traffic), prefixes: prefixes?.texts, local: local?.texts }
    return JSON.stringify({ ...entry, ...texts }, KEYS)
  })
  const sorted = [...new Set(entries)].sort(byCodeUnit)
  const stored = { format: FORMAT, policy, accepted: sorted.map((entry) => JSON.parse(entry)) }
  return `${JSON.stringify(stored, null, 2)}\n`
}
