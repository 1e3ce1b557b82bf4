import type { LocatedJson, Prefix, ReaderKit, TagSide } from 'tagwall/reader'
import { eitherOf, type RuleReader, show } from './fields.ts'
import { fieldOf, textOf } from './values.ts'

/** One end of a rule, as it is written. */
export interface Side extends TagSide {
  /** The line of its application security groups. */
  readonly groups: number | undefined
  /** The identifiers of these groups. */
  readonly ids: readonly string[]
  readonly texts: readonly string[]
  /** Whether the addresses stand in the field that takes tags and any. */
  readonly isSingular: boolean
}

const NOTHING: Side = {
  isAny: false,
  tag: undefined,
  prefixes: [],
  objects: [],
  groups: undefined,
  ids: [],
  texts: [],
  isSingular: true,
}
const TAG = /^[A-Za-z][A-Za-z0-9_.-]*$/

/** What stands at one end: any, one tag, or addresses. What the service refuses is refused here too. */
export function sideOf(end: 'source' | 'destination', rule: RuleReader, kit: ReaderKit): Side {
  const found = eitherOf(`${end}AddressPrefix`, `${end}AddressPrefixes`, rule)
  const listed = rule.value(`${end}ApplicationSecurityGroups`)
  const groups = listed?.line
  if (found && groups) rule.refuse(groups, `has both addresses and application security groups as ${end}`)
  if (listed) {
    const ids = idsOf(listed, rule, kit)
    return { ...NOTHING, groups, ids, objects: ids.map((id) => nameOf(id, rule.scope.localObjects)) }
  }
  if (!found) {
    rule.refuse(rule.raw.line, `has no ${end} addresses`)
    return NOTHING
  }
  const { values, isSingular } = found
  const isAlone = isSingular && values.length === 1
  const texts = values.map((value) => textOf(value) ?? '')
  if (isAlone && texts[0] === '*') return { ...NOTHING, texts, isAny: true }
  if (isAlone && TAG.test(texts[0] as string) && texts[0]?.toLowerCase() !== 'any') {
    return { ...NOTHING, texts, tag: texts[0] }
  }
  return { ...NOTHING, texts, isSingular, prefixes: values.flatMap((value) => prefixOf(value, rule, kit)) }
}

function idsOf(list: LocatedJson, rule: RuleReader, kit: ReaderKit): string[] {
  return kit.itemsOf(list).flatMap((item) => {
    const written = fieldOf(item, 'id')
    const id = written && textOf(rule.scope.evaluate(written))
    if (id === undefined && rule.scope.isStrict)
      rule.refuse(item.line, 'has an application security group without a clear id')
    return id ?? []
  })
}

function prefixOf(value: LocatedJson, rule: RuleReader, kit: ReaderKit): Prefix[] {
  const text = textOf(value) ?? ''
  if (text === '*' || TAG.test(text)) {
    rule.refuse(value.line, `has ${show(value)} where the service takes addresses only`)
    return []
  }
  const prefix = kit.prefixOrReason(text)
  if (typeof prefix !== 'string') return [prefix]
  rule.refuse(value.line, `has ${show(value)}: ${prefix}`)
  return []
}

/** Whether a resource ID is written as tagwall writes it: of a group in the resource group of the deployment. */
export const isOwnGroup = (id: string) => /^Microsoft\.Network\/applicationSecurityGroups [\w.-]+$/.test(id)

/** The service does not look at the case of names. */
function nameOf(id: string, known: readonly string[]): string {
  const name = id.split(/[/ ]/).at(-1) ?? id
  return known.find((one) => one.toLowerCase() === name.toLowerCase()) ?? name
}
