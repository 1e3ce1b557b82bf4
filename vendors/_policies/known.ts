import type { Entry, FoundRule, Notes, ReaderContext, Resolver, Value } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'

/** The purposes and local objects of a context. */
export type ObjectContext = Pick<ReaderContext, 'purpose' | 'localObjects'>

const RULE = 'rule '

/** Things to which policies refer: each is looked up once, and again after a name was forgotten that it `uses`. */
export abstract class Known<One extends { readonly name: string }> {
  /** True if an object must be defined before its use: in an earlier file, or, for commands, above it in the same file. */
  isOrdered = false
  /** Addresses, services and rules, each by a key of its own. */
  readonly found: Resolver<unknown>
  protected readonly isProof: boolean
  private readonly localObjects: ReadonlySet<string>
  private readonly rules = kit.kept<One, { readonly rules: readonly FoundRule[] }>()
  /** Keys that were forgotten since the rules were read. */
  private readonly forgotten = new Set<string>()

  /** `unresolved`: the group behind a key that leads back to itself, or too far, and what it stands for then. */
  constructor(
    readonly notes: Notes,
    { purpose, localObjects = [] }: ObjectContext,
    unresolved: (key: string) => readonly [group: Pick<Entry, 'name' | 'place'> | undefined, nothing: unknown],
  ) {
    this.isProof = purpose === 'prove'
    this.localObjects = new Set(localObjects)
    this.found = kit.resolver((key, why) => {
      const [group, nothing] = unresolved(key)
      if (group) notes.add(group.place, group.name, why === 'depth' ? 'is nested too deep' : 'contains itself')
      this.found.leaveOpen()
      return nothing
    })
  }

  /** True for a local object of the policy: one from `localObjects`, or in a proof one that the files do not define. */
  protected isObject(name: string, isDefined: () => boolean): boolean {
    if (!this.isProof) return this.localObjects.has(name)
    this.found.uses(name)
    return !isDefined()
  }

  /** Notes what cannot be followed, and stands for nothing. */
  protected unknown({ text, place }: Value, reason: string): never[] {
    this.notes.add(place, text, reason)
    this.found.leaveOpen()
    return []
  }

  /** Reads a policy or object anew when it is used next, and all that leads to its name, whose keys it returns. What does not is the same as before. */
  forget({ name }: One): ReadonlySet<string> {
    const keys = this.found.forget(name)
    for (const key of keys) this.forgotten.add(key)
    return keys
  }

  /** The rules of policies: the same ones until a policy, or what it names, is forgotten. */
  rulesOf(policies: readonly One[], read: (policy: One) => FoundRule[]): readonly FoundRule[] {
    this.rules.of(policies, this.forgotten, (fresh, uses) =>
      fresh.map((policy) => {
        const key = `${RULE}${policy.name}`
        uses(policy, key)
        const rules = this.found.of(key, () => {
          this.found.uses(policy.name)
          return read(policy).map((rule) => Object.freeze(rule))
        })
        return { rules }
      }),
    )
    this.forgotten.clear()
    return this.rules.joined('rules')
  }
}
