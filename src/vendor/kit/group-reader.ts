import type { GroupSyntax, GroupValue, LineGroup } from './access-list-values.ts'
import { inShort } from './notes.ts'
import { Resolver } from './resolver.ts'

/** Resolves groups of lines, which may refer to each other. */
export class GroupReader<Found, Group extends LineGroup<Found>> {
  private readonly resolver: Resolver<GroupValue<Found>>

  constructor(private readonly syntax: GroupSyntax<Found, Group>) {
    this.resolver = new Resolver((name, why) => ({
      found: syntax.join([]),
      faults: [`names ${inShort(name)}, which ${why === 'circle' ? 'leads back to itself' : 'is nested too deep'}`],
    }))
  }

  of(group: Group): GroupValue<Found> {
    if (group.held !== undefined) return { found: group.held, faults: [] }
    return this.resolver.of(group.name, () => this.read(group))
  }

  private read(group: Group): GroupValue<Found> {
    const { what, read, join } = this.syntax
    const faults: string[] = []
    let isNested = false
    const inGroup = {
      of: (other: Group) => {
        isNested = true
        const held = this.of(other)
        for (const fault of held.faults) faults.push(fault)
        return held.found
      },
      fault: (reason: string) => void faults.push(reason),
    }
    const parts = Array.from(group.lines.values(), (line) => {
      const part = read(line, group, inGroup)
      if (part === undefined) faults.push(`names ${what} with "${inShort(line.text)}", which is not understood`)
      return part ?? join([])
    })
    const found = join(parts)
    if (faults.length === 0 && !isNested) group.held = found
    // Groups that name each other twice on many levels would say a fault more often than anything can hold.
    return { found, faults: [...new Set(faults)] }
  }
}
