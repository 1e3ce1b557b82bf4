import * as z from 'zod'
import { UserError, UserErrors } from '../errors.ts'
import { explainIssues } from '../parse/schema.ts'
import { HOST } from './endpoints-file.ts'
import type { Observations } from './observation.ts'
import '../parse/schema-messages.ts'

// A recorded observation may come from anywhere, so it is checked as strictly as what a network answers.

const text = (most = 300) => z.string().max(most)
/** A text in one line, without control characters. */
const word = (most: number) => text(most).regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, { error: 'expected text in one line' })
/** ADDRESS, ADDRESS%ZONE or ADDRESS:PORT, as Node and resolv.conf write name servers. */
const server = z.string().regex(/^[\w.:%[\]-]{2,60}$/, { error: 'expected the address of a name server' })
const list = <Item extends z.ZodType>(item: Item, most = 64) => z.array(item).max(most)
const count = (least: number, most: number) => z.int().min(least).max(most)
/** A missing value may be null, because shell scripts write it so. */
const maybe = <Item extends z.ZodType>(item: Item) =>
  item
    .nullish()
    .transform((value) => value ?? undefined)
    .optional()

const address = z.string().regex(/^[0-9a-f.:]{2,45}$/i, { error: 'expected an address' })
const ms = maybe(z.number().min(0).max(1e7))
const answer = z.strictObject({ addresses: list(address), error: maybe(text(60)), ms })

const serverAnswer = z.strictObject({ server, a: answer, aaaa: answer, cnames: list(text(255), 16), ms })
const certificate = z.strictObject({
  subject: text(),
  issuer: text(),
  by: maybe(text()),
  from: maybe(text(60)),
  to: maybe(text(60)),
  names: maybe(text(600)),
})

const endpoint = z.strictObject({
  host: z.string().max(253),
  port: count(1, 65535),
  lookup: maybe(answer),
  dns: maybe(list(serverAnswer, 16)),
  searched: maybe(list(z.strictObject({ name: text(255), addresses: list(address) }), 16)),
  hostsFile: maybe(list(z.strictObject({ file: word(260), line: count(1, 1e7), address }), 16)),
  proxy: maybe(z.strictObject({ status: maybe(count(0, 999)), error: maybe(text(60)) })),
  tcp: maybe(list(z.strictObject({ address, result: text(60), ms }))),
  tls: maybe(
    z.strictObject({
      address: maybe(address),
      error: maybe(text(100)),
      protocol: maybe(text(20)),
      trust: maybe(z.enum(['public', 'host', 'none'])),
      problem: maybe(text(100)),
      chain: maybe(list(certificate, 10)),
      sizes: maybe(list(z.strictObject({ bytes: count(1, 65535), result: text(60) }), 16)),
      ms,
    }),
  ),
  http: maybe(
    z.strictObject({
      error: maybe(text(60)),
      status: maybe(count(0, 999)),
      server: maybe(text()),
      date: maybe(text(60)),
      type: maybe(text()),
      location: maybe(text(500)),
      title: maybe(text()),
      ms,
    }),
  ),
  skipped: maybe(z.boolean()),
})

const observations = z.strictObject({
  format: z.literal('tagwall-observations-1'),
  made: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/, { error: 'expected a time such as 2026-11-26T13:00:00Z' }),
  location: maybe(word(60)),
  features: maybe(list(word(60))),
  servers: list(server, 16),
  search: maybe(list(word(255), 32)),
  ndots: maybe(count(0, 15)),
  proxy: maybe(word(300)),
  noProxy: maybe(text(4000)),
  cluster: maybe(word(60)),
  endpoints: list(endpoint, 600),
})

/**
 * Reads what `doctor --json` or the script printed. Throws `UserErrors` if it is neither; `file` is its name for errors.
 */
export function parseObservations(content: string, file: string): Observations {
  const json = jsonOf(content, file)
  const whole = typeof json === 'object' && json !== null && 'observations' in json ? json.observations : json
  const parsed = observations.safeParse(whole, { reportInput: true })
  const isInvalid = (problems: readonly string[]) =>
    new UserErrors(`${file} is not what "tagwall doctor --json" or its script prints`, problems)
  if (!parsed.success) throw isInvalid(explainIssues(parsed.error).slice(0, 10))
  const names = parsed.data.endpoints.flatMap(({ host }, index) =>
    HOST.test(host) || address.safeParse(host).success
      ? []
      : [`endpoints[${index}].host: expected a host name or an address`],
  )
  if (names.length > 0) throw isInvalid(names)
  return parsed.data
}

/** kubectl may print lines before and after the object. */
function jsonOf(content: string, file: string): unknown {
  const [start, end] = [content.indexOf('{'), content.lastIndexOf('}')]
  try {
    return JSON.parse(start < 0 ? content : content.slice(start, end + 1))
  } catch (error) {
    throw new UserError(`${file} is not valid JSON: ${(error as Error).message}; it may be cut off`)
  }
}
