import type { Direction, LocatedJson } from 'tagwall/reader'
import { textIn } from '../_azure/arm.ts'
import type { FirewallForm } from '../_azure/firewall-rule.ts'
import type { FindGroup, IpGroup } from '../_azure/firewall-side.ts'
import type { Scope } from '../_azure/scope.ts'
import { PRIVATE } from '../_azure/tag-sides.ts'
import { kit } from '../_kit/kit.ts'

/** The expression by which tagwall refers to an IP group of the same template. */
export const REFERENCE = /^\[resourceId\('Microsoft\.Network\/ipGroups', '([\w.-]+)'\)\]$/

/** Network rules of a template, or as the service prints them. */
export function formOf(groups: ReadonlyMap<string, IpGroup>, scope: Scope): FirewallForm {
  const near = scope.options.nearSide as readonly string[]
  return {
    fields: ['ruleType', 'name', 'description'],
    protocols: 'ipProtocols',
    findGroup: groupFinder(groups, scope),
    directionsOf,
    near,
    own: kit.setOfTexts([...PRIVATE.split(' '), ...near.filter((text) => text !== '*')]) ?? kit.empty,
  }
}

function groupFinder(groups: ReadonlyMap<string, IpGroup>, { isStrict, evaluate }: Scope): FindGroup {
  return (item) => {
    const name = isStrict
      ? REFERENCE.exec(kit.textOf(item) ?? '')?.[1]
      : kit.textOf(evaluate(item))?.split(/[/ ]/).at(-1)
    return name === undefined ? undefined : { name, group: groups.get(name.toLowerCase()) }
  }
}

/** tagwall's rules name their direction in the description, so a proof knows the local side. */
function directionsOf(rule: LocatedJson, _ends: unknown, { isStrict, note }: Scope): readonly Direction[] {
  const stated = /^(outbound|inbound): /.exec(textIn(rule, 'description') ?? '')?.[1] as Direction | undefined
  if (isStrict && !stated) note(rule.line, textIn(rule, 'name') ?? 'a rule', 'does not say its direction')
  return stated ? [stated] : []
}
