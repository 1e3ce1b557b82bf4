import type { Note, Place } from 'tagwall/reader'
import type { Scope } from './reader-tree.ts'

/** Finds members of groups that are not there, state by state: the device does not delete what a group holds. */
export class Members {
  private readonly families: readonly Family[]
  private isDangling = false

  constructor(scope: Scope) {
    this.families = ['', '6'].map((suffix) => new Family(scope, suffix))
  }

  /** The notes about the state as it is. What is not in `changed` is as it was at the call before. */
  dangling(changed: Iterable<string>): Note[] {
    const names = [...changed]
    const isNew = this.families.map((family) => family.takeIn(names)).includes(true)
    if (!isNew && !this.isDangling) return []
    const notes = this.families.flatMap((family) => family.notes())
    this.isDangling = notes.length > 0
    return notes
  }
}

/** Address objects and groups of one family. */
class Family {
  /** The members of each group when it was last looked at. */
  private readonly members = new Map<string, readonly string[]>()
  /** In how many groups each name is. */
  private readonly uses = new Map<string, number>()

  constructor(
    private readonly scope: Scope,
    private readonly suffix: string,
  ) {}

  /** Takes in what changed. Returns whether a member may be missing because of that. */
  takeIn(changed: readonly string[]): boolean {
    const suspects = changed.flatMap((name) => {
      const before = this.members.get(name) ?? []
      const after = [...(this.groups?.get(name)?.fields.get('member')?.values ?? [])]
      for (const member of before) this.count(member, -1)
      for (const member of after) this.count(member, 1)
      this.members.set(name, after)
      return [name, ...after]
    })
    return suspects.some((name) => (this.uses.get(name) ?? 0) > 0 && !this.isThere(name))
  }

  notes(): Note[] {
    return [...(this.groups?.values() ?? [])].flatMap(({ fields }) => {
      const { values, places } = fields.get('member') ?? { values: [], places: [] }
      return values.flatMap((name, index): Note[] => {
        if (this.isThere(name)) return []
        return [{ place: places[index] as Place, text: name, reason: 'names an address that is not there' }]
      })
    })
  }

  private isThere(name: string): boolean {
    return (
      this.scope.tables.get(`firewall address${this.suffix}`)?.has(name) === true || this.groups?.has(name) === true
    )
  }

  private get groups() {
    return this.scope.tables.get(`firewall addrgrp${this.suffix}`)
  }

  private count(name: string, more: number): void {
    this.uses.set(name, (this.uses.get(name) ?? 0) + more)
  }
}
