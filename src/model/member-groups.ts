import { comparePrefixes, type Prefix } from '../address/prefix.ts'
import type { Fitted, MemberGroup } from './fitted.ts'

/** Every group, chunks before the group that holds them: a device must define them first. */
export function groupsByName({ sets, locals }: Fitted): Map<string, MemberGroup> {
  const groups = [...locals, ...sets].flatMap((set) =>
    set.groups.flatMap(({ name, family, members, chunks }): MemberGroup[] => [
      ...chunks.map((chunk) => ({ name: chunk.name, family, prefixes: chunk.members, groups: [] })),
      { name, family, prefixes: members, groups: chunks.map((chunk) => chunk.name) },
    ]),
  )
  return new Map(groups.map((group) => [group.name, group]))
}

/** True if two groups hold the same. */
export const haveSameMembers = (one: MemberGroup, other: MemberGroup) =>
  one.prefixes.length === other.prefixes.length &&
  one.groups.length === other.groups.length &&
  one.prefixes.every((prefix, index) => comparePrefixes(prefix, other.prefixes[index] as Prefix) === 0) &&
  one.groups.every((name, index) => name === other.groups[index])
