import type { LocatedJson } from 'tagwall/reader'
import type { RawRule, Scope } from './groups.ts'
import { fieldOf, textOf } from './values.ts'

/** Reads the fields of one rule, and keeps what is wrong with them. */
export interface RuleReader {
  readonly raw: RawRule
  readonly scope: Scope
  /** Parameters resolved; undefined for an empty text or list too, which the service prints for "not set". */
  value(name: string): LocatedJson | undefined
  word<T>(name: string, words: Readonly<Record<string, T>>): T | undefined
  refuse(line: number, reason: string): void
  isRefused(): boolean
}

/** Reads `raw`; what it refuses is a note. */
export function ruleReader(raw: RawRule, scope: Scope): RuleReader {
  let refused = false
  const refuse = (line: number, reason: string) => {
    refused = true
    scope.note(line, raw.name, reason)
  }
  const value = (name: string) => {
    const written = fieldOf(raw.fields, name)
    const found = written && scope.evaluate(written)
    if (written && !found) refuse(written.line, `has an expression as ${name} that is not understood`)
    return found && isEmpty(found) ? undefined : found
  }
  return {
    ...{ raw, scope, refuse, value, isRefused: () => refused },
    word: (name, words) => {
      const found = value(name)
      const text = textOf(found)
      const key = Object.keys(words).find((word) => sameWord(word, text, scope.isStrict))
      if (key === undefined) refuse(found?.line ?? raw.line, `has the ${name} ${show(found)}, which is not understood`)
      return key === undefined ? undefined : words[key]
    },
  }
}

// The service keeps the case that a word was sent in, and prints it.
const sameWord = (word: string, text: string | undefined, isStrict: boolean) =>
  isStrict ? word === text : word.toLowerCase() === text?.toLowerCase()

const isEmpty = (value: LocatedJson) =>
  (value.kind === 'scalar' && value.value === '') || (value.kind === 'list' && value.items.length === 0)

/** A value as a message shows it. */
export function show(value: LocatedJson | undefined): string {
  if (value?.kind === 'scalar') return JSON.stringify(value.value).slice(0, 80)
  return value ? `of another kind (${value.kind})` : 'that is not there'
}

/** The values of a singular or a plural field, of which the service takes one; undefined when neither is there. */
export function eitherOf(singular: string, plural: string, rule: RuleReader): Values | undefined {
  const one = rule.value(singular)
  const several = rule.value(plural)
  if (one && several) rule.refuse(several.line, `has both ${singular} and ${plural}, which the service refuses`)
  if (several && several.kind !== 'list') rule.refuse(several.line, `has ${plural} that are not a list`)
  // PowerShell prints a list under the singular name.
  if (one?.kind === 'list' && rule.scope.isStrict) rule.refuse(one.line, `has a list as ${singular}`)
  const value = one ?? several
  if (!value) return undefined
  const values = value.kind === 'list' ? value.items : [value]
  if (rule.scope.isStrict) refuseTwice(values, rule)
  return { values, isSingular: one !== undefined }
}

/** What a field holds, and whether it was the one that takes tags and any. */
export interface Values {
  readonly values: readonly LocatedJson[]
  readonly isSingular: boolean
}

function refuseTwice(values: readonly LocatedJson[], rule: RuleReader): void {
  const seen = new Set<string>()
  for (const value of values) {
    const text = show(value)
    if (seen.has(text)) rule.refuse(value.line, `has ${text} twice`)
    seen.add(text)
  }
}
