import type { AddressList, LocatedJson, Place } from 'tagwall/reader'
import { groupAddresses, type IpGroup as PlainGroup } from '../_azure/firewall-side.ts'
import { type Scope, scopeIn } from '../_azure/scope.ts'
import { kit } from '../_kit/kit.ts'
import type { Resource } from './reader-resources.ts'
import { checkFields, checkValues, fieldOf } from './reader-scope.ts'

const GROUP = 'azurerm_ip_group'
const MEMBER = 'azurerm_ip_group_cidr'
const WANTED = ['name', 'resource_group_name', 'location', 'cidrs']

/** An IP group, and how others refer to it. */
export interface IpGroup extends PlainGroup, Place {
  readonly label: string
  readonly id: string | undefined
}

/** The IP groups of a file, with the addresses that other resources add to them. */
export function ipGroupsOf(resources: readonly Resource[], scope: Scope): IpGroup[] {
  const { note, isStrict } = scope
  const members = resources.filter(({ type }) => type === MEMBER)
  const ownerOf = ({ values }: Resource) => kit.textOf(fieldOf(values, 'ip_group_id'))
  const groups = resources
    .filter(({ type }) => type === GROUP)
    .map((resource): IpGroup => {
      const { values, label, part, line } = resource
      if (isStrict) checkGroup(resource, scope)
      const name = kit.textOf(fieldOf(values, 'name')) ?? label
      const id = kit.textOf(fieldOf(values, 'id'))
      const refuse = (line: number, reason: string) => note({ part, line }, name, reason)
      const own = members.filter((member) => refersTo(ownerOf(member), { id, label }))
      const at = { ...scopeIn(scope, part), refuse }
      const addresses = kit.union([
        groupAddresses(values, 'cidrs', at),
        ...own.map((member) => groupAddresses(listOf(member), 'cidr', at)),
      ])
      if (addresses.isEmpty)
        note(resource, name, 'has no addresses, and the firewall then skips the rules that name it')
      return { label, name, id, addresses, part, line }
    })
  for (const member of members)
    if (!groups.some((group) => refersTo(ownerOf(member), group)))
      note(member, member.label, 'adds an address to an IP group outside the file')
  return groups
}

/** The one address of a member as a list. */
function listOf({ values }: Resource): LocatedJson {
  const cidr = fieldOf(values, 'cidr')
  const { line } = values
  return { kind: 'object', line, fields: new Map([['cidr', { kind: 'list', line, items: cidr ? [cidr] : [] }]]) }
}

/** True if a text is the ID of a group, or an expression for it. */
export const refersTo = (text: string | undefined, { id, label }: Pick<IpGroup, 'id' | 'label'>): boolean =>
  kit.isSame(text, id) || text === `\${${GROUP}.${label}.id}`

function checkGroup(resource: Resource, scope: Scope): void {
  const { values, label } = resource
  const { namePrefix, resourceGroup, location } = scope.options
  checkFields(values, { wanted: WANTED }, resource, label, scope)
  const wanted = { name: `${namePrefix}${label}`, resource_group_name: resourceGroup, location }
  checkValues(values, wanted, resource, label, scope)
}

/** The groups as lists. An audit looks at those that the option's names begin, if there are any. */
export function listsOf(groups: readonly IpGroup[], { options, isStrict, note }: Scope): AddressList[] {
  const prefix = String(options.namePrefix)
  const own = groups.filter(({ name }) => name.startsWith(prefix))
  const read = isStrict || own.length === 0 ? groups : own
  for (const group of groups)
    if (!read.includes(group))
      note(group, group.name, `is an IP group whose name does not begin with ${prefix}`, { isHarmless: true })
  const setOf = (name: string) => (name.startsWith(prefix) ? name.slice(prefix.length) : name)
  return read.map(({ label, name, part, addresses }) => ({ part, name: isStrict ? label : setOf(name), addresses }))
}
