import { expect, test } from 'vitest'
import { formatPrefix } from '../../src/address/prefix.ts'
import { readAllTags } from '../../src/document/all-tags.ts'

const read = (values: unknown[]) =>
  readAllTags(
    {
      bytes: Buffer.from(JSON.stringify({ changeNumber: 1, cloud: 'Public', values })),
      name: 'file.json',
      published: '2025-11-10',
    },
    'public',
  )

const tag = (name: unknown, ...addressPrefixes: unknown[]) => ({ name, properties: { addressPrefixes } })

test('reads every tag, and names skipped entries', () => {
  const { tags, problems, ...label } = read([
    tag('A', '20.0.0.0/25', '20.0.0.128/25', '2603::/32'),
    tag('B', '20.0.0.0/24'),
    tag('B', '20.0.1.0/24'),
    tag(7),
    tag('C', 5),
    tag('D', '20.0.0.1/24', '20.0.0.0/25'),
    tag('no name', '20.0.0.0/24'),
    { name: 'E', properties: { region: 5, addressPrefixes: ['20.0.0.0/24'] } },
    { name: 'F' },
    tag('G'),
  ])
  expect(label).toEqual({ cloud: 'public', published: '2025-11-10', changeNumber: 1 })
  expect([...tags].map(([name, { prefixes }]) => `${name} ${prefixes.prefixes.map(formatPrefix)}`)).toEqual([
    'A 20.0.0.0/24,2603::/32',
    'B 20.0.0.0/24',
    'D 20.0.0.0/25',
    'G ',
  ])
  expect(problems).toEqual([
    'file.json: values[2] is a duplicate of "B"',
    'file.json: values[3].name: expected text, not 7',
    'file.json: values[4].properties.addressPrefixes[0]: expected text, not 5',
    'file.json: values[5].properties.addressPrefixes[0]: "20.0.0.1/24" has host bits set: the prefix is 20.0.0.0/24',
    'file.json: values[6].name: contains characters that are invalid in a tag name',
    'file.json: values[7].properties.region: expected text, not 5',
    'file.json: values[8].properties: is missing',
  ])
})
