// Cheap questions about JSON. What they say yes to, the schemas say yes to; the schemas explain a no.

export const isText = (value: unknown, form?: RegExp): value is string =>
  typeof value === 'string' && (form === undefined || form.test(value))

export function isTexts(value: unknown): value is string[] {
  if (!Array.isArray(value)) return false
  // Of a whole document, a call for each text would take longer than all else that is asked of it.
  for (let index = 0; index < value.length; index++) if (typeof value[index] !== 'string') return false
  return true
}

/** A whole number that is not negative. */
export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/** Whether an object has none but these keys. */
export const onlyHas = (value: object, keys: ReadonlySet<string>): boolean =>
  Object.keys(value).every((key) => keys.has(key))
