import type { LocatedJson, PortRange } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { AddressSet } from './reader-manifests.ts'
import type { Peer } from './reader-rules.ts'
import { fieldNames, isGiven, isSame, type Spot, show } from './reader-scope.ts'
import { expressionOf, meets } from './reader-selection.ts'

/** The source or destination of a rule. */
export interface Entity {
  readonly peer: Peer
  /** True if the entity has fields other than ports. */
  readonly isLimited: boolean
  readonly ports: { readonly ranges: readonly PortRange[]; readonly isPart: boolean } | undefined
  /** The names of its sets. */
  readonly names: readonly string[]
}

const FIELDS = 'nets notNets selector notSelector namespaceSelector ports notPorts serviceAccounts services'.split(' ')
const STRICT_FIELDS = ['selector', 'namespaceSelector', 'ports']

/** The API server, and DNS. */
const CLUSTER_SERVICES = [
  { name: 'kubernetes', namespace: 'default' },
  { name: 'kube-dns', namespace: 'kube-system' },
]

/** The sets that selectors can match by label: those of this namespace, or of the whole cluster. */
export interface Named {
  readonly sets: readonly AddressSet[]
  readonly namespace: string | undefined
}

/** The addresses and pods at one side of a rule. */
export function entityOf(value: LocatedJson | undefined, named: Named, spot: Spot): Entity {
  spot.onlyFields(value, spot.isStrict ? STRICT_FIELDS : FIELDS)
  const given = fieldNames(value).filter((name) => isGiven(value, name))
  const isLimited = given.some((name) => !['ports', 'notPorts'].includes(name))
  const nets = given.includes('nets') ? spot.addressesIn(value, 'nets') : kit.everything()
  const { names, ...chosen } = chosenBy(value, given, named, spot)
  const peer: Peer = {
    addresses: nets.intersect(chosen.addresses).subtract(spot.addressesIn(value, 'notNets')),
    hasPods: chosen.hasPods,
    isPart: chosen.isPart || given.includes('notSelector') || (given.includes('nets') && chosen.hasPods),
  }
  return { peer, isLimited, ports: portsOf(value, given, spot), names }
}

function chosenBy(
  value: LocatedJson | undefined,
  given: readonly string[],
  { sets, namespace: own }: Named,
  spot: Spot,
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
  if (spot.isStrict && (namespaces !== 'global()' || expression?.requirements.length !== 1))
    spot.note(`has the selector ${show(value)}, which may match more than one set`)
  if (!expression || !where) return { ...anything, isPart: true }
  const isIn = (namespace: string | undefined) => {
    if (namespaces !== '') return (namespace === undefined) === where.isGlobal
    // A namespaced policy without a namespace selector matches its own namespace, a global policy everything.
    return own === undefined || namespace === own
  }
  const found = sets.filter(
    ({ manifest: { namespace, labels } }) => isIn(namespace) && meets(labels, expression.requirements),
  )
  if (spot.isStrict && found.length !== 1)
    spot.note(`has the selector ${text}, which matches ${found.length === 0 ? 'no set' : `${found.length} sets`}`)
  return {
    addresses: kit.union(found.map(({ addresses }) => addresses)),
    hasPods: !where.isGlobal,
    // The labels of namespaces, which the files may lack, decide which sets match.
    isPart: found.length > 0 && where.requirements.length > 0,
    names: found.map(({ manifest }) => manifest.name),
  }
}

function portsOf(value: LocatedJson | undefined, given: readonly string[], spot: Spot): Entity['ports'] {
  if (!given.includes('ports') && !given.includes('notPorts')) return undefined
  let isPart = given.includes('notPorts')
  const ranges = spot.list(value, 'ports').flatMap((item): readonly PortRange[] => {
    const written = item.kind === 'scalar' ? item.value : ''
    const text = `${written}`
    const range = kit.portRange(text, { between: ':' })
    if (range && (!spot.isStrict || typeof written === (text.includes(':') ? 'string' : 'number'))) return [range]
    // A name is known to the pods only.
    if (/^(?=.*[a-z])[a-z0-9_.-]{1,128}$/i.test(text) && !spot.isStrict) {
      isPart = true
      return kit.everyPort
    }
    spot.note(`has the port ${show(item)}, which is not understood`, item)
    return []
  })
  return { ranges: ranges.length > 0 ? kit.joinPorts(ranges) : kit.everyPort, isPart }
}
