import type { Device, Item, LoadKind, LocatedJson, ReaderContext } from 'tagwall/reader'
import { checkTemplate, evaluatedText, fieldOf, isOfType, itemsOf, propertiesOf, textIn } from '../_azure/arm.ts'
import { type CollectionKind, collectionDevice } from '../_azure/collections.ts'
import { onlyFields, type Raw, type Scope } from '../_azure/scope.ts'
import { NOT_ONE_GROUP, type RuleReader, securityRules } from '../_azure/security-rule.ts'
import { bindKit, kit } from '../_kit/kit.ts'

/** Every JSON that holds the rules of one network security group: a template, a group as the service prints it, a list. */
export const device = (context: ReaderContext): Device => {
  bindKit(context.kit)
  const rulesOf = securityRules({ beside: context.purpose === 'prove' ? [] : PRINTED, groupNames })
  return collectionDevice(
    { ...GROUPS, readingOf: (rules, scope) => ({ rules: rulesOf(rules, scope), lists: [] }) },
    context,
  )
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
function ruleItems(rules: readonly Raw[]): Item[] {
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

function groupNames(list: LocatedJson, { scope, refuse }: RuleReader): string[] {
  return kit.itemsOf(list).flatMap((item) => {
    const id = evaluatedText(item, 'id', scope)
    if (scope.isStrict && !OWN_GROUP.test(id ?? '')) refuse(list.line, NOT_ONE_GROUP)
    return id?.split(/[/ ]/).at(-1) ?? []
  })
}

const GROUP = 'Microsoft.Network/networkSecurityGroups'
const ADMIN = /^Microsoft\.Network\/networkManagers\/securityAdminConfigurations\/ruleCollections\/rules$/i

/** Network security groups, which hold security rules. */
const GROUPS: Omit<CollectionKind, 'readingOf'> = {
  type: GROUP,
  name: 'group',
  item: 'rule',
  fields: ['securityRules', 'defaultSecurityRules'],
  isMissing: 'holds no security rules: neither a group, nor a template, nor a list of rules',
  isOther: 'is neither a security group nor a security rule',
  isItem: (value) => fieldOf(propertiesOf(value), 'direction') !== undefined,
  checkFile: checkForm,
  checkFields: (fields, scope) => onlyFields(fields, ['securityRules'], 'the group', scope),
  checkOwn: ({ name, line }, { options, note }) => {
    if (name !== undefined && name !== options.nsgName) note(line, name, `is not the group ${options.nsgName}`)
  },
  checkPlace,
  itemsOf: ruleItems,
  reasonAgainst: (resource) =>
    ADMIN.test(textIn(resource, 'type') ?? '')
      ? 'is a security admin rule, which comes before security groups and is not read'
      : undefined,
}

/** In a proof: notes a file of another form than that of the options; the rules of a delta may be resources. */
function checkForm(root: LocatedJson, load: LoadKind, scope: Scope): void {
  const { options, note } = scope
  const resources = fieldOf(root, 'resources')
  const isOfRules = itemsOf(resources).every((resource) => isOfType(resource, `${GROUP}/securityRules`))
  const form = root.kind === 'list' ? 'array' : !resources ? 'none' : isOfRules ? 'rules' : 'template'
  const wanted = load !== 'full' && options.form === 'template' ? 'rules' : options.form
  if (form !== wanted) note(root.line, 'the JSON', `has the form ${form}, not ${wanted}`)
  if (resources) checkTemplate(root, ['networkSecurityGroupName', 'location'], scope)
}
