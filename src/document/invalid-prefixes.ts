import { TAG_NAME } from '../model/selector.ts'
import { formatPath, problemOfPrefix } from '../parse/schema.ts'

/** One line per invalid prefix in an entry of `values`: its path and the problem. */
export function invalidPrefixes(entry: unknown, index: number): string[] {
  const list = (entry as { properties?: { addressPrefixes?: unknown } } | null)?.properties?.addressPrefixes
  const path = ['values', index, 'properties', 'addressPrefixes']
  const name = (entry as { name?: unknown } | null)?.name
  // An invalid name is not shown.
  const whose = typeof name === 'string' && TAG_NAME.test(name) ? ` (tag "${name}")` : ''
  if (!Array.isArray(list)) return [`${formatPath(path)}: expected a list of prefixes${whose}`]
  return list.flatMap((text: unknown, position) => {
    const problem = typeof text === 'string' ? problemOfPrefix(text) : 'expected a string'
    return problem === undefined ? [] : [`${formatPath([...path, position])}: ${problem}${whose}`]
  })
}
