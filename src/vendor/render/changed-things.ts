import { comparePrefixes, formatPrefix, type Prefix, prefixesMissingIn } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import { allSets, type Fitted, type FittedSet, groupsByName, haveSameMembers } from '../../model/fitted.ts'
import { lazy, memo } from '../../model/lazy.ts'
import type { OptionValues } from '../../model/option.ts'
import type { AddressSet } from '../../model/ruleset.ts'
import type { Vendor } from '../../model/vendor.ts'
import type { ItemSource } from '../../model/vendor-words.ts'
import { type PrefixView, prefixViewer } from './prefix-view.ts'
import { templatesOf } from './render.ts'
import { type SetView, viewWith, withFields } from './set-view.ts'
import { type View, viewOf } from './view.ts'

/** One side of a change, its view, and what a template makes of a thing in it. */
export interface Side {
  readonly fitted: Fitted
  readonly vendor: Vendor
  readonly view: View
  readonly render: (template: string, thing: object) => string
}

/**
 * A side that renders each thing of its view once: commands and the way back compare the same ones. Things of one comparison go with it. `render` throws
 * `UserError` if a template fails.
 */
export function sideOf(fitted: Fitted, vendor: Vendor, options: OptionValues): Side {
  const view = viewOf(fitted, vendor, options)
  const render = templatesOf(vendor)
  const texts = new WeakMap<object, (template: string) => string>()
  const textsOf = (thing: object) => {
    const known = texts.get(thing) ?? memo((template: string) => render(template, thing, view))
    texts.set(thing, known)
    return known
  }
  return { fitted, vendor, view, render: (template, thing) => textsOf(thing)(template) }
}

/** A view of what a device holds. */
export interface Thing {
  readonly name: string
  /** Of a prefix. */
  readonly cidr?: string
  /** Of a set or a group: what it gains and loses. */
  readonly members?: readonly Thing[]
  /** Of a set: the members that the other side has not. */
  readonly lone?: readonly Thing[] | undefined
  /** Of one family of a set. */
  readonly word?: string
}

type ChangedThings = Readonly<Record<ItemSource, () => readonly [old: readonly Thing[], young: readonly Thing[]]>>

/**
 * The things of both sides, by the list of the view: of those whose name or members say all that they hold, only what is different, which is little.
 * `isReworded`: the device words things of a name otherwise than the older side is written. Between other options, anything may be different. Each is computed once, if a kind asks for it. Objects have no views of prefixes that stay.
 */
