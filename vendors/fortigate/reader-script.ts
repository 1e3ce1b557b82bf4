import type { FoundRule, Notes, OptionValues, ReaderContext } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { Addresses } from './reader-objects.ts'
import { checkScript, policyReader } from './reader-policies.ts'
import { ServiceTable } from './reader-services.ts'
import type { Scope, Table, Tree } from './reader-tree.ts'

/** The rules of a script that was loaded as a whole. Everything in it must be understood, even unused objects. */
export function rulesOfScript(tree: Tree, context: ReaderContext, notes: Notes): FoundRule[] {
  const { options } = context
  const vdom = `${options.vdom ?? ''}`
  const scopes = [tree.scope(vdom), tree.scope('global'), ...(vdom === '' ? [] : [tree.scope('')])]
  for (const scope of tree.scopes.values()) notes.addAll(scope.notes.all)
  const addresses = new Addresses(scopes, notes, tree, context)
  const services = new ServiceTable(scopes, notes, tree)
  const { tables } = tree.scope(vdom)
  const objects = (table: string): Table => tables.get(table) ?? new Map()
  for (const table of ['firewall address', 'firewall addrgrp']) addresses.check('ipv4', objects(table))
  for (const table of ['firewall address6', 'firewall addrgrp6']) addresses.check('ipv6', objects(table))
  for (const table of ['firewall service custom', 'firewall service group']) services.check(objects(table))
  const policies = tree.policiesOf(tree.scope(vdom))
  checkScript(policies, options, notes)
  const anchor = anchorOf(options)
  const [first] = policies
  if (anchor && first && !tree.isPlaced(tree.scope(vdom), anchor.isBefore)) {
    const reason = `are not all directly ${anchor.isBefore ? 'before' : 'after'} policy ${anchor.id}, as the options say`
    notes.add(first.place, 'the policies', reason)
  }
  return policies.flatMap(policyReader({ addresses, services, context, notes }))
}

/** The rules while commands are taken in. What no command has changed since is known, and is the same set as before. */
export function rulesByStep(tree: Tree, context: ReaderContext): (notes: Notes) => FoundRule[] {
  const { options } = context
  const vdom = `${options.vdom ?? ''}`
  const scopes = [tree.scope(vdom), tree.scope('global')]
  const begin = () => {
    const notes = kit.notes()
    return { notes, addresses: new Addresses(scopes, notes, undefined, context) }
  }
  let known = begin()
  return (found) => {
    // A note comes up once: after one nothing that is known may be used again.
    const isAnew = known.notes.all.length > 0
    if (isAnew) known = begin()
    else for (const name of tree.changed) known.addresses.forget(name)
    const changed = isAnew ? undefined : new Set(tree.changed)
    tree.changed.clear()
    const { notes, addresses } = known
    for (const scope of tree.scopes.values()) notes.addAll(scope.notes.all)
    const services = new ServiceTable(scopes, notes, undefined)
    const policies = tree.policiesOf(tree.scope(vdom))
    checkScript(policies, options, notes)
    const rules = policies.flatMap(policyReader({ addresses, services, context, notes }))
    noteDangling(tree.scope(vdom), changed, notes)
    found.addAll(notes.all)
    return rules
  }
}

/** The policy of others that the options place the policies before or after. */
export function anchorOf({ beforePolicy, afterPolicy }: OptionValues) {
  const id = beforePolicy || afterPolicy
  return id ? { id: `${id}`, isBefore: Boolean(beforePolicy) } : undefined
}

/** Members of groups that are not there: the device does not delete what a group holds. With `changed`, only what these names bring. */
function noteDangling({ tables }: Scope, changed: ReadonlySet<string> | undefined, notes: Notes): void {
  for (const suffix of ['', '6']) {
    const [objects, groups] = [tables.get(`firewall address${suffix}`), tables.get(`firewall addrgrp${suffix}`)]
    const isGone = (name: string) => !objects?.has(name) && !groups?.has(name)
    const gone = new Set([...(changed ?? [])].filter(isGone))
    for (const { name, fields } of groups?.values() ?? []) {
      const isKnown = changed && !changed.has(name)
      if (isKnown && gone.size === 0) continue
      for (const { text, place } of fields.get('member') ?? [])
        if (isKnown ? gone.has(text) : isGone(text)) notes.add(place, text, 'names an address that does not exist')
    }
  }
}
