import type { Entry, FoundRule, ReaderContext, Resolver } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'

/** The purposes and local objects of a context. */
export type ObjectContext = Pick<ReaderContext, 'purpose' | 'localObjects'>

const RULE = 'rule '

/** Things to which policies refer: each name is looked up once, and again after it was forgotten. */
export abstract class Known<One extends Entry = Entry> {
  /** True if an object must be defined before its use: in an earlier file, or, for commands, above it in the same file. */
  isOrdered = false
  /** Addresses, services and rules, each by a key of its own. */
  readonly found: Resolver<unknown>
  protected readonly isProof: boolean
  protected readonly localObjects: ReadonlySet<string>
  private readonly rules = kit.kept<One, { readonly rules: readonly FoundRule[] }>()
  /** Keys that were forgotten since the rules were read. */
  private readonly forgotten = new Set<string>()

  /** `kinds` are the prefixes of the keys that stand for a name. */
  constructor(
    { purpose, localObjects = [] }: ObjectContext,
    private readonly kinds: readonly string[],
    unresolved: (key: string, why: 'circle' | 'depth') => unknown,
  ) {
    this.isProof = purpose === 'prove'
    this.localObjects = new Set(localObjects)
    this.found = kit.resolver(unresolved)
  }

  /** The end of the keys of an entry: its name after a line break. */
  protected abstract keyOf(entry: One): string

  /** Reads an entry anew when it is used next, and all that leads to it. What does not is the same as before. */
  forget(entry: One): void {
    for (const kind of [RULE, ...this.kinds])
      for (const key of this.found.forget(`${kind}${this.keyOf(entry)}`)) this.forgotten.add(key)
  }

  /** The rules of policies: the same ones until a policy, or what it names, is forgotten. */
  rulesOf(policies: readonly One[], read: (policy: One) => FoundRule[]): readonly FoundRule[] {
    this.rules.of(policies, this.forgotten, (fresh, uses) =>
      fresh.map((policy) => {
        const key = `${RULE}${this.keyOf(policy)}`
        uses(policy, key)
        return { rules: this.found.of(key, () => read(policy).map((rule) => Object.freeze(rule))) }
      }),
    )
    this.forgotten.clear()
    return this.rules.joined('rules')
  }
}
