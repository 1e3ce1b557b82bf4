import { hasListPerDirection } from '../../model/vendor.ts'
import { type Side, type Thing, withoutMembersOf } from './changed-things.ts'
import { changeOfThing, type Dialect, goneFrom, kindsOfSides } from './derived-delta.ts'
import { deltaHeaderOf } from './header.ts'
import { previousNames } from './rule-view.ts'
import { withFields } from './set-view.ts'

type Kind = ReturnType<typeof kindsOfSides>[number]

/**
 * The view of the newer side with how it differs from the older, by the `items` of the manifest: for templates of deltas. vendors/REFERENCE.md
 * describes its fields. Throws as `itemChanges`.
 */
export function differenceView(before: Side, after: Side, dialect: Dialect) {
  const { vendor } = dialect
  const kinds = kindsOfSides(before, after, dialect)
  const areApart = hasListPerDirection(vendor, after.view.options)
  const by = (thingsOf: (kind: Kind) => Thing[]) =>
    Object.fromEntries(
      vendor.items.map(({ each }) => [each, kinds.filter(({ kind }) => kind.each === each).flatMap(thingsOf)]),
    )
  const { published, changeNumber } = before.view
  return withFields(after.view, {
    header: deltaHeaderOf(before.fitted.ruleset, after.fitted.ruleset),
    before: { published, changeNumber },
    /** New, or made in another way. */
    changed: by((kind) => changedOf(kind, areApart)),
    gone: by(({ kind, sides }) => {
      const gone = goneFrom(sides()).map(({ thing }) => thing)
      // A packet meets the rule that decided about it until that rule goes itself.
      return kind.each === 'rules' ? gone.reverse() : gone
    }),
  })
}

export const isNoDifference = ({ changed, gone }: Pick<ReturnType<typeof differenceView>, 'changed' | 'gone'>) =>
  [...Object.values(changed), ...Object.values(gone)].every((things) => things.length === 0)

/** Things with the name of the changed one before them in their list, and with the members that they gain and lose. */
function changedOf({ kind, sides }: Kind, areApart: boolean): Thing[] {
  const { old, young } = sides()
  const changed = [...young.values()].flatMap((piece) => {
    const { thing } = piece
    const was = old.get(piece.key)
    if (!changeOfThing(kind, was, piece)) return []
    if (!thing.members) return [thing]
    const [added, removed] = was ? [withoutMembersOf(thing, was.thing), withoutMembersOf(was.thing, thing)] : [thing]
    return [withFields(thing, { added: added.members ?? [], removed: removed?.members ?? [] })]
  })
  const places = changed.map((thing) => {
    return { name: thing.name, direction: 'isOutbound' in thing ? `${thing.isOutbound}` : '' }
  })
  const previous = previousNames(places, areApart)
  return changed.map((thing, index) => withFields(thing, { previous: previous[index] as string }))
}
