import type { Notes } from 'tagwall/reader'
import type { Policy } from './reader-rules.ts'
import { below, childrenOf, type Tree } from './reader-tree.ts'

/** A full file of ours puts each policy that it sets after the one before: an older load may have left another order. */
export function orderNotes(tree: Tree, policies: readonly Policy[], notes: Notes): void {
  const seen = new Set<string>()
  for (const { name, node, from, to, isGlobal } of policies) {
    const where = isGlobal ? ['global'] : ['from-zone', from[0] ?? '', 'to-zone', to[0] ?? '']
    const path = ['security', 'policies', ...where, 'policy', name]
    if (!tree.isSet(...path)) continue
    const key = where.join(' ')
    if (seen.has(key) && !tree.isInserted(...path)) notes.add(node.place, name, 'is not put after the policy before it')
    seen.add(key)
  }
}

/** Notes about parts of the configuration that an audit does not evaluate. */
export function auditNotes(tree: Tree, notes: Notes): void {
  const inherited = 'inherits from groups, which is not followed: print it with | display inheritance'
  const policies = tree.at('security', 'policies')
  const contexts = [...childrenOf(below(policies, 'from-zone')).values()].flatMap((from) => [
    ...childrenOf(below(from, 'to-zone')).values(),
  ])
  const books = [...childrenOf(tree.at('security', 'address-book')).values()]
  for (const node of [policies, below(policies, 'global'), ...contexts, ...books])
    for (const name of childrenOf(below(node, 'apply-groups')).keys()) if (node) notes.add(node.place, name, inherited)
  for (const [name, group] of childrenOf(tree.at('groups'))) {
    const security = below(group, 'security')
    const said = [below(security, 'policies'), below(security, 'address-book'), below(group, 'applications')]
    if (name !== 'junos-defaults' && said.some((node) => node))
      notes.add(
        group.place,
        name,
        'is a group with policies or addresses, which is not followed: print it with | display inheritance',
      )
  }
  for (const kind of ['logical-systems', 'tenants'])
    for (const [name, { place }] of childrenOf(tree.at(kind)))
      notes.add(place, name, 'has policies of its own, which are not read', { isHarmless: true })
  for (const family of ['inet6', 'mpls']) {
    const mode = [...childrenOf(tree.at('security', 'forwarding-options', 'family', family, 'mode'))][0]
    if (mode?.[0] === 'packet-based')
      notes.add(mode[1].place, `family ${family} mode packet-based`, 'lets packets pass without policies')
  }
  for (const word of ['policies', 'applications']) {
    const node = word === 'policies' ? policies : tree.at(word)
    for (const [name, child] of childrenOf(node)) if (child.isUnknown) notes.add(child.place, name, 'is not understood')
  }
}
