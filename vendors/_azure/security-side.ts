import type { LocatedJson, Prefix, TagSide } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { RuleForm, RuleReader } from './rule-reader.ts'
import { nameAmong, show, TAG } from './scope.ts'

/** The source or destination of a security rule, as written. */
export interface Side extends TagSide {
  /** The line of its application security groups. */
  readonly groups: number | undefined
  readonly texts: readonly string[]
  /** True if the addresses come from the field that takes tags and `*`. */
  readonly isSingular: boolean
}

const NOTHING: Side = {
  ...{ isAny: false, tag: undefined, prefixes: [], objects: [] },
  ...{ groups: undefined, texts: [], isSingular: true },
}

/** The source or destination of a rule: any, one tag, addresses or groups. Values that the service refuses become notes. */
export function sideOf(end: 'source' | 'destination', rule: RuleReader, form: RuleForm): Side {
  const found = rule.either(`${end}AddressPrefix`, `${end}AddressPrefixes`)
  const listed = rule.value(`${end}ApplicationSecurityGroups`)
  if (found && listed) rule.refuse(listed.line, `has both addresses and application security groups as ${end}`)
  if (listed) {
    const names = form.groupNames(listed, rule)
    return { ...NOTHING, groups: listed.line, objects: names.map((name) => nameAmong(rule.scope.localObjects, name)) }
  }
  if (!found) {
    rule.refuse(rule.raw.line, `has no ${end} addresses`)
    return NOTHING
  }
  const { values, isSingular } = found
  const texts = values.map((value) => kit.textOf(value) ?? '')
  const [alone] = isSingular && texts.length === 1 ? texts : []
  if (alone === '*') return { ...NOTHING, texts, isAny: true }
  if (alone !== undefined && TAG.test(alone) && !kit.isSame(alone, 'any')) return { ...NOTHING, texts, tag: alone }
  return { ...NOTHING, texts, isSingular, prefixes: values.flatMap((value) => prefixOf(value, rule)) }
}

function prefixOf(value: LocatedJson, { scope, refuse }: RuleReader): Prefix[] {
  const text = kit.textOf(value) ?? ''
  if (text === '*' || TAG.test(text)) {
    refuse(value.line, `has ${show(value)} where the service takes addresses only`)
    return []
  }
  const prefix = scope.isStrict && !text.includes('/') ? 'is not a CIDR' : kit.prefixOrReason(text)
  if (typeof prefix !== 'string') return [prefix]
  refuse(value.line, `has ${show(value)}: ${prefix}`)
  return []
}
