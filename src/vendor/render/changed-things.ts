import type { Fitted, FittedSet } from '../../model/fitted.ts'
import { lazy } from '../../model/lazy.ts'
import type { ItemSource } from '../../model/made-item.ts'
import { groupsByName, haveSameMembers } from '../../model/member-groups.ts'
import type { OptionValues } from '../../model/option.ts'
import type { Vendor } from '../../model/vendor.ts'
import { changedPrefixes } from './changed-prefixes.ts'
import { prefixViewer } from './prefix-view.ts'
import { type SetView, withFields } from './set-view.ts'
import type { View } from './view.ts'

/** One side of a change, and its view. */
export interface Side {
  readonly fitted: Fitted
  readonly view: View
}

/** A vendor under options, and whether the device words things of a name otherwise than the older side is written. */
interface Dialect {
  readonly vendor: Vendor
  readonly options: OptionValues
  readonly isReworded: (name: string) => boolean
}

/** A view of what a device holds. */
export interface Thing {
  readonly name: string
  /** Of a set or a group: what it gains and loses. */
  readonly members?: readonly Thing[]
}

export type ChangedThings = Readonly<
  Record<ItemSource, () => readonly [old: readonly Thing[], young: readonly Thing[]]>
>

/**
 * The things of both sides, by the list of the view: of those whose name or members say all that they hold, only what is different, which is little.
 * Each is computed once, if a kind asks for it. Objects have no views of prefixes that stay.
 */
export function changedThings(before: Side, after: Side, { vendor, options, isReworded }: Dialect): ChangedThings {
  const [old, young] = [before.view, after.view]
  const onSides = (thingsOf: (view: View) => readonly Thing[]) => () => [thingsOf(old), thingsOf(young)] as const
  return {
    objects: lazy(() => {
      const { added, removed } = changedPrefixes(setsOf(before.fitted), setsOf(after.fitted))
      const viewer = prefixViewer(vendor, options)
      return [removed.map((prefix) => viewer(prefix)), added.map((prefix) => viewer(prefix))]
    }),
    groups: lazy(() => {
      const [older, newer] = [groupsByName(before.fitted), groupsByName(after.fitted)]
      const stays = ({ name }: Thing) => {
        const [was, is] = [older.get(name), newer.get(name)]
        return was !== undefined && is !== undefined && haveSameMembers(was, is) && !isReworded(name)
      }
      return [old.groups.filter((group) => !stays(group)), young.groups.filter((group) => !stays(group))]
    }),
    sets: lazy(() => changedSets(before, after, isReworded, familiesOf)),
    wholeSets: lazy(() => changedSets(before, after, isReworded, (set) => [withMembers(set)])),
    services: lazy(() => [onlyIn(old.services, young.services), onlyIn(young.services, old.services)]),
    rules: onSides(({ rules }) => rules),
    entries: onSides(({ rules }) => rules),
    policyRules: onSides(({ policyRules }) => policyRules),
    remotes: lazy(() => [onlyIn(old.remotes, young.remotes), onlyIn(young.remotes, old.remotes)]),
    cover: lazy(() => [onlyIn(old.cover, young.cover), onlyIn(young.cover, old.cover)]),
    chains: onSides(({ directions }) => directions.flatMap(({ services }) => services)),
    directions: onSides(({ directions }) => directions.map((one) => withFields({ name: one.direction }, one))),
    families: onSides(({ families }) => families.map((one) => withFields({ name: one.word }, one))),
    once: onSides((view) => [withFields({ name: view.policy }, view)]),
  }
}

/** The thing with the members only that the other side has not. */
export function withoutMembersOf<One extends Thing>(thing: One, other: Thing): One {
  if (!thing.members || !other.members) return thing
  const known = new Set(other.members.map(({ name }) => name))
  const members = thing.members.filter(({ name }) => !known.has(name))
  return withFields(thing, 'prefixes' in thing ? { members, prefixes: members } : { members })
}

const setsOf = ({ locals, sets }: Fitted) => [...locals, ...sets]

/** The sets of rules and of local sides that are on one side only, or have other addresses or words there. */
function changedSets(
  before: Side,
  after: Side,
  isReworded: (name: string) => boolean,
  thingsOf: (set: SetView) => readonly Thing[],
) {
  const [older, newer] = [before, after].map(({ fitted }) => new Map(setsOf(fitted).map((set) => [set.name, set])))
  const stays = ({ name }: Thing) => areSame(older?.get(name), newer?.get(name)) && !isReworded(name)
  const changed = (sets: readonly SetView[], isLocal: boolean) =>
    sets.filter((set) => !stays(set)).map((set) => withFields({ isLocal, isRemote: !isLocal }, set))
  const things = ({ locals, sets }: View) => [...changed(locals, true), ...changed(sets, false)].flatMap(thingsOf)
  return [things(before.view), things(after.view)] as const
}

function areSame(was: FittedSet | undefined, is: FittedSet | undefined): boolean {
  if (was === undefined || is === undefined) return false
  const wordsOf = ({ set: { id, tags, own, except } }: FittedSet) =>
    JSON.stringify([id, tags, own?.texts, except?.cutsTags])
  return wordsOf(was) === wordsOf(is) && was.set.prefixes.equals(is.set.prefixes)
}

const familiesOf = (set: SetView) => set.families.map((family) => withMembers(withFields(set, family)))

function withMembers<Set extends Pick<SetView, 'name' | 'prefixes'>>(set: Set) {
  return withFields(set, {
    get members() {
      return set.prefixes
    },
  })
}

function onlyIn(these: readonly Thing[], those: readonly Thing[]): Thing[] {
  const known = new Set(those.map(({ name }) => name))
  return these.filter(({ name }) => !known.has(name))
}
