import { formatPrefix, type Prefix } from './prefix.ts'
import type { NameForm, OptionValues, Vendor } from './vendor.ts'

/** The vendor's word for one of ours. */
export function wordOf({ words }: Vendor, word: string): string {
  return words[word] ?? word
}

/** The name of a prefix's object: after its content, so that one change renames nothing else. */
export function objectName(prefix: Prefix, vendor: Vendor, options: OptionValues): string {
  return objectNameOf(formatPrefix(prefix), vendor, options)
}

/** The same, of a prefix in canonical text. */
export function objectNameOf(cidr: string, vendor: Vendor, options: OptionValues): string {
  const { prefix: option } = vendor.names.object
  return `${option ? options[option] : ''}${nameable(cidr, vendor)}`
}

/** A prefix's CIDR in the characters that the vendor has for names. */
export function blockName(prefix: Prefix, vendor: Vendor): string {
  return nameable(formatPrefix(prefix), vendor)
}

function nameable(cidr: string, { names }: Vendor): string {
  const { replace } = names.object
  const known = namers.get(replace)
  if (known) return known(cidr)
  const key = JSON.stringify(replace)
  const namer = sharedNamers.get(key) ?? namerWith(replace)
  namers.set(replace, namer)
  sharedNamers.set(key, namer)
  return namer(cidr)
}

/** By the characters that a vendor replaces. */
const namers = new WeakMap<object, (cidr: string) => string>()
/** By the same as text: vendors that replace the same characters share their names. */
const sharedNamers = new Map<string, (cidr: string) => string>()

/** Every name is asked for more than once: whether it collides, in each file, and in a delta. */
function namerWith(replace: Readonly<Record<string, string>>): (cidr: string) => string {
  const characters = Object.keys(replace)
  if (characters.length === 0) return (cidr) => cidr
  // All at once: what takes a place may itself be such a character.
  const pattern = patternOf(characters)
  const known = new Map<string, string>()
  return (cidr) => {
    const before = known.get(cidr)
    if (before !== undefined) return before
    const name = cidr.replace(pattern, (character) => replace[character] ?? character)
    known.set(cidr, name)
    return name
  }
}

const patternOf = (characters: readonly string[]) =>
  new RegExp(
    `[${characters.map((character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`).join('')}]`,
    'gu',
  )

/** `base` and `suffix` as one name; where the form lets it, `base` is cut to fit, never `suffix`. */
export function joinName(base: string, suffix: string, { max, shorten }: NameForm): string {
  return shorten ? `${base.slice(0, Math.max(0, max - suffix.length))}${suffix}` : `${base}${suffix}`
}

/** Why a vendor cannot carry `name`, or undefined when it can. */
export function refusal(name: string, { max, pattern }: NameForm): string | undefined {
  if (name.length > max) return `it has ${name.length} characters, and ${max} are the most`
  const form = new RegExp(pattern, 'u')
  if (form.test(name)) return undefined
  const strange = Array.from(name).find((character) => !form.test(`a${character}a`))
  return strange ? `it has the character ${JSON.stringify(strange)} in it` : `it does not match ${pattern}`
}

/** The tags of a set in a comment: short whatever their number, as comments have a limit. */
export function tagSummary(tags: readonly string[]): string {
  return tags.length > 2 ? `${tags[0]} and ${tags.length - 1} more` : tags.join(', ')
}
