import { formatPrefix, type Prefix } from '../address/prefix.ts'
import { plural } from '../text/numbers.ts'
import type { OptionValues } from './option.ts'
import type { NameForm, Vendor } from './vendor.ts'
import type { Word } from './vendor-words.ts'

/** The vendor's word for one of ours. */
export function wordOf({ words }: Vendor, word: Word): string {
  return words[word] ?? word
}

/** The object name of a prefix in canonical text. It is made from the content, so one change renames nothing else. */
export function objectNameOf(cidr: string, vendor: Vendor, options: OptionValues): string {
  const { object } = vendor.names
  return `${object.prefix ? options[object.prefix] : ''}${replaced(cidr, object)}`
}

/** The CIDR of a prefix in characters that are valid in names. */
export function blockName(prefix: Prefix, { names }: Vendor): string {
  return replaced(formatPrefix(prefix), names.object)
}

/** Replaces each character separately, because a replacement may contain another replaced character. */
function replaced(text: string, { replace }: Pick<NameForm, 'replace'>): string {
  let name = ''
  // Every prefix has a name of an object.
  for (const character of text) name += replace[character] ?? character
  return name
}

/** `base` and `suffix` as one name, in the characters and the case of the form, after its prefix; only `base` is cut, if the form allows it. */
export function joinName(base: string, suffix: string, form: NameForm): string {
  const { max, shorten, prefix, lower } = form
  const [start, end] = [base, suffix].map((text) => {
    const name = replaced(text, form)
    return lower ? name.toLowerCase() : name
  }) as [string, string]
  const room = Math.max(0, max - prefix.length - end.length)
  return `${prefix}${shorten ? start.slice(0, room) : start}${end}`
}

/** Why `name` is invalid for a vendor; undefined if it is valid. */
export function refusal(name: string, { max, pattern, reserved }: NameForm): string | undefined {
  if (Object.hasOwn(reserved, name)) return `it ${reserved[name]}`
  if (name.length > max) return `it has ${name.length} characters, and the limit is ${max}`
  const form = new RegExp(pattern, 'u')
  if (form.test(name)) return undefined
  const strange = Array.from(name).find((character) => !form.test(`a${character}a`))
  return strange ? `it contains the character ${JSON.stringify(strange)}` : `it does not match ${pattern}`
}

/** The contents of a set for people: the tags, the policy's own prefixes, and whether there are exceptions. */
export function contentsText({ tags, own, except }: Contents, most: number): string {
  const named = tags.length > most ? `${tags.length} tags` : tags.join(', ')
  const parts = [named, own ? plural(own.prefixCount, 'own prefix', 'own prefixes') : ''].filter(Boolean).join(', ')
  return except?.cutsTags ? `${parts}, with exceptions` : parts
}

interface Contents {
  readonly tags: readonly string[]
  readonly own?: { readonly prefixCount: number } | undefined
  readonly except?: { readonly cutsTags: boolean } | undefined
}

/** The contents of a set for a comment: short for any number of tags, because devices limit comments. */
export function tagSummary({ tags, own, except }: Contents): string {
  const named = tags.length > 2 ? `${tags[0]} and ${tags.length - 1} more` : tags.join(', ')
  const parts = [named, own ? 'own prefixes' : ''].filter(Boolean)
  return `${parts.join(', ')}${except?.cutsTags ? ', with exceptions' : ''}`
}
