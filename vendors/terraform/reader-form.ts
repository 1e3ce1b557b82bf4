import type { LocatedJson } from 'tagwall/reader'
import type { RuleForm, RuleReader } from '../_azure/rule-reader.ts'
import { show } from '../_azure/scope.ts'
import { kit } from '../_kit/kit.ts'
import { keyOfMap } from './reader-scope.ts'

/** Fields that say nothing about traffic. */
const BESIDE = ['id', 'timeouts', 'name', 'description', 'resource_group_name', 'network_security_group_name']
/** Meta-arguments that neither multiply nor change a resource. */
const META = ['//', 'depends_on', 'lifecycle', 'provider']

const ID = /^\/.*\/applicationSecurityGroups\/([^/]+)$/i
const OF_RESOURCE = /^\$\{azurerm_application_security_group\.([\w-]+)\.id\}$/

/** Security rules as the provider has them. */
export const formOf = (isStrict: boolean): RuleForm => ({
  isBeside: (field) => BESIDE.includes(field) || (!isStrict && META.includes(field)),
  groupNames,
})

/** By the ID of an application security group, or by an expression that leads to it. */
function groupNames(list: LocatedJson, { scope, refuse }: RuleReader): string[] {
  return kit.itemsOf(list).flatMap((item) => {
    const text = kit.textOf(item) ?? ''
    const ofMap = keyOfMap(text, scope)
    const name = scope.isStrict ? ofMap : (ID.exec(text)?.[1] ?? ofMap ?? OF_RESOURCE.exec(text)?.[1])
    if (!name) refuse(item.line, `has ${show(item)} where the ID of an application security group is expected`)
    return name ?? []
  })
}
