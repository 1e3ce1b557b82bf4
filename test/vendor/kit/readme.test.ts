import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { formatAddress, formatPrefix, type Range } from '../../../src/address/prefix.ts'
import { PrefixSet } from '../../../src/address/prefix-set.ts'
import { formatPorts, type PortRange } from '../../../src/model/traffic.ts'
import { KIT } from '../../../src/vendor/kit/kit.ts'
import { ROOT } from '../../fixtures.ts'

// vendors/KIT.md has an example of each function of the kit, and the examples do what they say.

const examples = readFileSync(join(ROOT, 'vendors/KIT.md'), 'utf8')
const blocks = [...examples.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code as string)

test('every function of the kit has an example', () => {
  expect(Object.keys(KIT).filter((name) => !blocks.join().includes(`kit.${name}`))).toEqual([])
})

function show(value: unknown): string {
  if (value instanceof PrefixSet) return `set of ${value.prefixes.map(formatPrefix).join(', ')}`
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  if (typeof value === 'string') return `'${value}'`
  if (typeof value !== 'object' || value === null) return String(value)
  const fields = value as Record<string, unknown>
  if ('address' in fields) return formatPrefix(fields as never)
  if ('first' in fields && 'family' in fields) {
    const { family, first, last, ...more } = fields as unknown as Range & Record<string, unknown>
    const ends = [first, last].map((end) => formatAddress(family, end)).join('-')
    return [ends, ...Object.entries(more).map(([name, one]) => `${name} ${one}`)].join(' ')
  }
  if ('first' in fields) return formatPorts(fields as unknown as PortRange)
  return `{ ${Object.entries(fields)
    .map(([name, one]) => `${name}: ${show(one)}`)
    .join(', ')} }`
}

/** The kit, and what its functions return. */
function recordingKit(): { kit: typeof KIT; results: unknown[] } {
  const results: unknown[] = []
  const parts = Object.entries(KIT).map(([name, part]) => {
    if (typeof part !== 'function') return [name, part]
    const call = (...values: unknown[]) => {
      results.push((part as (...values: unknown[]) => unknown)(...values))
      return results.at(-1)
    }
    return [name, call]
  })
  return { kit: Object.fromEntries(parts), results }
}

const GENERATOR = Object.getPrototypeOf(function* () {}).prototype

/** The classes of ours that a value is of; those of JavaScript itself are left out. */
function classesOf(value: unknown): object[] {
  const prototype = typeof value === 'object' && value !== null ? Object.getPrototypeOf(value) : null
  if (prototype === GENERATOR) return []
  // A generator has no class; its function has what its results share.
  if (prototype && Object.getPrototypeOf(prototype) === GENERATOR) return [prototype]
  const isOurs = prototype && !/\[native code\]/.test(Function.prototype.toString.call(prototype.constructor))
  return isOurs ? [prototype, prototype.constructor, ...classesOf(prototype)] : []
}

test('the examples do what they say, with values that no reader can change for another', () => {
  let tried = 0
  const { kit, results } = recordingKit()
  for (const block of blocks) {
    const wanted: string[] = []
    const code = block.replaceAll(/^(.+?) +\/\/ (.*)$/gm, (_, expression: string, result: string) => {
      wanted.push(result)
      return `;shown.push(${expression})`
    })
    const found: unknown[] = []
    new Function('kit', 'place', 'shown', code)(kit, { part: 'asa', line: 1 }, found)
    expect(found.map(show)).toEqual(wanted)
    tried += found.length
  }
  expect(tried).toBeGreaterThan(35)
  const classes = new Set(results.flatMap(classesOf))
  expect(classes.size).toBe(15)
  expect([...classes].filter((one) => !Object.isFrozen(one))).toEqual([])
})
