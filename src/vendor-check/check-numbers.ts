import { unlessRefused } from '../errors.ts'
import type { Item } from '../model/item.ts'
import type { ReadFile } from '../model/reading.ts'
import type { Ruleset } from '../model/ruleset.ts'
import { loadedDevice } from '../vendor/checked-device.ts'
import type { Readers } from '../vendor/kit/reader-api.ts'
import { proofContext } from '../verify/expect-target.ts'
import { provedCases } from './check-files.ts'
import type { Setting, Tally } from './result.ts'

/**
 * Numbers the rules of full files anew, where their place means nothing and a field of the items holds a number for each. The proof must notice it wherever
 * it would notice the policy's rules in that order. Returns the number of edited texts.
 */
export function checkNumbers(settings: readonly Setting[], readers: Readers, tally: Tally): number {
  let tried = 0
  const unordered = settings.filter(({ vendor }) => vendor.order === 'none')
  for (const { tried: subject, job, place, files, findingsOf } of provedCases(unordered, readers)) {
    const { ruleset } = subject
    const isProvedWith = (rules: Ruleset) => findingsOf(files, rules).length === 0
    const fields = numbersOf(loadedDevice(readers.device, files, proofContext(job)).items())
    const isNoticed = (numbers: ReadonlyMap<string, string>) => {
      tried++
      return unlessRefused(() => findingsOf(renumbered(files, numbers)).length === 0) !== true
    }
    const { rules } = ruleset
    const inReverse = fields.map(
      (numbers) => new Map(numbers.map((number, at) => [number, numbers.at(-1 - at) ?? number])),
    )
    if (!isProvedWith({ ...ruleset, rules: rules.toReversed() }) && fields.length > 0 && !inReverse.some(isNoticed))
      tally.add('not noticed: the numbers of all rules in reverse', place)
    const firsts = rules.map((rule) => ({ ...ruleset, rules: [rule, ...rules.filter((one) => one !== rule)] }))
    const asFirst = fields.flatMap((numbers) => numbers.map((number) => new Map([[number, '0']])))
    if (firsts.some((moved) => !isProvedWith(moved)) && fields.length > 0 && !asFirst.some(isNoticed))
      tally.add('not noticed: the number 0 in place of that of a rule', place)
  }
  return tried
}

/** The numbers of rules in each field that every rule has, in order, if they differ and nothing else of the items is such a number. */
function numbersOf(items: readonly Item[]): string[][] {
  const rules = items.filter(({ kind }) => kind === 'rule')
  const names = Object.keys(rules[0]?.fields ?? {})
  return names.flatMap((name) => {
    const numbers = new Set(rules.map(({ fields }) => fields[name]))
    const others = items.flatMap(({ fields }) =>
      Object.keys(fields).flatMap((one) => (one === name ? [] : (fields[one] ?? []))),
    )
    const isNumber = (value: unknown): value is string => typeof value === 'string' && /^\d+$/.test(value)
    const all = [...numbers].filter(isNumber)
    return all.length < numbers.size || all.length < 2 || others.some((value) => numbers.has(value))
      ? []
      : [all.sort((a, b) => Number(a) - Number(b))]
  })
}

const NUMBER = /(?<![\w.:/-])\d+(?![\w.:/-])/g

const renumbered = (files: readonly ReadFile[], numbers: ReadonlyMap<string, string>): ReadFile[] =>
  files.map((file) => ({ ...file, text: file.text.replace(NUMBER, (number) => numbers.get(number) ?? number) }))
