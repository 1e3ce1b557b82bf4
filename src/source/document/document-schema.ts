import * as z from 'zod'
import { UserError, UserErrors } from '../../errors.ts'
import { PrefixSet } from '../../model/address/prefix-set.ts'
import { CLOUDS, type Cloud, cloudOf } from '../../model/cloud.ts'
import { TAG_NAME } from '../../model/selector.ts'
import { cidr, explainIssues } from '../schema.ts'
import '../schema-messages.ts'

// What the JSON of a published document must be.

const WHOLE_NUMBER = 'expected a whole number'
const changeNumber = z.union(
  [
    z.int({ error: WHOLE_NUMBER }).nonnegative({ error: WHOLE_NUMBER }),
    z
      .string()
      .regex(/^\d{1,15}$/, { error: WHOLE_NUMBER })
      .transform(Number),
  ],
  { error: WHOLE_NUMBER },
)

// Microsoft's file has exactly the first three. The Discovery API adds name, id, type and nextLink, and writes its
// change numbers as strings (REST reference, Service Tags - List). Other keys are Microsoft's business.
const rootSchema = z.object({
  changeNumber,
  cloud: z.string(),
  values: z.array(z.unknown()),
  nextLink: z.string().nullish(),
})

/** A tag that is used. */
const tagSchema = z.object({
  name: z.string().regex(TAG_NAME, { error: 'contains characters that are invalid in a tag name' }),
  properties: z.object({
    changeNumber: changeNumber.nullish(),
    region: z.string().nullish(),
    systemService: z.string().nullish(),
    networkFeatures: z.array(z.string()).nullish(),
    // A region may have a tag before it has addresses. What must not be is an empty rule, and "compile" sees to that.
    addressPrefixes: z.array(cidr).transform((prefixes) => PrefixSet.of(prefixes)),
  }),
})

/** Any tag. Strict where it counts: a name that can be shown, and prefixes that are texts. */
const looseTagSchema = z.object({
  name: z.string().regex(TAG_NAME, { error: 'contains characters that are invalid in a tag name' }),
  properties: z.object({
    region: z.string().nullish(),
    systemService: z.string().nullish(),
    addressPrefixes: z.array(z.string()),
  }),
})
export type Root = z.output<typeof rootSchema>
export type LooseTag = z.output<typeof looseTagSchema>
export type PublishedTag = z.output<typeof tagSchema>

/** What the root of a document says. Throws `UserErrors` when `json` is no document. */
export function rootOf(json: unknown, name: string): Root {
  const root = rootSchema.safeParse(json)
  if (root.success) return root.data
  throw new UserErrors(`${name} is not a service tag document`, explainIssues(root.error))
}

/**
 * Throws `UserError` for a document of another cloud than `cloud`. Files have been published with another cloud's content under
 * their name (ServiceTags_China_20260406.json).
 */
export function checkCloud(actual: string, cloud: Cloud, file: string): void {
  if (actual === CLOUDS[cloud]) return
  const ours = cloudOf(actual)
  const advice = ours ? `; to use this document, add --cloud ${ours}` : ''
  throw new UserError(`${file} is a document of the cloud "${actual}"; expected ${CLOUDS[cloud]}${advice}`)
}

/** The name of an entry of `values`, if it has one. */
export function nameOf(entry: unknown): string | undefined {
  const name = typeof entry === 'object' && entry !== null && 'name' in entry ? entry.name : undefined
  return typeof name === 'string' ? name : undefined
}

/** The tag that an entry of `values` is if it is used, or a line for each problem with it. */
export function tagOf(json: unknown, index: number): PublishedTag | string[] {
  return parsedBy(tagSchema, json, index)
}

/** The tag that an entry of `values` is, its prefixes unread, or a line for each problem with it. */
export function looseTagOf(json: unknown, index: number): LooseTag | string[] {
  return parsedBy(looseTagSchema, json, index)
}

function parsedBy<Tag>(schema: z.ZodType<Tag>, json: unknown, index: number): Tag | string[] {
  const parsed = schema.safeParse(json)
  return parsed.success ? parsed.data : explainIssues(parsed.error, ['values', index])
}
