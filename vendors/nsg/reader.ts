import type { Device, Item, LocatedJson, ReaderContext } from 'tagwall/reader'
import { evaluatedText, fieldOf, textIn } from '../_azure/arm.ts'
import { collectionDevice } from '../_azure/collection-device.ts'
import type { Collection } from '../_azure/collections.ts'
import type { RuleForm, RuleReader } from '../_azure/rule-reader.ts'
import type { Raw, Scope } from '../_azure/scope.ts'
import { NOT_ONE_GROUP, securityRules } from '../_azure/security-rule.ts'
import { bindKit, kit } from '../_kit/kit.ts'
import { checkForm, GROUPS } from './groups.ts'

/** Every JSON that holds the rules of one network security group: a template, a group as the service prints it, a list. */
export const device = (context: ReaderContext): Device => {
  bindKit(context.kit)
  const rulesOf = securityRules(formOf(context.purpose === 'prove'))
  return collectionDevice(
    {
      kind: GROUPS,
      checkFile: checkForm,
      checkOwn,
      checkPlace,
      readingOf: (rules, scope) => ({ rules: rulesOf(rules, scope), lists: [] }),
      itemsOf,
    },
    context,
  )
}

function checkOwn({ name, line }: Collection, { options, note }: Scope): void {
  if (name !== undefined && name !== options.nsgName) note(line, name, `is not the group ${options.nsgName}`)
}

const priorityOf = ({ fields }: Raw) => kit.numberOf(fieldOf(fields, 'priority')) ?? 0

/** Notes a rule whose place an older one still has, even if the deployment changes that one later. */
function checkPlace(rule: Raw, older: readonly Raw[], { note }: Scope): void {
  const placeOf = (raw: Raw) => `${textIn(raw.fields, 'direction')} ${priorityOf(raw)}`
  const other = older.find((one) => placeOf(one) === placeOf(rule))
  const reason = `has the same priority and direction as ${other?.name}, which the service refuses`
  if (other) note(rule.line, rule.name, reason)
}

/** The rules by priority. */
function itemsOf(rules: readonly Raw[]): Item[] {
  return rules
    .toSorted((a, b) => priorityOf(a) - priorityOf(b))
    .map(({ name, fields }): Item => {
      const list = textIn(fields, 'direction') ?? ''
      return { kind: 'rule', name, list, fields: kit.fieldsByPath(fields) }
    })
}

/** Fields that the service adds to a printed rule; none of them affects the traffic it allows. */
const PRINTED = [
  ...['name', 'id', 'etag', 'type', 'kind', 'provisioningState', 'resourceGroup'],
  // The text fields of PowerShell's objects beside their lists (Azure/azure-powershell, PSSecurityRule.cs).
  ...['sourceApplicationSecurityGroupsText', 'destinationApplicationSecurityGroupsText'],
]

/** A group in the resource group of the deployment, as tagwall writes it. */
const OWN_GROUP = /^Microsoft\.Network\/applicationSecurityGroups [\w.-]+$/

/** Security rules of a template, or as the service prints them. */
const formOf = (isStrict: boolean): RuleForm => ({
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
