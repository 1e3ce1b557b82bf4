import type { Reader } from '../../src/vendor/kit/reader-api.ts'
import {
  edited,
  type Golden,
  type Json,
  lineMutants,
  type Mutant,
  nodesOf,
  plainMutants,
  problemsOf,
} from './json-harness.ts'

const print = (value: Json) => JSON.stringify(value, null, 2)

/** Another value for each text and number: of `others` by field, and each prefix one bit wider or narrower, or its sibling. */
function valueMutants(root: Json, others: Readonly<Record<string, readonly Json[]>>): Mutant[] {
  return nodesOf(root).flatMap(([path, value]): Mutant[] => {
    const key = String(path.findLast((step) => typeof step === 'string') ?? '')
    if (typeof value === 'object') return []
    const more = [...(others[key] ?? []), ...(typeof value === 'string' ? prefixesNear(value) : [])]
    return more.map((other) => ({
      what: `set ${JSON.stringify(other)} at ${path.join('.')}`,
      key,
      was: JSON.stringify(value),
      text: print(edited(root, path, () => other)),
    }))
  })
}

function prefixesNear(text: string): string[] {
  const [address = '', length] = text.split('/')
  if (length === undefined || !/^\d+$/.test(length)) return []
  return [`${address}/${Number(length) - 1}`, `${address}/${Number(length) + 1}`, address]
}

/** Whether a text is the same JSON. */
function isSame(text: string, root: Json): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(root)
  } catch {
    return false
  }
}

/** The edits of some golden files that are not caught, but for those that `harmless` has a reason for; and the reasons. */
export function survivorsOf(
  read: Reader,
  goldens: readonly Golden[],
  others: Readonly<Record<string, readonly Json[]>>,
  harmless: readonly (readonly [test: (mutant: Mutant) => boolean, reason: string])[],
): { survivors: string[]; reasons: string[]; tried: number } {
  const survivors: string[] = []
  const reasons = new Set<string>()
  let tried = 0
  for (const golden of goldens) {
    const root = JSON.parse(golden.text) as Json
    for (const mutant of [...plainMutants(golden.text), ...lineMutants(golden.text), ...valueMutants(root, others)]) {
      if (isSame(mutant.text, root)) continue
      tried++
      if (problemsOf(read, golden, mutant.text).length > 0) continue
      const reason = harmless.find(([test]) => test(mutant))?.[1]
      if (reason === undefined) survivors.push(`${golden.title}: ${mutant.what}`)
      else reasons.add(reason)
    }
  }
  return { survivors, reasons: [...reasons].sort(), tried }
}
