import type { Notes, Place } from 'tagwall/reader'
import type { Policy } from './reader-rules.ts'
import type { Node, Tree } from './reader-tree.ts'

/** A full file of ours puts each policy that it sets after the one before: an older load may have left another order. */
export function orderNotes(tree: Tree, policies: readonly Policy[], notes: Notes): void {
  const seen = new Set<string>()
  for (const { name, node, from, to, isGlobal } of policies) {
    if (!tree.policies.has(node)) continue
    const list = isGlobal ? 'global' : `${from[0]} ${to[0]}`
    if (seen.has(list) && !tree.inserted.has(node)) notes.add(node.place, name, 'is not put after the policy before it')
    seen.add(list)
  }
}

const NO_POLICIES = 'has no security policies: an SRX drops all traffic then, a router or switch passes it'
const INHERITED = 'inherits from groups, which is not followed: print it with | display inheritance'

/** Notes about parts of the configuration that an audit does not evaluate. */
export function auditNotes(tree: Tree, start: Place, notes: Notes): void {
  const { root } = tree
  if (!root.at('security', 'policies') && !root.at('security', 'zones')) notes.add(start, 'configuration', NO_POLICIES)
  const contexts = root.nodes('security', 'policies', 'from-zone').flatMap((from) => from.nodes('to-zone'))
  const parts = [['security'], ['security', 'policies'], ['security', 'policies', 'global']].map((path) =>
    root.at(...path),
  )
  for (const node of [...parts, ...contexts, ...root.nodes('security', 'address-book')])
    for (const name of inheritedBy(node)) if (node) notes.add(node.place, name, INHERITED)
  groupNotes(tree, notes)
  otherSystemNotes(tree, notes)
  for (const { place, text, reason, group } of tree.bypasses)
    if (group === undefined || isApplied(group, tree)) notes.add(place, text, reason)
  for (const family of ['inet6', 'mpls']) {
    const [mode] = root.entries('security', 'forwarding-options', 'family', family, 'mode')
    if (mode?.[0] === 'packet-based')
      notes.add(mode[1].place, `family ${family} mode packet-based`, 'lets packets pass without policies')
  }
  for (const [name, { place, isUnknown }] of [...root.entries('security', 'policies'), ...root.entries('applications')])
    if (isUnknown) notes.add(place, name, 'is not understood')
}

const inheritedBy = (node: Node | undefined) => node?.words('apply-groups') ?? []

/** Groups are templates: one with policies or addresses counts only where a statement applies it. */
function groupNotes(tree: Tree, notes: Notes): void {
  for (const [name, group] of tree.root.entries('groups')) {
    if (name === 'junos-defaults' || !isApplied(name, tree) || !decides(group)) continue
    const reason = 'is a group with policies or addresses, which is not followed: print it with | display inheritance'
    notes.add(group.place, name, reason)
  }
}

/** A cluster applies the groups of its nodes, `node0` and the like, by one word. */
const isApplied = (name: string, { applied }: Tree) =>
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the word of the configuration
  applied.has(name) || (/^node\d+$/.test(name) && applied.has('${node}'))

/** Logical systems and tenants have zones and policies of their own. One without policies lets nothing pass. */
function otherSystemNotes(tree: Tree, notes: Notes): void {
  for (const kind of OTHER_SYSTEMS)
    for (const [name, system] of tree.root.entries(kind)) {
      const inherits = [system, system.at('security')].some((node) => inheritedBy(node).length > 0)
      if (!inherits && !decides(system)) continue
      const reason = `has policies of its own, which are not read: audit the output of "show configuration ${kind} ${name}"`
      notes.add(system.place, name, reason)
    }
}

const OTHER_SYSTEMS = ['logical-systems', 'tenants'] as const

/** True if a group or system has statements by which traffic passes, or may pass. */
function decides(system: Node): boolean {
  const parts = ['policies', 'address-book', 'forwarding-options'].map((word) => system.at('security', word))
  const books = system.nodes('security', 'zones', 'security-zone').map((zone) => zone.at('address-book'))
  const others = ['applications', ...OTHER_SYSTEMS].map((word) => system.at(word))
  return [...parts, ...books, ...others].some((node) => node !== undefined)
}
