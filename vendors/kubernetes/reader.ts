import type { Device, Direction, FoundRule, Item, Note, Notes, ReaderContext, Reading } from 'tagwall/reader'
import { orderOf, readCalicoPolicy } from './reader-calico.ts'
import { type NetworkSet, networkSetOf } from './reader-calico-entity.ts'
import { checkFields } from './reader-checks.ts'
import { type CidrGroup, cidrGroupOf, readCiliumPolicy, widest } from './reader-cilium.ts'
import { type Kind, kindOf } from './reader-kinds.ts'
import { readNetworkPolicy } from './reader-networkpolicy.ts'
import { openRule, type Said } from './reader-rules.ts'
import { type Thing, thingsIn } from './reader-things.ts'
import { fieldOf, isSame, type Scope } from './reader-values.ts'

/** An object that the cluster holds, and what was made of it, which stays the same until it is replaced. */
interface Held {
  readonly thing: Thing
  readonly kind: Kind
  readonly notes: Notes
  set?: CidrGroup & NetworkSet
}

/** A cluster that `kubectl apply` gives objects to: one after the other, each in place of the one with its kind and name. */
export const device = (context: ReaderContext): Device => {
  const { kit } = context
  const held = new Map<string, Held>()
  const notes = kit.notes()
  return {
    *load(files, load) {
      const loaded = new Set<string>()
      for (const file of files) {
        for (const thing of thingsIn(file, kit, (...note) => notes.add(...note))) {
          const key = [thing.group, thing.kind, thing.namespace ?? '', thing.name].join(' ')
          if (loaded.has(key)) notes.add(thing.place, thing.name, `is a ${thing.kind} that is there twice`)
          loaded.add(key)
          if (load === 'cleanup') held.delete(key)
          else held.set(key, { thing, kind: kindOf(thing), notes: kit.notes() })
          yield
        }
      }
    },
    reading: () => readingOf([...held.values()], notes.all, context),
    inventory: () => itemsOf([...held.values()]),
  }
}

/** Sets are removed after the policies that name them. */
function itemsOf(held: readonly Held[]): Item[] {
  const named = (wanted: string, kind: Item['kind']) =>
    held.filter((one) => one.kind.is === wanted).map(({ thing: { name } }): Item => ({ kind, name }))
  return [...named('policy', 'rule'), ...named('set', 'set')]
}

function readingOf(held: readonly Held[], loaded: readonly Note[], context: ReaderContext): Reading {
  const { kit, options, purpose, narrow } = context
  const isStrict = purpose === 'prove'
  const notes = kit.notes()
  notes.addAll(loaded)
  const narrowed = narrow.namespace === undefined ? undefined : [narrow.namespace]
  const asked = narrowed ?? (options.form === 'networkpolicy' ? [`${options.namespace}`] : asList(options))
  const scopeFor = (into: Notes): Scope => ({
    ...{ kit, options, isStrict, asked },
    note: (place, text, reason) => into.add(place, text, reason),
  })
  const scope = scopeFor(notes)
  for (const one of held) {
    const { thing, kind } = one
    if (kind.is === 'set' && !one.set) {
      const own = scopeFor(one.notes)
      one.set = kind.system === 'cilium' ? cidrGroupOf(thing, own) : networkSetOf(thing, own)
    }
    if (kind.is !== 'other')
      checkFields(thing.root, ['apiVersion', 'kind', 'metadata', 'spec', 'specs', 'status'], thing, scopeFor(one.notes))
    notes.addAll(one.notes.all)
    if (kind.is === 'other') notes.add(thing.place, thing.kind, kind.reason, { isHarmless: kind.isHarmless })
  }
  if (isStrict) checkOwn(held, scope)
  const rules = rulesIn(held, scope)
  return { rules, lists: [], notes: notes.all, ...(!isStrict && { scopes: { namespace: namespacesIn(held) } }) }
}

const asList = ({ pods, namespaces }: ReaderContext['options']) =>
  pods === 'all' ? undefined : (namespaces as readonly string[])

const namespacesIn = (held: readonly Held[]) =>
  [...new Set(held.flatMap(({ thing }) => thing.namespace ?? []))].sort((a, b) => (a < b ? -1 : 1))

