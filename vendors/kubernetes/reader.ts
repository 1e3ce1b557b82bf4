import type {
  Action,
  Device,
  FoundRule,
  Item,
  LocatedJson,
  Note,
  Notes,
  PrefixSet,
  ReaderContext,
  Reading,
} from 'tagwall/reader'
import { bindKit, DIRECTIONS, kit } from '../_kit/kit.ts'
import { readCalicoPolicy } from './reader-calico.ts'
import { readCiliumPolicy } from './reader-cilium.ts'
import { type Manifest, manifestsIn, type Role } from './reader-manifests.ts'
import { readNetworkPolicy } from './reader-networkpolicy.ts'
import { ruleForOpenPods, type SectionRules } from './reader-rules.ts'
import type { Namespaces, Scope } from './reader-scope.ts'

/** An object of the cluster with its parsed result, which stays the same until the object is replaced. */
interface Applied {
  readonly manifest: Manifest
  readonly notes: Notes
  /** The addresses of a set. */
  readonly addresses?: PrefixSet
}

/** A cluster that `kubectl apply` gives objects to: one after the other, each in place of the one with its kind and name. */
export const device = (context: ReaderContext): Device => {
  bindKit(context.kit)
  const applied = new Map<string, Applied>()
  const notes = kit.notes()
  return {
    *load(files, load) {
      const loaded = new Set<string>()
      for (const file of files) {
        for (const manifest of manifestsIn(file, notes)) {
          const key = [manifest.group, manifest.kind, manifest.namespace ?? '', manifest.name].join(' ')
          if (loaded.has(key)) notes.add(manifest.place, manifest.name, `is a ${manifest.kind} that appears twice`)
          loaded.add(key)
          if (load === 'cleanup') applied.delete(key)
          else applied.set(key, apply(manifest, context))
          yield
        }
      }
    },
    reading: () => readingOf([...applied.values()], notes.all, context),
    items: () => itemsOf([...applied.values()]),
  }
}

/** A policy is one item, because its rules have no names. Sets are removed after the policies that name them. */
function itemsOf(applied: readonly Applied[]): Item[] {
  const of = (wanted: Role['is']) => applied.map((one) => one.manifest).filter(({ role }) => role?.is === wanted)
  const fields = (root: LocatedJson) => kit.fieldsByPath(root, ['apiVersion', 'kind', 'status'])
  return [
    ...of('policy').map(({ name, root, kind }): Item => ({ kind: 'rule', name, list: kind, fields: fields(root) })),
    ...of('set').map(({ name, root }): Item => ({ kind: 'set', name, fields: fields(root) })),
  ]
}

function apply(manifest: Manifest, context: ReaderContext): Applied {
  const { role } = manifest
  const notes = kit.notes()
  const scope: Scope = { context, namespaces: { asked: undefined, named: undefined }, notes }
  if (!role) {
    const isHarmless = !/Policy$|Policies$|^Tier$/.test(manifest.kind) || /^Staged/.test(manifest.kind)
    const reason = isHarmless ? 'is not a network policy that is in force' : 'is not followed'
    notes.add(manifest.place, manifest.kind, reason, { isHarmless })
    return { manifest, notes }
  }
  const [spot, spec] = [manifest.spotIn(scope), manifest.specIn(scope)]
  const field = role.system === 'cilium' ? 'externalCIDRs' : 'nets'
  if (role.is === 'set') spec.onlyFields([field])
  const addresses = role.is === 'set' ? { addresses: spec.addresses(field) } : {}
  spot.onlyFields(FIELDS)
  if (!spot.isStrict && !manifest.isOfCluster && manifest.namespace === undefined) spot.note('has no namespace')
  return { manifest, notes, ...addresses }
}

function readingOf(applied: readonly Applied[], loaded: readonly Note[], context: ReaderContext): Reading {
  const { options, narrow } = context
  const notes = kit.notes()
  for (const some of [loaded, ...applied.map((one) => one.notes.all)]) notes.addAll(some)
  const named = options.pods === 'all' ? undefined : (options.namespaces as readonly string[])
  const own = options.form === 'networkpolicy' ? [`${options.namespace}`] : named
  const asked = narrow.namespace === undefined ? own : [narrow.namespace]
  const namespaces: Namespaces = { asked, named: new Set() }
  const scope: Scope = { context, namespaces, notes }
  const isProof = context.purpose === 'prove'
  if (isProof) checkOwn(applied, scope)
  const rules = rulesIn(applied, scope)
  for (const { manifest } of applied) if (manifest.namespace !== undefined) namespaces.named?.add(manifest.namespace)
  const scopes = namespaces.named && !isProof && { scopes: { namespace: [...namespaces.named].sort() } }
  return { rules, lists: [], notes: notes.all, ...scopes }
}

/** The fields of an object, and those that a server prints. */
const FIELDS = ['apiVersion', 'kind', 'metadata', 'spec', 'specs', 'status']

