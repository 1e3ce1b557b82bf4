import type { Fitted, MemberGroup } from '../../model/fitted.ts'

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
