import type { LocatedJson } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { Manifest } from './reader-manifests.ts'
import { fieldNames, type Namespaces, textsOf } from './reader-scope.ts'

export type Coverage = 'whole' | 'part' | 'none'

/** A condition of a selection: on the namespace of a pod, or one that meets some pods of each namespace, or none. */
type Condition = 'part' | 'none' | { readonly names: readonly string[]; readonly isOneOf: boolean }

/** The pods that meet all of some conditions. */
export type Selection = readonly Condition[]

export const noPod: Selection = ['none']
export const somePods: Selection = ['part']

/** The pods that an object may apply to; unknown ones, if it is of a namespace that its text does not name. */
export function podsAround({ namespace, isOfCluster }: Pick<Manifest, 'namespace' | 'isOfCluster'>): Selection {
  if (isOfCluster) return []
  return namespace === undefined ? somePods : [{ names: [namespace], isOneOf: true }]
}

/** The share of a namespace's pods that is selected; `namespace` undefined: of all pods. */
export function shareOf(selection: Selection, namespace: string | undefined): Coverage {
  const found = selection.map((one): Coverage => {
    if (typeof one === 'string') return one
    return namespace === undefined ? 'part' : one.names.includes(namespace) === one.isOneOf ? 'whole' : 'none'
  })
  return found.includes('none') ? 'none' : found.includes('part') ? 'part' : 'whole'
}

/** A name that no namespace has. */
const NO_NAMESPACE = ''

/** The share of the requested pods that a selection covers. Keeps the namespaces that it names. */
export function coverageOf(selection: Selection, namespaces: Namespaces): Coverage {
  const { asked, named } = namespaces
  if (shareOf(selection, NO_NAMESPACE) !== 'none') namespaces.named = undefined
  else for (const one of selection) for (const name of typeof one === 'string' ? [] : one.names) named?.add(name)
  if (!asked) return shareOf(selection, undefined)
  const found = new Set(asked.map((namespace) => shareOf(selection, namespace)))
  return found.size > 1 ? 'part' : ([...found][0] ?? 'none')
}

/** One requirement of labels. */
export interface Requirement {
  readonly key: string
  readonly operator: string
  readonly values: readonly string[]
}

/** The requirements of a label selector; undefined when one is not understood. */
export function requirementsOf(selector: LocatedJson): readonly Requirement[] | undefined {
  const labels = kit.fieldOf(selector, 'matchLabels')
  const expressions = kit.fieldOf(selector, 'matchExpressions')
  const isKnown = fieldNames(selector).every((name) => ['matchLabels', 'matchExpressions'].includes(name))
  const pairs = [...textsOf(labels)]
  if (selector.kind !== 'object' || !isKnown || pairs.length !== fieldNames(labels).length) return undefined
  const found = kit.itemsOf(expressions).map((one): Requirement | undefined => {
    const [key, operator] = [kit.textOf(kit.fieldOf(one, 'key')), kit.textOf(kit.fieldOf(one, 'operator'))]
    const values = kit.itemsOf(kit.fieldOf(one, 'values')).map(kit.textOf)
    const isFine =
      key !== undefined && OPERATORS.includes(operator ?? '') && values.every((value) => value !== undefined)
    return isFine ? { key, operator: operator as string, values: values as string[] } : undefined
  })
  if (found.includes(undefined)) return undefined
  return [
    ...pairs.map(([key, value]): Requirement => ({ key, operator: 'In', values: [value] })),
    ...(found as Requirement[]),
  ]
}

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist']

/** The pods with these labels, of which those in `namespaceKeys` name their namespace. */
export function selectionOf(
  requirements: readonly Requirement[] | undefined,
  namespaceKeys: readonly string[],
): Selection {
  if (!requirements) return somePods
  return requirements.flatMap(({ key, operator, values }): Selection => {
    if (!namespaceKeys.includes(key)) return somePods
    if (operator === 'In' || operator === 'NotIn') return [{ names: values, isOneOf: operator === 'In' }]
    return operator === 'Exists' ? [] : noPod
  })
}

/** True if labels meet the requirements of a selector. */
export function meets(labels: ReadonlyMap<string, string>, requirements: readonly Requirement[]): boolean {
  return requirements.every(({ key, operator, values }) => {
    const value = labels.get(key)
    if (operator === 'Exists') return value !== undefined
    if (operator === 'DoesNotExist') return value === undefined
    return (value !== undefined && values.includes(value)) === (operator === 'In')
  })
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

/** The terms of a selector of Calico, which all must match: those joined by `&&`; undefined for all other selectors. */
export function expressionOf(text: string) {
  const requirements: Requirement[] = []
  // The term `global()` matches objects outside any namespace.
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
