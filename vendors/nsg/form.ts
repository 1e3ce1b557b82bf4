import type { LocatedJson } from 'tagwall/reader'
import { evaluatedText } from '../_azure/arm.ts'
import type { RuleForm, RuleReader } from '../_azure/rule-reader.ts'
import { NOT_ONE_GROUP } from '../_azure/security-rule.ts'
import { kit } from '../_kit/kit.ts'

/** Fields that the service adds to a printed rule; none of them affects the traffic it allows. */
const PRINTED = [
  ...['name', 'id', 'etag', 'type', 'kind', 'provisioningState', 'resourceGroup'],
  // The text fields of PowerShell's objects beside their lists (Azure/azure-powershell, PSSecurityRule.cs).
  ...['sourceApplicationSecurityGroupsText', 'destinationApplicationSecurityGroupsText'],
]

/** A group in the resource group of the deployment, as tagwall writes it. */
const OWN_GROUP = /^Microsoft\.Network\/applicationSecurityGroups [\w.-]+$/

/** Security rules of a template, or as the service prints them. */
export const formOf = (isStrict: boolean): RuleForm => ({
  isBeside: (field) => !isStrict && PRINTED.includes(field),
  groupNames,
})

function groupNames(list: LocatedJson, { scope, refuse }: RuleReader): string[] {
  return kit.itemsOf(list).flatMap((item) => {
    const id = evaluatedText(item, 'id', scope)
    if (scope.isStrict && !OWN_GROUP.test(id ?? '')) refuse(list.line, NOT_ONE_GROUP)
    return id?.split(/[/ ]/).at(-1) ?? []
  })
}
