import { type AddressFamily, FAMILIES } from '../address/family.ts'
import type { FoundLocal } from '../model/reading.ts'
import type { Ruleset } from '../model/ruleset.ts'

/** The names of the objects that the policy's rules have as their local sides. */
export const objectNamesOf = (ruleset: Ruleset): string[] => objectsOf(ruleset).map(([name]) => name)

/** The same, with the family of each where objects have one. */
function objectsOf({ rules }: Ruleset): (readonly [name: string, family: AddressFamily])[] {
  const locals = rules.flatMap(({ local }) => (local && 'object' in local ? [local] : []))
  return [
    ...locals.map(({ object }) => [object, 'ipv4'] as const),
    ...locals.flatMap(({ object6 }) => (object6 === undefined ? [] : [[object6, 'ipv6'] as const])),
  ]
}

/** The family of each object that can have addresses of only one. */
export type ObjectFamilies = ReadonlyMap<string, AddressFamily>

/** The families of the objects of a policy, where objects have one. */
export const objectFamilies = (ruleset: Ruleset, areObjectsApart: boolean): ObjectFamilies =>
  new Map(areObjectsApart ? objectsOf(ruleset) : [])

/** The only family that a local side can have; undefined if it can have both. */
export function familyOf(local: FoundLocal | undefined, families: ObjectFamilies): AddressFamily | undefined {
  const [family, ...more] = local ? familiesIn(local, families) : []
  return more.length > 0 ? undefined : family
}

/** The families that a local side may have. */
export const familiesIn = ({ addresses, objects }: FoundLocal, families: ObjectFamilies): AddressFamily[] =>
  FAMILIES.filter((one) => !addresses.family(one).isEmpty || objects.some((name) => mayHave(name, one, families)))

/** True if an object may have addresses of a family. */
export const mayHave = (name: string, family: AddressFamily, families: ObjectFamilies): boolean =>
  (families.get(name) ?? family) === family