/** In a proof: exactly one policy, of the right name and kind, and only fields that tagwall writes. */
function checkOwn(applied: readonly Applied[], scope: Scope): void {
  const { options } = scope.context
  for (const { manifest } of applied) {
    const { name, role } = manifest
    const spot = manifest.spotIn(scope)
    spot.onlyFields(FIELDS.slice(0, 4))
    const isSet = role?.is === 'set' && options.form === 'calico'
    const own = name.slice(`${options.name}-`.length)
    const labels = {
      'app.kubernetes.io/managed-by': 'tagwall',
      ...(isSet && { 'tagwall-set': `${options.name}.${own}` }),
    }
    const namespace = options.form === 'networkpolicy' && { namespace: options.namespace }
    if (!spot.at('metadata').is({ name, ...namespace, labels }))
      spot.note('has other metadata than its name and labels')
    if (role?.form !== options.form || manifest.api !== role?.api)
      spot.note(`is a ${manifest.kind} of ${manifest.api}, which form=${options.form} has none of`)
    if (role?.is === 'policy' && name !== options.name) spot.note(`is not the policy ${options.name}`)
    if (role?.is === 'set' && !name.startsWith(`${options.name}-`)) spot.note(`is not a set of ${options.name}`)
  }
  const [policy, ...others] = applied.filter(({ manifest }) => manifest.role?.is === 'policy')
  if (others.length > 0) policy?.manifest.spotIn(scope).note('is not the only policy')
}

function rulesIn(applied: readonly Applied[], scope: Scope): FoundRule[] {
  const setsOf = (system: Role['system']) =>
    applied.flatMap(({ manifest, addresses }) =>
      addresses && manifest.role?.system === system ? { manifest, addresses } : [],
    )
  const groups = new Map(setsOf('cilium').map((set) => [set.manifest.name, set]))
  const sets = setsOf('calico')
  const read = (manifest: Manifest): SectionRules[] => {
    if (manifest.role?.system === 'cilium') return readCiliumPolicy(manifest, groups, scope)
    if (manifest.role?.system === 'calico') return readCalicoPolicy(manifest, sets, scope)
    return readNetworkPolicy(manifest, scope)
  }
  const policies = applied
    .filter(({ manifest }) => manifest.role?.is === 'policy')
    .map(({ manifest }): ReadPolicy => ({ manifest, sections: read(manifest) }))
  const systems = new Set(policies.map(({ manifest }) => manifest.role?.system))
  if (systems.has('cilium') && systems.has('calico'))
    policies[0]?.manifest
      .spotIn(scope)
      .note('is a policy beside those of another network: only one of Cilium and Calico can be in force')
  const rules = systems.has('calico') ? inOrder(policies, scope) : deniedFirst(policies)
  const first = policies[0] ?? applied[0]
  if (scope.context.purpose === 'prove' || !first) return rules
  const sections = policies.flatMap((one) => one.sections)
  const open = DIRECTIONS.flatMap((direction) => {
    const closed = sections.filter((one) => one.direction === direction).map(({ closes }) => closes)
    return ruleForOpenPods(direction, closed, first.manifest.place)
  })
  return [...rules, ...open]
}

interface ReadPolicy {
  readonly manifest: Manifest
  readonly sections: readonly SectionRules[]
}

const rulesOf = ({ sections }: ReadPolicy) => sections.flatMap(({ rules }) => rules)

/**
 * By order: lower numbers come first, policies of Calico without a number last, and those of Kubernetes have 1000. Of one order, the name decides,
 * and in older versions the namespace before it.
 */
function inOrder(policies: readonly ReadPolicy[], scope: Scope): FoundRule[] {
  const ordered = policies
    .map((one) => {
      const { role, specIn } = one.manifest
      const order = role?.system === 'calico' ? (specIn(scope).at('order').number ?? Number.POSITIVE_INFINITY) : 1000
      return { ...one, order }
    })
    .sort((a, b) => a.order - b.order || (a.manifest.name < b.manifest.name ? -1 : 1))
  const olderKey = ({ manifest: { namespace, name } }: ReadPolicy) =>
    namespace === undefined ? name : `${namespace}/${name}`
  for (const [index, one] of ordered.entries()) {
    const isUnsure = (other: (typeof ordered)[number]) =>
      other.order === one.order && olderKey(other) < olderKey(one) && contradict(rulesOf(one), rulesOf(other))
    const other = ordered.slice(index + 1).find(isUnsure)
    const reason = `has the order of ${one.manifest.name} and contradicts it: versions of Calico differ about which of them comes first`
    other?.manifest.spotIn(scope).note(reason)
  }
  return ordered.flatMap(rulesOf)
}

/** True if one of the policies allows addresses that the other one denies. */
function contradict(some: readonly FoundRule[], others: readonly FoundRule[]): boolean {
  return DIRECTIONS.some((direction) => {
    const addressesOf = (rules: readonly FoundRule[], action: Action) =>
      kit.union(
        rules.filter((one) => one.direction === direction && one.action === action).map((one) => one.remote.addresses),
      )
    return (
      addressesOf(some, 'allow').overlaps(addressesOf(others, 'deny')) ||
      addressesOf(some, 'deny').overlaps(addressesOf(others, 'allow'))
    )
  })
}

/** Policies have no order, so none can allow what another denies. */
const deniedFirst = (policies: readonly ReadPolicy[]): FoundRule[] =>
  policies.flatMap(rulesOf).sort((a, b) => Number(a.action === 'allow') - Number(b.action === 'allow'))
