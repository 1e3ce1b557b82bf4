import * as z from 'zod'
import { PrefixSet } from '../address/prefix-set.ts'
import { joinPorts, type PortRange, portTexts } from '../model/traffic.ts'
import { cidr, parseJsonBy } from '../parse/schema.ts'
import { byCodeUnit } from '../text/numbers.ts'
import { type Accepted, AUDIT_FINDING_KINDS, type Baseline } from './values.ts'

const FORMAT = 'tagwall-baseline-1'

const port = z.coerce.number().int().max(65535)
const traffic = z.string().transform((text, context) => {
  const [, protocol, first, last = first] = /^(?:(tcp|udp) (\d{1,5})(?:-(\d{1,5}))?)$/.exec(text) ?? []
  const ports = { first: port.safeParse(first).data, last: port.safeParse(last).data }
  if (text === 'other' || text === 'icmp' || text === 'other but icmp') return { protocol: text, ports: undefined }
  if (protocol !== undefined && ports.first !== undefined && ports.last !== undefined && ports.first <= ports.last)
    return { protocol: protocol as 'tcp' | 'udp', ports: ports as PortRange }
  context.addIssue({
    code: 'custom',
    message: `"${text}" is not traffic such as "tcp 443", "udp 0-65535", "icmp" or "other"`,
  })
  return z.NEVER
})
const baselineSchema = z.strictObject({
  format: z.literal(FORMAT, { error: `expected "${FORMAT}"` }),
  policy: z.string(),
  accepted: z.array(
    z.strictObject({
      finding: z.enum(AUDIT_FINDING_KINDS),
      rule: z.string().optional(),
      direction: z.enum(['inbound', 'outbound']).optional(),
      traffic: z.array(traffic).min(1).optional(),
      prefixes: z.array(cidr).optional(),
      local: z.array(cidr).optional(),
      localObjects: z.array(z.string()).optional(),
      action: z.enum(['allow', 'deny']).optional(),
      tags: z.array(z.string()).optional(),
      text: z.string().optional(),
      reason: z.string().optional(),
    }),
  ),
})

/** Parses a baseline. Errors name it `path`. */
export function parseBaseline(text: string, path: string): Baseline {
  const notJson = () => `${path} is not a baseline: it is not JSON; expected a file that --write-baseline wrote`
  const { policy, accepted } = parseJsonBy(baselineSchema, text, notJson, `${path} is not a valid baseline`)
  return {
    policy,
    accepted: accepted.map(({ traffic, prefixes, local, ...rest }): Accepted => {
      const portsOf = (name: string) =>
        joinPorts((traffic ?? []).flatMap(({ protocol, ports }) => (protocol === name && ports ? [ports] : [])))
      return {
        ...rest,
        traffic: traffic && {
          tcp: portsOf('tcp'),
          udp: portsOf('udp'),
          icmp: traffic.some(({ protocol }) => protocol === 'icmp' || protocol === 'other'),
          other: traffic.some(({ protocol }) => protocol === 'other' || protocol === 'other but icmp'),
        },
        addresses: prefixes && PrefixSet.of(prefixes),
        ...(local && { local: PrefixSet.of(local) }),
      }
    }),
  }
}

/** The canonical text of a baseline: sorted, one prefix per line, without dates and line numbers. */
export function formatBaseline({ policy, accepted }: Baseline): string {
  const entries = accepted.map(
    ({ finding, rule, direction, traffic, addresses, local, localObjects, action, tags, text, reason }) => {
      const where = {
        direction,
        traffic: traffic && portTexts(traffic),
        prefixes: addresses?.texts,
        local: local?.texts,
        localObjects,
      }
      return { finding, rule, ...where, action, tags, text, reason }
    },
  )
  const texts = [...new Set(entries.map((entry) => JSON.stringify(entry)))].sort(byCodeUnit)
  const stored = { format: FORMAT, policy, accepted: texts.map((entry) => JSON.parse(entry)) }
  return `${JSON.stringify(stored, null, 2)}\n`
}
