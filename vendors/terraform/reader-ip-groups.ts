import type { AddressList, PrefixSet } from 'tagwall/reader'
import type { Resource } from './reader-resources.ts'
import { checkFields, fieldOf, type Scope, textsOf, type Where } from './reader-scope.ts'

const GROUP = 'azurerm_ip_group'
const MEMBER = 'azurerm_ip_group_cidr'
const WANTED = ['name', 'resource_group_name', 'location', 'cidrs']

/** An IP group and the addresses that it holds. */
export interface IpGroup extends Where {
  readonly label: string
  readonly name: string
  readonly id: string | undefined
  readonly addresses: PrefixSet
}

/** The IP groups of a file, with the addresses that other resources add to them. */
export function ipGroupsOf(resources: readonly Resource[], scope: Scope): IpGroup[] {
  const { kit, note, isStrict } = scope
  const members = resources.filter(({ type }) => type === MEMBER)
  const groups = resources
    .filter(({ type }) => type === GROUP)
    .map((resource): IpGroup => {
      const { values, label } = resource
      if (isStrict) checkGroup(resource, scope)
      const name = kit.textOf(fieldOf(values, 'name')) ?? label
      const id = kit.textOf(fieldOf(values, 'id'))
      const own = members.filter(({ values }) => isOf(kit.textOf(fieldOf(values, 'ip_group_id')), id, label))
      const added = own.map((member) =>
        addressOf(member, kit.textOf(fieldOf(member.values, 'cidr')) ?? '', name, scope),
      )
      const addresses = kit.union([
        ...textsOf(fieldOf(values, 'cidrs'), resource, name, scope).map(({ value, line }) => {
          return addressOf({ ...resource, line }, value, name, scope)
        }),
        ...added,
      ])
      if (addresses.isEmpty)
        note(resource, name, 'has no addresses, and the firewall then skips the rules that name it')
      return { label, name, id, addresses, part: resource.part, line: resource.line }
    })
  for (const member of members)
    if (!groups.some(({ id, label }) => isOf(kit.textOf(fieldOf(member.values, 'ip_group_id')), id, label)))
      note(member, member.label, 'adds an address to an IP group that is not in the file')
  return groups
}

function isOf(text: string | undefined, id: string | undefined, label: string): boolean {
  return text !== undefined && (text.toLowerCase() === id?.toLowerCase() || text === `\${${GROUP}.${label}.id}`)
}

function checkGroup(resource: Resource, scope: Scope): void {
  const { values, label, line } = resource
  const { kit, options, note } = scope
  checkFields(values, { wanted: WANTED }, resource, label, scope)
  const expected = {
    name: `${options.namePrefix}${label}`,
    resource_group_name: options.resourceGroup,
    location: options.location,
  }
  for (const [field, text] of Object.entries(expected)) {
    const value = kit.fieldOf(values, field)
    if (kit.textOf(value) !== text)
      note({ ...resource, line: value?.line ?? line }, label, `has another ${field} than ${text}`)
  }
}

/** An address, a prefix or a range, which is what the service documents. */
function addressOf(where: Where, text: string, name: string, { kit, note, isStrict }: Scope): PrefixSet {
  const range = !isStrict && text.includes('-') ? kit.rangeOfText(text) : undefined
  if (range) return kit.setOfRanges([range])
  const prefix = isStrict && !text.includes('/') ? `"${text}" is not a CIDR` : kit.prefixOrReason(text)
  if (typeof prefix === 'string') note(where, name, prefix)
  else if (prefix.family === 'ipv6') note(where, name, `has ${text}, and IP groups hold IPv4 only`)
  else return kit.setOf([prefix])
  return kit.empty
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
