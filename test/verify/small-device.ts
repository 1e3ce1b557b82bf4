import type { Device } from '../../src/model/device.ts'
import type { Item } from '../../src/model/item.ts'
import type { ReadFile } from '../../src/model/reading.ts'
import { readingOf } from '../audit/notation.ts'

// A device whose full load adds to what it has. A line is `NAME = allow out tcp 443 192.0.2.0/24`, `NAME.FIELD = MEMBER`,
// `no NAME`, or something that it does not understand.
export function deviceOf(): Device {
  const rules = new Map<string, string>()
  const members = new Map<string, Map<string, string[]>>()
  const unknown: string[] = []
  const take = (line: string) => {
    const [, name = '', field, value = ''] = /^([^. ]+)(?:\.(\w+))? = (.*)$/.exec(line) ?? []
    if (field) {
      const fields = members.get(name) ?? new Map<string, string[]>()
      members.set(name, fields.set(field, [...(fields.get(field) ?? []), value]))
    } else if (name) rules.set(name, value)
    else if (line.startsWith('no ')) rules.delete(line.slice(3))
    else unknown.push(line)
  }
  return {
    *load(files) {
      for (const { text } of files)
        for (const line of text.split('; ').filter(Boolean)) {
          take(line)
          yield
        }
    },
    reading: () => ({
      ...readingOf(...rules.values()),
      notes: unknown.map((text) => ({ place: { part: 'conf', line: 1 }, text, reason: 'is not understood' })),
    }),
    items: () =>
      Array.from(
        rules.keys(),
        (name): Item => ({ kind: 'rule', name, fields: Object.fromEntries(members.get(name) ?? []) }),
      ),
  }
}

export const fileOf = (text: string): ReadFile[] => [{ part: 'conf', family: undefined, text }]
