import type { Requirement } from './reader-selection.ts'

/** A selector of Calico: all terms must match. */
export interface Expression {
  readonly requirements: readonly Requirement[]
  /** True with the term `global()`, which matches objects outside any namespace. */
  readonly isGlobal: boolean
}

const KEY = '([A-Za-z0-9_./-]+)'
const TEXT = `(?:"([^"]*)"|'([^']*)')`
const TERMS = {
  all: /^(?:all\(\))?$/,
  global: /^global\(\)$/,
  has: new RegExp(String.raw`^(!?)\s*has\(\s*${KEY}\s*\)$`),
  is: new RegExp(String.raw`^${KEY}\s*(==|!=)\s*${TEXT}$`),
  in: new RegExp(String.raw`^${KEY}\s+(not\s+)?in\s*\{([^{}]*)\}$`),
}

/** The terms of a selector that are joined by `&&`; undefined for all other selectors. */
export function expressionOf(text: string): Expression | undefined {
  const requirements: Requirement[] = []
  let isGlobal = false
  for (const term of text.split('&&').map((one) => one.trim())) {
    const [has, is, list] = [TERMS.has.exec(term), TERMS.is.exec(term), TERMS.in.exec(term)]
    const values = list ? textsIn(list[3] as string) : []
    if (TERMS.global.test(term)) isGlobal = true
    else if (has) requirements.push({ key: has[2] as string, operator: has[1] ? 'DoesNotExist' : 'Exists', values: [] })
    else if (is) {
      const value = is[3] ?? (is[4] as string)
      requirements.push({ key: is[1] as string, operator: is[2] === '==' ? 'In' : 'NotIn', values: [value] })
    } else if (list && values) requirements.push({ key: list[1] as string, operator: list[2] ? 'NotIn' : 'In', values })
    else if (!TERMS.all.test(term)) return undefined
  }
  return { requirements, isGlobal }
}

function textsIn(list: string): string[] | undefined {
  const texts = list.split(',').map((one) => new RegExp(`^\\s*${TEXT}\\s*$`).exec(one))
  return texts.includes(null) ? undefined : texts.map((match) => match?.[1] ?? match?.[2] ?? '')
}
