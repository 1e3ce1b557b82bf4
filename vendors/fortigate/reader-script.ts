import type { AddressFamily, Entry, FoundRule, Item, Notes, OptionValues, ReaderContext } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { anchorOf, type Table } from '../_policies/changes.ts'
import { LISTS, POLICY } from './reader-fields.ts'
import { Addresses } from './reader-objects.ts'
import { checkScript, PolicyReader } from './reader-policies.ts'
import { ServiceTable } from './reader-services.ts'
import { nameOf } from './reader-sides.ts'
import type { Scope, Tree } from './reader-tree.ts'

/**
 * Reads the rules of a script that was loaded as a whole, in which everything must be understood, even unused objects; and while commands are
 * taken in. Then what no command has changed since is known, and is the same set as before.
 */
export function scriptReader(
  tree: Tree,
  context: ReaderContext,
): (isWhole: boolean, notes: Notes) => readonly FoundRule[] {
  const { options } = context
  const vdom = `${options.vdom ?? ''}`
  const scopes = [tree.scope(vdom), tree.scope('global')]
  const begin = () => {
    const notes = kit.notes()
    const addresses = new Addresses(scopes, notes, tree, context)
    const services = new ServiceTable(scopes, notes, tree, addresses)
    const reader = new PolicyReader({ addresses, services, context, notes })
    const dangling = (['', '6'] as const).map((suffix) => new Dangling(tree.scope(vdom), suffix, notes))
    return { notes, addresses, services, reader, dangling }
  }
  let known: ReturnType<typeof begin> | undefined
  return (isWhole, found) => {
    // A note comes up once: after one nothing that is known may be used again.
    const last = isWhole || known?.notes.all.length !== 0 ? undefined : known
    for (const entry of last ? tree.changed : []) last?.addresses.forget(entry)
    const changed = last && new Set(Array.from(tree.changed, ({ name }) => name))
    tree.changed.clear()
    known = last ?? begin()
    const { notes, addresses, services, reader, dangling } = known
    for (const scope of tree.scopes.values()) notes.addAll(scope.notes.all)
    addresses.isOrdered = isWhole
    if (isWhole) checkObjects(tree.scope(vdom), addresses, services)
    const policies = policiesOf(tree, vdom)
    if (!changed || policies.some(({ name }) => changed.has(name))) checkScript(policies, notes)
    if (isWhole) checkPlace(policies[0], tree, options, notes)
    const rules = addresses.rulesOf(policies, (policy) => reader.read(policy))
    if (!isWhole) for (const one of dangling) one.note(changed)
    found.addAll(notes.all)
    return rules
  }
}

function checkObjects({ tables }: Scope, addresses: Addresses, services: ServiceTable): void {
  const objects = (table: string): Table => tables.get(table) ?? new Map()
  for (const table of ['firewall address', 'firewall addrgrp']) addresses.check('ipv4', objects(table))
  for (const table of ['firewall address6', 'firewall addrgrp6']) addresses.check('ipv6', objects(table))
  for (const table of ['firewall service custom', 'firewall service group']) services.check(objects(table))
}

/** The policies of a VDOM, in order. */
const policiesOf = (tree: Tree, vdom: string) => tree.inOrder(tree.scope(vdom).tables.get(POLICY))

/** Notes policies of a load that do not stand where the options place them. */
function checkPlace(first: Entry | undefined, tree: Tree, options: OptionValues, notes: Notes): void {
  const anchor = anchorIn(options)
  if (!anchor || !first || tree.standsAt(tree.scope(`${options.vdom ?? ''}`).tables.get(POLICY), anchor)) return
  const reason = `are not all directly ${anchor.isBefore ? 'before' : 'after'} policy ${anchor.name}, as the options say`
  notes.add(first.place, 'the policies', reason)
}

/** The policy of others that the options place the policies before or after. */
export const anchorIn = (options: OptionValues) => anchorOf(options, 'Policy')

/** Notes members of groups of one family that are not there: the device does not delete what a group holds. */
class Dangling {
  /** The members of each group. */
  private readonly members = kit.kept<Entry, ReadonlySet<string>>()

  constructor(
    private readonly scope: Scope,
    private readonly suffix: '' | '6',
    private readonly notes: Notes,
  ) {}

  /** With `changed`, only what these names bring. */
  note(changed: ReadonlySet<string> | undefined): void {
    const [objects, groups] = [this.table('address'), this.table('addrgrp')]
    const names = [...(changed ?? [])]
    const { values } = this.members.of([...groups.values()], names, (fresh, uses) =>
      fresh.map((group) => {
        uses(group, group.name)
        return new Set(membersOf(group).map(({ text }) => text))
      }),
    )
    const isGone = (name: string) => !objects.has(name) && !groups.has(name)
    const gone = new Set(names.filter((name) => isGone(name) && values.some((members) => members.has(name))))
    for (const group of groups.values()) {
      const isKnown = changed && !changed.has(group.name)
      if (isKnown && gone.size === 0) continue
      for (const { text, place } of membersOf(group))
        if (isKnown ? gone.has(text) : isGone(text)) this.notes.add(place, text, 'names an address that does not exist')
    }
  }

  private table(name: string): Table {
    return this.scope.tables.get(`firewall ${name}${this.suffix}`) ?? new Map()
  }
}

const membersOf = ({ fields }: Entry) => fields.get('member') ?? []

const KINDS: readonly (readonly [table: string, kind: Item['kind'], family?: AddressFamily])[] = [
  ['firewall addrgrp', 'group', 'ipv4'],
  ['firewall addrgrp6', 'group', 'ipv6'],
  ['firewall address', 'object', 'ipv4'],
  ['firewall address6', 'object', 'ipv6'],
  ['firewall service group', 'service'],
  ['firewall service custom', 'service'],
]

/** All that a VDOM holds: policies before groups, outer groups before inner ones, objects last. */
export function itemsOf(tree: Tree, vdom: string): Item[] {
  const scope = tree.scope(vdom)
  return [
    ...policiesOf(tree, vdom).map((entry): Item => {
      return { kind: 'rule', name: nameOf(entry), id: entry.name, list: POLICY, fields: fieldsOf(entry) }
    }),
    ...KINDS.flatMap(([table, kind, family]) => {
      const entries: Table = scope.tables.get(table) ?? new Map()
      const membersOf = (name: string) => (entries.get(name)?.fields.get('member') ?? []).map(({ text }) => text)
      const names = kind === 'object' ? [...entries.keys()].reverse() : kit.outerFirst([...entries.keys()], membersOf)
      return names.map((name) =>
        tree.itemOf(entries.get(name) as Entry, (entry) => {
          return { kind, ...(family && { family }), name, fields: fieldsOf(entry) }
        }),
      )
    }),
  ]
}

/** The fields of an entry. One that is unset is the same to the device as one that was never set. */
function fieldsOf({ fields }: Entry): Item['fields'] {
  const filled: Record<string, string | string[]> = {}
  for (const [field, values] of fields) {
    if (values.length === 0) continue
    const texts = values.map(({ text }) => text)
    filled[field] = LISTS.has(field) ? texts : texts.join(' ')
  }
  return filled
}
