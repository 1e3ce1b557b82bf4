import type { LocatedJson, Notes, Place, PrefixSet, ReadFile } from 'tagwall/reader'
import { kit, valueIn } from '../_kit/kit.ts'
import { type Scope, Spot, textsOf } from './reader-scope.ts'

/** A manifest: one object that a file declares. */
export interface Manifest {
  readonly place: Place
  /** Its group and version, `cilium.io/v2`. */
  readonly api: string
  readonly group: string
  readonly kind: string
  readonly name: string
  readonly namespace: string | undefined
  /** True for an object outside any namespace; false also where the text does not name its namespace. */
  readonly isOfCluster: boolean
  /** Undefined for an object that is neither a policy nor a set. */
  readonly role: Role | undefined
  readonly labels: ReadonlyMap<string, string>
  readonly root: LocatedJson
  spotIn(scope: Scope): Spot
  /** Its spec. Notes about it are at the start of the manifest. */
  specIn(scope: Scope): Spot
}

/** The addresses of a group of CIDRs, or of a network set. */
export interface AddressSet {
  readonly manifest: Manifest
  readonly addresses: PrefixSet
}

/** The objects of a file: JSON, or documents of YAML; lists as kubectl prints them give their items. */
export function manifestsIn({ part, text }: ReadFile, notes: Notes): Manifest[] {
  const own = kit.notes()
  // A YAML parser accepts JSON too, but long JSON texts parse faster as JSON.
  const json = /^\s*\{/.test(text) ? kit.readJson(text) : undefined
  const documents = json && json.kind !== 'broken' ? [json] : kit.readYaml(text)
  const manifests = documents.flatMap((root) => {
    if (root.kind !== 'broken') return objectsIn(root, part, own).flatMap((one) => one ?? [])
    own.add({ part, line: root.line }, root.text, root.reason)
    return []
  })
  if (documents.length === 0) own.add({ part, line: 1 }, 'the file', 'has no objects')
  // A text without objects is not a manifest.
  notes.addAll(own.all.map((note) => ({ ...note, isForeign: manifests.length === 0 })))
  return manifests
}

/** One object, or the items of a list, which may leave their version and kind to a list of one kind. */
function objectsIn(root: LocatedJson, part: string, notes: Notes): (Manifest | undefined)[] {
  const [items, kind] = [kit.fieldOf(root, 'items'), text(kit.fieldOf(root, 'kind'))]
  if (items?.kind !== 'list' || !kind?.endsWith('List')) return [manifestOf(root, {}, part, notes)]
  const all = { api: text(kit.fieldOf(root, 'apiVersion')), kind: kind.slice(0, -'List'.length) }
  return items.items.map((value) => manifestOf(value, kind === 'List' ? {} : all, part, notes))
}

const text = (value: LocatedJson | undefined) => kit.textOf(value) || undefined

const OF_CLUSTER = /^(?:CiliumCIDRGroup|CiliumClusterwideNetworkPolicy|GlobalNetwork(?:Policy|Set))$/

type OfList = { readonly api?: string | undefined; readonly kind?: string }

function manifestOf(value: LocatedJson, list: OfList, part: string, notes: Notes): Manifest | undefined {
  const place = { part, line: value.line }
  const api = text(kit.fieldOf(value, 'apiVersion')) ?? list.api
  const kind = text(kit.fieldOf(value, 'kind')) ?? list.kind
  const metadata = kit.fieldOf(value, 'metadata')
  const name = text(kit.fieldOf(metadata, 'name'))
  if (!api || !kind || !name) {
    const about = kind ?? kit.textOf(value) ?? 'the document'
    notes.add(place, about, 'is not a Kubernetes object with apiVersion, kind and name')
    return undefined
  }
  const isOfCluster = OF_CLUSTER.test(kind)
  const group = api.includes('/') ? api.slice(0, api.indexOf('/')) : ''
  const spotIn = (scope: Scope) => new Spot(scope, name, place, value)
  return {
    place,
    api,
    kind,
    name,
    group,
    // The API server drops the namespace of cluster-wide objects.
    namespace: isOfCluster ? undefined : text(kit.fieldOf(metadata, 'namespace')),
    isOfCluster,
    // Calico stores its own objects under another API group, which kubectl can print too.
    role: valueIn(ROLES, `${group.replace(/^crd\.(?=projectcalico\.org$)/, '')} ${kind}`),
    labels: textsOf(kit.fieldOf(metadata, 'labels')),
    root: value,
    spotIn,
    specIn: (scope) => spotIn(scope).about(kit.fieldOf(value, 'spec')),
  }
}

/** The role of an object for the network. */
export interface Role {
  readonly is: 'policy' | 'set'
  readonly system: 'cilium' | 'calico' | 'kubernetes'
  /** The form of our own files that has such objects, if any has. */
  readonly form?: string
  /** The version that our own files have. */
  readonly api: string
}

const cilium = { system: 'cilium', api: 'cilium.io/v2' } as const
const calico = { system: 'calico', api: 'projectcalico.org/v3' } as const
const kubernetes = { system: 'kubernetes', api: 'networking.k8s.io/v1' } as const
const ROLES: Readonly<Record<string, Role>> = {
  'cilium.io CiliumCIDRGroup': { is: 'set', ...cilium, form: 'cilium' },
  'cilium.io CiliumClusterwideNetworkPolicy': { is: 'policy', ...cilium, form: 'cilium' },
  'cilium.io CiliumNetworkPolicy': { is: 'policy', ...cilium },
  'projectcalico.org GlobalNetworkSet': { is: 'set', ...calico, form: 'calico' },
  'projectcalico.org NetworkSet': { is: 'set', ...calico },
  'projectcalico.org GlobalNetworkPolicy': { is: 'policy', ...calico, form: 'calico' },
  'projectcalico.org NetworkPolicy': { is: 'policy', ...calico },
  'networking.k8s.io NetworkPolicy': { is: 'policy', ...kubernetes, form: 'networkpolicy' },
}