export function changedThings(before: Side, after: Side, isReworded: (name: string) => boolean): ChangedThings {
  const [old, young] = [before.view, after.view]
  const isOther = haveOtherOptions(before, after)
  /** True if things of the name can differ although their addresses and words are the same. */
  const mayDiffer = (name: string) => isOther || isReworded(name)
  const alone = (thingsOf: (view: View) => readonly Thing[]) =>
    lazy(() => {
      const [olds, youngs] = [thingsOf(old), thingsOf(young)]
      return isOther ? ([olds, youngs] as const) : ([onlyIn(olds, youngs), onlyIn(youngs, olds)] as const)
    })
  /** The sets of rules and of local sides that are on one side only, or have other addresses or words there: whole, or each of their families. */
  const changedSets = (areWhole: boolean) => {
    const things = ({ fitted, view }: Side, other: Side) => {
      const viewer = prefixViewer(after.vendor, view.options)
      const others = new Map(allSets(other.fitted).map((set) => [set.name, set]))
      return allSets(fitted).flatMap(({ name, set }, index): readonly Thing[] => {
        const was = others.get(name)
        if (was && areSame(set, was.set) && !mayDiffer(name)) return []
        const isLocal = index < fitted.locals.length
        const seen = withFields({ isLocal, isRemote: !isLocal }, view.allSets[index] as SetView)
        const thingOf = (own: PrefixSet, held: PrefixSet, family?: SetView['families'][number]) => {
          const members = () => (family ?? seen).prefixes
          const lone = () => (isOther ? undefined : missingIn(held, own).map((prefix) => viewer(prefix)))
          return withFields(seen, family ?? {}, viewWith({ members, lone }))
        }
        const [own, held] = [set.prefixes, was?.set.prefixes ?? PrefixSet.empty]
        if (areWhole) return [thingOf(own, held)]
        return seen.families.map((one) => thingOf(own.family(one.family), held.family(one.family), one))
      })
    }
    return [things(before, after), things(after, before)] as const
  }
  const onSides = (thingsOf: (view: View) => readonly Thing[]) => () => [thingsOf(old), thingsOf(young)] as const
  return {
    objects: lazy(() => {
      if (isOther) return [old.objects, young.objects]
      const viewer = prefixViewer(after.vendor, young.options)
      const [olds, youngs] = [allSets(before.fitted), allSets(after.fitted)]
      return [prefixesOnlyIn(olds, youngs), prefixesOnlyIn(youngs, olds)].map((only) =>
        only.sort(comparePrefixes).map((prefix) => viewer(prefix)),
      ) as [PrefixView[], PrefixView[]]
    }),
    groups: lazy(() => {
      const [older, newer] = [groupsByName(before.fitted), groupsByName(after.fitted)]
      const stays = ({ name }: Thing) => {
        const [was, is] = [older.get(name), newer.get(name)]
        return was !== undefined && is !== undefined && haveSameMembers(was, is) && !mayDiffer(name)
      }
      return [old.groups.filter((group) => !stays(group)), young.groups.filter((group) => !stays(group))]
    }),
    sets: lazy(() => changedSets(false)),
    wholeSets: lazy(() => changedSets(true)),
    services: alone(({ services }) => services),
    rules: onSides(({ rules }) => rules),
    entries: onSides(({ rules }) => rules),
    policyRules: onSides(({ policyRules }) => policyRules),
    remotes: alone(({ remotes }) => remotes),
    cover: alone(({ cover }) => cover),
    chains: onSides(({ directions }) => directions.flatMap(({ services }) => services)),
    directions: onSides(({ directions }) => directions.map((one) => withFields({ name: one.direction }, one))),
    families: onSides(({ families }) => families.map((one) => withFields({ name: one.word }, one))),
    once: onSides((view) => [withFields({ name: view.policy }, view)]),
  }
}

/** True if the sides are written under different options. */
const haveOtherOptions = (before: Side, after: Side): boolean =>
  JSON.stringify(before.view.options) !== JSON.stringify(after.view.options)

/** The thing with the members only that the other side has not. */
export function withoutMembersOf<One extends Thing>(thing: One, other: Thing): One {
  if (!thing.members || !other.members) return thing
  const members = thing.lone ?? onlyIn(thing.members, other.members)
  return withFields(thing, 'prefixes' in thing ? { members, prefixes: members } : { members })
}

/** True if two sets have the same words and addresses. */
function areSame(was: AddressSet, is: AddressSet): boolean {
  const wordsOf = ({ id, tags, own, except }: AddressSet) => JSON.stringify([id, tags, own?.texts, except?.cutsTags])
  return wordsOf(was) === wordsOf(is) && was.prefixes.equals(is.prefixes)
}

/** The things that are not among the others, by name. */
export function onlyIn(these: readonly Thing[], those: readonly Thing[]): Thing[] {
  const known = new Set(those.map(({ name }) => name))
  return these.filter(({ name }) => !known.has(name))
}

/** The prefixes of `set` that `other` has not. */
const missingIn = (other: PrefixSet, set: PrefixSet): Prefix[] =>
  set.equals(other) ? [] : prefixesMissingIn(other.prefixes, set.prefixes)

/** The prefixes of `these` that none of `those` has, without duplicates. */
function prefixesOnlyIn(these: readonly FittedSet[], those: readonly FittedSet[]): Prefix[] {
  const older = new Map(those.map((set) => [set.name, set]))
  const found = these.flatMap(({ name, set }) =>
    missingIn(older.get(name)?.set.prefixes ?? PrefixSet.empty, set.prefixes),
  )
  // They may be in sets of other names.
  const changed = PrefixSet.of(found)
  const near = those.filter(({ set }) => set.prefixes.overlaps(changed))
  const known = new Set(near.flatMap(({ set }) => set.prefixes.texts))
  return [...new Map(found.map((prefix) => [formatPrefix(prefix), prefix]))].flatMap(([text, prefix]) =>
    known.has(text) ? [] : [prefix],
  )
}
