import type { z } from 'zod'
import { UserError, UserErrors } from '../errors.ts'
import { CLOUDS, type Cloud, cloudOf } from '../model/cloud.ts'
import { PrefixSet } from '../model/prefix-set.ts'
import { TAG_NAME } from '../model/selector.ts'
import { once, zod } from '../packages.ts'
import { setOfTag } from './set-of-tag.ts'
import { isCount, isText, isTexts } from './sound.ts'
import { cidr, explainIssues } from './zod.ts'

// What the JSON of a published document must be. The schemas explain what is wrong with one; what is sound is seen to be, by
// the functions whose names say so, without loading the schema library.

const schemas = once(() => {
  const { z } = zod()
  const error = 'a change number is a whole number'
  const changeNumber = z.union(
    [
      z.int({ error }).nonnegative({ error }),
      z
        .string()
        .regex(/^\d{1,15}$/, { error })
        .transform(Number),
    ],
    { error },
  )

  // Microsoft's file has exactly the first three. The Discovery API adds name, id, type and nextLink, and writes its
  // change numbers as strings (REST reference, Service Tags - List). Other keys are Microsoft's business.
  const rootSchema = z.object({
    changeNumber,
    cloud: z.string(),
    values: z.array(z.unknown()),
    nextLink: z.string().nullish(),
  })

  const tagSchema = z.object({
    name: z.string().regex(TAG_NAME, { error: 'has characters in it that no service tag has' }),
    properties: z.object({
      changeNumber: changeNumber.nullish(),
      region: z.string().nullish(),
      systemService: z.string().nullish(),
      networkFeatures: z.array(z.string()).nullish(),
      addressPrefixes: z
        .array(cidr())
        .min(1, { error: 'is empty; an empty tag would be an empty rule' })
        .transform((prefixes) => PrefixSet.of(prefixes)),
    }),
  })

  // Strict where it counts: a name that can be shown, and prefixes that are texts.
  const looseTagSchema = z.object({
    name: z.string().regex(TAG_NAME, { error: 'has characters in it that no service tag has' }),
    properties: z.object({
      region: z.string().nullish(),
      systemService: z.string().nullish(),
      addressPrefixes: z.array(z.string()),
    }),
  })
  return { rootSchema, tagSchema, looseTagSchema }
})

/** What a tag must be that is used. Explains what is wrong with one; `soundTag` is the quick way to see that nothing is. */
export const tagSchema = () => schemas().tagSchema

export type Root = z.infer<ReturnType<typeof schemas>['rootSchema']>
export type LooseTag = z.infer<ReturnType<typeof schemas>['looseTagSchema']>
export type SoundTag = z.infer<ReturnType<typeof schemas>['tagSchema']>

/** What the root of a document says. Throws `UserErrors` when `json` is no document. */
export function rootOf(json: unknown, name: string): Root {
  const sound = soundRoot(json)
  if (sound) return sound
  const root = schemas().rootSchema.safeParse(json)
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
  const advice = ours ? `; use --cloud ${ours} if that is what you want` : ''
  throw new UserError(`${file} is the document of the cloud "${actual}", but ${CLOUDS[cloud]} was asked for${advice}`)
}

/** The name of an entry of `values`, if it has one. */
export function nameOf(entry: unknown): string | undefined {
  const name = typeof entry === 'object' && entry !== null && 'name' in entry ? entry.name : undefined
  return typeof name === 'string' ? name : undefined
}

/** The root that `json` is, if it is what Microsoft publishes; undefined when the schema must say. */
function soundRoot(json: unknown): Root | undefined {
  if (typeof json !== 'object' || json === null) return undefined
  const { changeNumber, cloud, values, nextLink } = json as Record<string, unknown>
  const isSound = isCount(changeNumber) && isText(cloud) && Array.isArray(values) && nextLink === undefined
  return isSound ? { changeNumber, cloud, values } : undefined
}

/** The tag that `json` is, if it is sound; undefined when the schema must say. */
export function soundTag(json: unknown): SoundTag | undefined {
  if (typeof json !== 'object' || json === null) return undefined
  const { name, properties } = json as Record<string, unknown>
  if (!isText(name, TAG_NAME) || typeof properties !== 'object' || properties === null) return undefined
  const { changeNumber, region, systemService, networkFeatures, addressPrefixes } = properties as Record<
    string,
    unknown
  >
  const isSound =
    (isAbsent(changeNumber) || isCount(changeNumber)) &&
    (isAbsent(region) || isText(region)) &&
    (isAbsent(systemService) || isText(systemService)) &&
    (isAbsent(networkFeatures) || isTexts(networkFeatures)) &&
    isTexts(addressPrefixes) &&
    addressPrefixes.length > 0
  if (!isSound) return undefined
  const prefixes = setOfTag(name, addressPrefixes)
  return (
    prefixes && {
      name,
      properties: { changeNumber, region, systemService, networkFeatures, addressPrefixes: prefixes },
    }
  )
}

/** The tag that `json` is, if all that is asked of any tag is in order; undefined when the schema must say. */
export function looseTag(json: unknown): LooseTag | undefined {
  if (typeof json !== 'object' || json === null) return undefined
  const { name, properties } = json as Record<string, unknown>
  if (!isText(name, TAG_NAME) || typeof properties !== 'object' || properties === null) return undefined
  const { region, systemService, addressPrefixes } = properties as Record<string, unknown>
  const isInOrder =
    (isAbsent(region) || isText(region)) &&
    (isAbsent(systemService) || isText(systemService)) &&
    isTexts(addressPrefixes)
  return isInOrder ? { name, properties: { region, systemService, addressPrefixes } } : undefined
}

export function explainedLooseTag(json: unknown, index: number): LooseTag | string[] {
  const parsed = schemas().looseTagSchema.safeParse(json)
  return parsed.success ? parsed.data : explainIssues(parsed.error, ['values', index])
}

/** The tag by the schema, or what the schema says is the matter with it. */
export function explainedTag(json: unknown, index: number): SoundTag | string[] {
  const parsed = schemas().tagSchema.safeParse(json)
  return parsed.success ? parsed.data : explainIssues(parsed.error, ['values', index])
}

const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null
