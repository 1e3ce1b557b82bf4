import * as z from 'zod'
import { CLOUD_NAMES } from '../model/cloud.ts'
import { repeatsOf } from '../model/group-by.ts'
import { TAG_NAME } from '../model/service-tag.ts'
import { parseJsonBy } from '../parse/schema.ts'

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
/** A host name. Its last label is no number, as in an address (RFC 1123). */
export const HOST = new RegExp(`^(?=.{1,253}$)(?:${LABEL}\\.)+(?!\\d+$)${LABEL}$`)
const TEMPLATE = new RegExp(`^(?=.{1,253}$)(?:\\{region\\}\\.|${LABEL}\\.)(?:${LABEL}\\.)*${LABEL}$`)
const A_HOST = 'expected a host name in lower case, such as login.microsoftonline.com'

const text = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\x20-\x7e]*$/, { error: 'expected printable ASCII' })
const host = z.string().regex(HOST, { error: A_HOST })
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/, { error: 'expected a name such as cluster-connect' })
const tag = z.string().regex(TAG_NAME, { error: 'expected the name of a tag, such as AzureArcInfrastructure' })

/** One host and port that must be reached. */
const endpointSchema = z.strictObject({
  /** In lower case, without a final dot. */
  host: z.string().regex(TEMPLATE, { error: `${A_HOST}, or {region}.login.microsoft.com` }),
  port: z.int().min(1).max(65535).default(443),
  /** The feature or component that uses the endpoint, for people. */
  purpose: text,
  /** The service tags that should hold its public addresses; empty if none is known. */
  tags: z.array(tag).max(10).default([]),
  /** The feature that needs it; absent if every feature does. */
  feature: name.optional(),
  /** The path of the one GET request. */
  path: z
    .string()
    .max(500)
    .regex(/^\/[A-Za-z0-9._~!$&()*+,;=:@/?%-]*$/, { error: 'expected a path such as /v2/' })
    .default('/'),
  /** The endpoint matters only with Private Link, or only without. */
  only: z.enum(['private-link', 'public']).optional(),
  /** The wildcard that this host is an example of. */
  standsFor: z.string().startsWith('*.').max(255).optional(),
})

/** A feature of a product that needs additional endpoints. `withPrivateLink`: these work with Private Link. */
const featureSchema = z.strictObject({ what: text, withPrivateLink: z.boolean().default(true) })

/** The endpoints that a product needs in one cloud. */
const tableSchema = z
  .strictObject({
    format: z.literal('tagwall-endpoints-1'),
    cloud: z.enum(CLOUD_NAMES),
    /** The pages that it was read from, on `date`. */
    sources: z.array(text).default([]),
    date: z.iso.date(),
    /** Private Link has a private zone `privatelink.ZONE` for each. */
    privateZones: z.array(host).max(50).default([]),
    features: z
      .record(name, featureSchema)
      .default({})
      .transform((features) => new Map(Object.entries(features))),
    /** A host may begin with `{region}`. */
    endpoints: z.array(endpointSchema).min(1).max(500),
  })
  .superRefine(({ features, endpoints }, context) => {
    const issue = (message: string, ...path: PropertyKey[]) =>
      context.addIssue({ code: 'custom', path: ['endpoints', ...path], message })
    for (const [index, { feature }] of endpoints.entries())
      if (feature !== undefined && !features.has(feature)) issue(`"features" has no "${feature}"`, index, 'feature')
    for (const [[index, { host, port }]] of repeatsOf(endpoints.entries(), ([, { host, port }]) => `${host}:${port}`))
      issue(`${host}:${port} is listed twice`, index)
  })

export type Endpoint = z.output<typeof endpointSchema>
export type EndpointTable = z.output<typeof tableSchema>

/** Parses a table of endpoints, JSON. Throws `UserErrors` with every problem; `file` is its name for errors. */
export const parseEndpoints = (content: string, file: string): EndpointTable =>
  parseJsonBy(
    tableSchema,
    content,
    (message) => `${file} is not valid JSON: ${message}`,
    `${file} is not a valid table of endpoints`,
  )
