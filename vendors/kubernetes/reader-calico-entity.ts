import type { LocatedJson, PortRange, PrefixSet } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { type At, addressesOf, checkFields, lineOf, listOf } from './reader-checks.ts'
import { expressionOf } from './reader-expression.ts'
import type { Manifest } from './reader-manifests.ts'
import type { Peer } from './reader-rules.ts'
import { meets } from './reader-selection.ts'
import { fieldNames, isGiven, isSame, type Scope, show } from './reader-values.ts'

/** A set of addresses of a cluster or a namespace. */
export interface NetworkSet {
  readonly manifest: Manifest
  readonly addresses: PrefixSet
}

/** The addresses and labels of a network set. */
export function networkSetOf(manifest: Manifest, scope: Scope): NetworkSet {
  checkFields(manifest.spec, ['nets'], manifest, scope)
  return { manifest, addresses: addressesOf(listOf(manifest.spec, 'nets', manifest, scope), manifest, scope) }
}

/** The source or destination of a rule. */
export interface Entity {
  readonly peer: Peer
  readonly isAny: boolean
  /** True if the entity has fields other than ports. */
  readonly isLimited: boolean
  readonly ports: { readonly ranges: readonly PortRange[]; readonly isPart: boolean } | undefined
  /** The names of its sets. */
  readonly names: readonly string[]
}

const FIELDS = [
  'nets',
  'notNets',
  'selector',
  'notSelector',
  'namespaceSelector',
  'ports',
  'notPorts',
  'serviceAccounts',
  'services',
]
const STRICT_FIELDS = ['selector', 'namespaceSelector', 'ports']

/** The API server, and DNS. */
const CLUSTER_SERVICES = [
  { name: 'kubernetes', namespace: 'default' },
  { name: 'kube-dns', namespace: 'kube-system' },
]

/** The sets that selectors can match by label: those of this namespace, or of the whole cluster. */
export interface Named {
  readonly sets: readonly NetworkSet[]
  readonly namespace: string | undefined
}

/** The addresses and pods at one side of a rule. */
export function entityOf(value: LocatedJson | undefined, at: At, named: Named, scope: Scope): Entity {
  const { isStrict } = scope
  checkFields(value, isStrict ? STRICT_FIELDS : FIELDS, at, scope)
  const given = fieldNames(value).filter((name) => isGiven(value, name))
  const limits = given.filter((name) => !['ports', 'notPorts'].includes(name))
  const nets = given.includes('nets') ? addressesOf(listOf(value, 'nets', at, scope), at, scope) : kit.everything()
  const chosen = chosenBy(value, given, at, named, scope)
  const peer: Peer = {
    addresses: nets.intersect(chosen.addresses).subtract(addressesOf(listOf(value, 'notNets', at, scope), at, scope)),
    hasPods: chosen.hasPods,
    isPart: chosen.isPart || given.includes('notSelector') || (given.includes('nets') && chosen.hasPods),
  }
  return {
    peer,
    isAny: limits.length === 0,
    isLimited: limits.length > 0,
    ports: portsOf(value, given, at, scope),
    names: chosen.names,
  }
}

function chosenBy(
  value: LocatedJson | undefined,
  given: readonly string[],
  at: At,
  { sets, namespace: own }: Named,
  { isStrict, note }: Scope,
): Peer & { readonly names: readonly string[] } {
  const anything = { addresses: kit.everything(), hasPods: false, isPart: false, names: [] }
  // Service accounts belong to pods. A service can have any address behind it, but these two lead to the cluster.
  if (given.includes('services')) {
    const isOfCluster = CLUSTER_SERVICES.some((one) => isSame(kit.fieldOf(value, 'services'), one))
    return isOfCluster ? { ...anything, addresses: kit.empty, hasPods: true } : { ...anything, isPart: true }
  }
  const asks = given.includes('selector') || given.includes('namespaceSelector')
  if (!asks) return given.includes('serviceAccounts') ? { ...anything, addresses: kit.empty, hasPods: true } : anything
  const [text = '', namespaces = ''] = ['selector', 'namespaceSelector'].map((name) =>
    kit.textOf(kit.fieldOf(value, name)),
  )
  const [expression, where] = [expressionOf(text), expressionOf(namespaces)]
  if (isStrict && (namespaces !== 'global()' || expression?.requirements.length !== 1))
    note(at.place, at.name, `has the selector ${show(value)}, which may match more than one set`)
  if (!expression || !where) return { ...anything, isPart: true }
  const isIn = (namespace: string | undefined) => {
    if (namespaces !== '') return (namespace === undefined) === where.isGlobal
    // Without a namespace selector, a namespaced policy matches its own namespace, and a global policy matches everything.
    return own === undefined || namespace === own
  }
  const found = sets.filter(
    ({ manifest: { namespace, labels } }) => isIn(namespace) && meets(labels, expression.requirements),
  )
  if (isStrict && found.length !== 1)
    note(at.place, at.name, `has the selector ${text}, which ${found.length} sets have`)
  return {
    addresses: kit.union(found.map(({ addresses }) => addresses)),
    hasPods: !where.isGlobal,
    // The labels of namespaces, which the files may lack, decide which sets match.
    isPart: found.length > 0 && where.requirements.length > 0,
    names: found.map(({ manifest }) => manifest.name),
  }
}

function portsOf(value: LocatedJson | undefined, given: readonly string[], at: At, scope: Scope): Entity['ports'] {
  const { isStrict, note } = scope
  if (!given.includes('ports') && !given.includes('notPorts')) return undefined
  let isPart = given.includes('notPorts')
  const ranges = listOf(value, 'ports', at, scope).flatMap((item): readonly PortRange[] => {
    const text = item.kind === 'scalar' ? `${item.value}` : ''
    const range = kit.portRange(text, { between: ':' })
    if (
      range &&
      (!isStrict || typeof (item.kind === 'scalar' && item.value) === (text.includes(':') ? 'string' : 'number'))
    )
      return [range]
    // A name is known to the pods only.
    if (/^(?=.*[a-z])[a-z0-9_.-]{1,128}$/i.test(text) && !isStrict) {
      isPart = true
      return kit.everyPort
    }
    note(lineOf(item, at), at.name, `has the port ${show(item)}, which is not understood`)
    return []
  })
  return { ranges: ranges.length > 0 ? kit.joinPorts(ranges) : kit.everyPort, isPart }
}
