import * as z from 'zod'
import { type Problem, UserError, UserErrors } from '../errors.ts'
import { CLOUDS, type Cloud, cloudOf } from '../model/cloud.ts'
import { TAG_NAME } from '../model/service-tag.ts'
import { cidrSet, formatPath, problemsIn, setOfValid } from '../parse/schema.ts'

// The schema of a published document.

/** A missing one has the usual sentence. */
const error = ({ input }: { input?: unknown }) => (input === undefined ? undefined : 'expected a whole number')
const changeNumber = z.preprocess(
  (value) => (typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value),
  z.int({ error }).nonnegative({ error }),
)

// Microsoft's file has exactly the first three. The Discovery API adds name, id, type and nextLink, and writes its
// change numbers as strings (REST reference, Service Tags - List). Other keys are ignored.
export const rootSchema = z.object({
  changeNumber,
  cloud: z.string(),
  values: z.array(z.unknown()),
  nextLink: z.string().nullish(),
})

const name = z.string().regex(TAG_NAME, { error: 'contains characters that are invalid in a tag name' })

/** A used tag. */
const tagSchema = z.object({
  name,
  properties: z.object({
    changeNumber: changeNumber.nullish(),
    region: z.string().nullish(),
    systemService: z.string().nullish(),
    networkFeatures: z.array(z.string()).nullish(),
    // A regional tag can exist before its addresses. "compile" makes sure that no rule is empty.
    addressPrefixes: cidrSet,
  }),
})

/** Any tag; only the name and the type of the prefixes are checked. */
const looseTagSchema = z.object({
  name,
  properties: z.object({
    region: z.string().nullish(),
    systemService: z.string().nullish(),
    addressPrefixes: z.array(z.string()),
  }),
})
type Root = z.output<typeof rootSchema>
export type PublishedTag = z.output<typeof tagSchema>
export type LooseTag = z.output<typeof looseTagSchema>

/** The root of a document. Throws `UserError` if `json` is not a document, or not all of it. */
export function rootOf(json: unknown, name: string): Root {
  const root = rootSchema.safeParse(json)
  const other = otherKind(json)
  if (!root.success && other)
    throw new UserError(`${name} is ${other}; expected the document as Microsoft publishes it`)
  if (!root.success) throw new UserErrors(`${name} is not a service tag document`, problemsIn(root.error))
  if (root.data.nextLink)
    throw new UserError(
      `${name} is only one page of a response: its nextLink is set; join the pages, or use the weekly file`,
    )
  return root.data
}

/** The kind of another file of tagwall, given in place of a document; undefined for any other JSON. */
function otherKind(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null) return undefined
  if ('format' in json && String(json.format).startsWith('tagwall-snapshot'))
    return 'a snapshot, which has only the tags in use'
  if ('lock' in json) return 'a lock'
  return 'rules' in json ? 'a policy' : undefined
}

/** Throws `UserError` if the document is of another cloud, as a published one was for its name (ServiceTags_China_20260406.json). */
export function checkCloud(actual: string, cloud: Cloud, file: string): void {
  if (actual === CLOUDS[cloud]) return
  const ours = cloudOf(actual)
  const advice = ours && `to use this document, add --cloud ${ours}`
  throw new UserError(`${file} is a document of the cloud "${actual}"; expected ${CLOUDS[cloud]}`, { advice })
}

/** The name of an entry of `values`, if it has one. */
export function nameOf(entry: unknown): string | undefined {
  const name = typeof entry === 'object' && entry !== null && 'name' in entry ? entry.name : undefined
  return typeof name === 'string' ? name : undefined
}

/** An entry of `values` as a used tag, or its problems. */
export const tagOf = entryBy(tagSchema)

/** An entry of `values` as a tag with unchecked prefixes, or its problems. */
export const looseTagOf = entryBy(looseTagSchema)

function entryBy<Tag>(schema: z.ZodType<Tag>): (json: unknown, index: number) => Tag | Problem[] {
  return (json, index) => {
    const parsed = schema.safeParse(json)
    return parsed.success ? parsed.data : problemsIn(parsed.error, ['values', index])
  }
}

/** One line per invalid prefix in an entry of `values`: its path and the problem. */
export function invalidPrefixes(entry: unknown, index: number): string[] {
  const list = (entry as { properties?: { addressPrefixes?: unknown } } | null)?.properties?.addressPrefixes
  const path = ['values', index, 'properties', 'addressPrefixes']
  const name = (entry as { name?: unknown } | null)?.name
  // An invalid name is not shown.
  const whose = typeof name === 'string' && TAG_NAME.test(name) ? ` (tag "${name}")` : ''
  if (!Array.isArray(list)) return [`${formatPath(path)}: expected a list of prefixes${whose}`]
  const problems: string[] = []
  setOfValid(list, (position, problem) => {
    problems.push(`${formatPath([...path, position])}: ${problem}${whose}`)
  })
  return problems
}