/** When proving: one policy, of the right name and kind, and no others; and nothing of an object that we do not write. */
function checkOwn(held: readonly Held[], scope: Scope): void {
  const { options, note } = scope
  const policies = held.filter(({ kind }) => kind.is === 'policy')
  for (const { thing, kind } of held) {
    checkFields(thing.root, ['apiVersion', 'kind', 'metadata', 'spec'], thing, scope)
    const isSet = kind.is === 'set' && options.form === 'calico'
    const own = thing.name.slice(`${options.name}-`.length)
    const labels = {
      'app.kubernetes.io/managed-by': 'tagwall',
      ...(isSet && { 'tagwall-set': `${options.name}.${own}` }),
    }
    const namespace = options.form === 'networkpolicy' && { namespace: options.namespace }
    if (!isSame(fieldOf(thing.root, 'metadata'), { name: thing.name, ...namespace, labels }))
      note(thing.place, thing.name, 'has other metadata than its name and labels')
    if (kind.is === 'other' || kind.form !== options.form || thing.api !== kind.api)
      note(thing.place, thing.name, `is a ${thing.kind} of ${thing.api}, which form=${options.form} has none of`)
    if (kind.is === 'policy' && thing.name !== options.name)
      note(thing.place, thing.name, `is not the policy ${options.name}`)
    if (kind.is === 'set' && !thing.name.startsWith(`${options.name}-`))
      note(thing.place, thing.name, `is not a set of ${options.name}`)
  }
  if (policies.length !== 1 && policies[0])
    note(policies[0].thing.place, policies[0].thing.name, 'is not the only policy')
}

const NO_RULES: readonly FoundRule[] = []

function rulesIn(held: readonly Held[], scope: Scope): FoundRule[] {
  const groups = new Map(
    held.flatMap(({ thing, set, kind }) => (set && kind.system === 'cilium' ? [[thing.name, set]] : [])),
  )
  const sets = held.flatMap(({ set, kind }) => (set && kind.system === 'calico' ? [set] : []))
  const read = ({ thing, kind }: Held): Said => {
    if (kind.system === 'cilium') return readCiliumPolicy(thing, groups, scope)
    return kind.system === 'calico' ? readCalicoPolicy(thing, sets, scope) : readNetworkPolicy(thing, scope)
  }
  const policies = held.filter(({ kind }) => kind.is === 'policy').map((one) => ({ ...one, said: read(one) }))
  const systems = new Set(policies.map(({ kind }) => kind.system))
  const first = policies[0]
  if (systems.has('cilium') && systems.has('calico') && first)
    scope.note(
      first.thing.place,
      first.thing.name,
      'is a policy beside those of another network: only one of Cilium and Calico can be in force',
    )
  const said = systems.has('calico') ? inOrder(policies) : deniedFirst(policies)
  const place = (direction: Direction) =>
    policies[0]?.thing.place ?? held[0]?.thing.place ?? { part: direction, line: 1 }
  if (held.length === 0) return []
  return [
    ...said,
    ...(scope.isStrict
      ? NO_RULES
      : (['outbound', 'inbound'] as const).flatMap((direction) => {
          const closed = widest(policies.map((one) => one.said.closes[direction]))
          return openRule(direction, closed, place(direction), scope.kit)
        })),
  ]
}

interface Spoken extends Held {
  readonly said: Said
}

// Policies of Kubernetes stand at 1000 among those of Calico.
const inOrder = (policies: readonly Spoken[]): FoundRule[] =>
  policies
    .map((one) => ({ ...one, order: one.kind.system === 'calico' ? orderOf(one.thing) : 1000 }))
    .sort((a, b) => a.order - b.order || (a.thing.name < b.thing.name ? -1 : 1))
    .flatMap(({ said }) => said.rules)

/** Where policies have no order, what one denies no other can allow. */
function deniedFirst(policies: readonly Spoken[]): FoundRule[] {
  const rules = policies.flatMap(({ said }) => said.rules)
  return [...rules.filter(({ action }) => action === 'deny'), ...rules.filter(({ action }) => action === 'allow')]
}
