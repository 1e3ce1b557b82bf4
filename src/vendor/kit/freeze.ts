import { PrefixSet } from '../../address/prefix-set.ts'

/** Freezes `value` and everything that its properties lead to. An address set hands out lists, which are frozen too. */
export function freezeDeep(value: unknown): void {
  if (PrefixSet.is(value)) for (const list of [value.prefixes, value.texts]) freezeDeep(list)
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const property of Object.values(Object.getOwnPropertyDescriptors(value)))
    for (const part of [property.value, property.get, property.set]) freezeDeep(part)
}
