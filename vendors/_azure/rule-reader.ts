import type { LocatedJson } from 'tagwall/reader'
import { repeated, show } from '../_json/file-scope.ts'
import { kit } from '../_kit/kit.ts'
import type { Raw, Scope } from './scope.ts'

/** The fields that differ between the kinds of files with security rules. */
export interface RuleForm {
  /** Fields that a rule may have in addition to those that are read. */
  readonly beside: readonly string[]
  /** The names of application security groups; other values are refused. */
  groupNames(list: LocatedJson, rule: RuleReader): string[]
}

/** The values of a field; `isSingular` marks the field that takes tags and `*`. */
interface Values {
  readonly values: readonly LocatedJson[]
  readonly isSingular: boolean
}

/** Reads the fields of one security rule by their names in the service. Problems become notes. */
export class RuleReader {
  isRefused = false

  constructor(
    readonly raw: Raw,
    readonly scope: Scope,
  ) {}

  readonly refuse = (line: number, reason: string): void => {
    this.isRefused = true
    this.scope.note({ part: this.raw.part, line }, this.raw.name, reason)
  }

  /** The value of a field; undefined for an empty text or list too, which is printed for "not set". */
  readonly value = (field: string): LocatedJson | undefined => {
    const { spelling, evaluate } = this.scope
    const written = spelling.fieldOf(this.raw.fields, field)
    const found = written && evaluate(written)
    if (written && !found) this.refuse(written.line, `has an unknown expression as ${spelling.nameOf(field)}`)
    return found && isEmpty(found) ? undefined : found
  }

  word<T>(field: string, words: Readonly<Record<string, T>>): T | undefined {
    const found = this.value(field)
    const text = kit.textOf(found)
    // The service keeps the case that a word was sent in, and prints it.
    const key = Object.keys(words).find((word) => (this.scope.isStrict ? word === text : kit.isSame(word, text)))
    if (key !== undefined) return words[key]
    this.refuse(found?.line ?? this.raw.line, `has the ${field} ${show(found)}, which is not understood`)
    return undefined
  }

  /** The values of a singular or a plural field, of which the service accepts one; undefined if both are missing. */
  either(singular: string, plural: string): Values | undefined {
    const { spelling, isStrict } = this.scope
    const [one, several] = [this.value(singular), this.value(plural)]
    const [nameOfOne, nameOfSeveral] = [singular, plural].map((field) => spelling.nameOf(field))
    if (one && several)
      this.refuse(several.line, `has both ${nameOfOne} and ${nameOfSeveral}, which the service refuses`)
    if (several && several.kind !== 'list') this.refuse(several.line, `has ${nameOfSeveral} that are not a list`)
    // PowerShell prints a list under the singular name.
    if (one?.kind === 'list' && isStrict) this.refuse(one.line, `has a list as ${nameOfOne}`)
    const found = one ?? several
    if (!found) return undefined
    const values = found.kind === 'list' ? found.items : [found]
    for (const [item] of isStrict ? repeated(values, show) : []) this.refuse(item.line, `has ${show(item)} twice`)
    return { values, isSingular: one !== undefined }
  }
}

const isEmpty = (value: LocatedJson) =>
  (value.kind === 'scalar' && value.value === '') || (value.kind === 'list' && value.items.length === 0)
