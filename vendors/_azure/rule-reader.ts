import type { LocatedJson } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { type Raw, type Scope, show } from './scope.ts'

/** The fields that differ between the kinds of files with security rules. */
export interface RuleForm {
  /** True if a rule may have this field in addition to those that are read. */
  isBeside(field: string, raw: Raw): boolean
  /** The names of application security groups; other values are refused. */
  groupNames(list: LocatedJson, rule: RuleReader): string[]
}

/** Reads the fields of one security rule by their names in the service, and records the problems. */
export interface RuleReader {
  readonly raw: Raw
  readonly scope: Scope
  /** The value of a field; undefined for an empty text or list too, which is printed for "not set". */
  value(field: string): LocatedJson | undefined
  word<T>(field: string, words: Readonly<Record<string, T>>): T | undefined
  /** The values of a singular or a plural field, of which the service accepts one; undefined if both are missing. */
  either(singular: string, plural: string): Values | undefined
  refuse(line: number, reason: string): void
  isRefused(): boolean
}

/** The values of a field; `isSingular` marks the field that takes tags and `*`. */
export interface Values {
  readonly values: readonly LocatedJson[]
  readonly isSingular: boolean
}

/** Reads `raw`; problems become notes. */
export function ruleReader(raw: Raw, scope: Scope): RuleReader {
  const { spelling, isStrict } = scope
  let refused = false
  const refuse = (line: number, reason: string) => {
    refused = true
    scope.note({ part: raw.part, line }, raw.name, reason)
  }
  const value = (field: string) => {
    const written = spelling.fieldOf(raw.fields, field)
    const found = written && scope.evaluate(written)
    if (written && !found) refuse(written.line, `has an unknown expression as ${spelling.nameOf(field)}`)
    return found && isEmpty(found) ? undefined : found
  }
  return {
    raw,
    scope,
    value,
    refuse,
    isRefused: () => refused,
    word: (field, words) => {
      const found = value(field)
      const text = kit.textOf(found)
      // The service keeps the case that a word was sent in, and prints it.
      const key = Object.keys(words).find((word) => (isStrict ? word === text : kit.isSame(word, text)))
      if (key === undefined) refuse(found?.line ?? raw.line, `has the ${field} ${show(found)}, which is not understood`)
      return key === undefined ? undefined : words[key]
    },
    either: (singular, plural) => {
      const [one, several] = [value(singular), value(plural)]
      const [nameOfOne, nameOfSeveral] = [singular, plural].map((field) => spelling.nameOf(field))
      if (one && several) refuse(several.line, `has both ${nameOfOne} and ${nameOfSeveral}, which the service refuses`)
      if (several && several.kind !== 'list') refuse(several.line, `has ${nameOfSeveral} that are not a list`)
      // PowerShell prints a list under the singular name.
      if (one?.kind === 'list' && isStrict) refuse(one.line, `has a list as ${nameOfOne}`)
      const found = one ?? several
      if (!found) return undefined
      const values = found.kind === 'list' ? found.items : [found]
      const seen = new Set<string>()
      for (const item of isStrict ? values : []) {
        if (seen.has(show(item))) refuse(item.line, `has ${show(item)} twice`)
        seen.add(show(item))
      }
      return { values, isSingular: one !== undefined }
    },
  }
}

const isEmpty = (value: LocatedJson) =>
  (value.kind === 'scalar' && value.value === '') || (value.kind === 'list' && value.items.length === 0)
