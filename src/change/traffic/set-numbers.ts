import type { PrefixSet } from '../../address/prefix-set.ts'

/** Numbers sets, the same for the same addresses. */
export class SetNumbers {
  readonly #numbers = new Map<PrefixSet, number>()
  readonly #bySize = new Map<bigint, PrefixSet[]>()

  of(set: PrefixSet): number {
    const known = this.#numbers.get(set)
    if (known !== undefined) return known
    const { count } = set
    const alike = this.#bySize.get(count) ?? []
    const same = alike.find((other) => other.equals(set))
    const number = same ? (this.#numbers.get(same) as number) : this.#numbers.size
    if (!same) this.#bySize.set(count, [...alike, set])
    this.#numbers.set(set, number)
    return number
  }
}
