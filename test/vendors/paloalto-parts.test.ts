import { XMLValidator } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import type { Prefix } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { type Rendered, renderAll } from '../../src/compile/render-target.ts'
import type { ConcreteRule, Ruleset } from '../../src/model/ruleset.ts'
import { SHIPPED } from '../../src/paths.ts'
import { readersOf } from '../../src/vendor/checked-device.ts'
import { deviceOf } from '../../src/vendor/device.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { readVendor, resolveOptions } from '../../src/vendor/vendor.ts'
import { prove } from '../../src/verify/prove.ts'
import { device } from '../../vendors/paloalto/reader.ts'
import { randomFrom } from '../random.ts'

const { read } = readersOf(device)

// A file in XML that is larger than one request takes is made in parts: each a document of its own, together the policy.

/** Rules of so many prefixes each, of both families. */
function rulesetOf(counts: readonly number[]): Ruleset {
  const random = randomFrom(7)
  const rules = counts.map((count, index): ConcreteRule => {
    const prefixes = Array.from({ length: count }, (_, at): Prefix => {
      const step = BigInt(at * counts.length + index)
      return random() < 0.3
        ? { family: 'ipv6', address: (0x26031030n << 96n) | (step << 66n), length: 64 }
        : { family: 'ipv4', address: 0x14000000n + (step << 3n), length: 30 }
    })
    const set = { name: `Rule ${index}`, id: `out-${index}`, tags: ['Sql'], prefixes: PrefixSet.of(prefixes) }
    const ports = [{ first: 443 + index, last: 443 + index }]
    const common = { suffix: '', direction: 'outbound', action: 'allow', protocol: 'tcp' } as const
    return { ...common, name: set.name, ports, priority: 100 + index, set }
  })
  return {
    policy: 'big',
    cloud: 'public',
    published: '2025-11-10',
    changeNumber: 1,
    sets: rules.map(({ set }) => set),
    rules,
  }
}

function rendered(ruleset: Ruleset, setting: Readonly<Record<string, unknown>>, limits: object = {}) {
  const vendor = deviceOf(readVendor('paloalto', [SHIPPED.vendors]), { model: undefined, limits, at: 'test' })
  const options = resolveOptions(vendor, { form: 'xml', ...setting }, 'test')
  const { files, findings } = renderAll(ruleset, { target: 'edge', vendor, options, family: undefined })
  const problemsOf = (files: readonly Rendered[]) => {
    const reading = read(files, { options, purpose: 'prove', narrow: {}, kit: KIT })
    return prove({ target: 'edge', ruleset, by: 'addresses' }, reading).findings
  }
  return { files, findings, problemsOf }
}

const SMALL = rulesetOf([40, 25, 3])

/** What a part has, in the order of the file. */
function sectionsOf({ text }: Rendered): string[] {
  const found = [...text.matchAll(/^( *)<(address|address-group|service|(?:pre-|post-)?rulebase)>$/gm)]
  // A rule has a service too, further in.
  return found.filter(([, indent]) => indent === found[0]?.[1]).map(([, , name]) => name as string)
}

describe('in parts', () => {
  test.for<[setting: Readonly<Record<string, unknown>>]>([
    [{ scope: 'vsys' }],
    [{ scope: 'shared' }],
    [{ scope: 'device-group', deviceGroup: 'Branch', rulebase: 'post' }],
    [{ scope: 'vsys', groupMembers: 8 }],
  ])('%j: each within the limit and well-formed, together the policy, in the order of loading', ([setting]) => {
    const { files, findings, problemsOf } = rendered(SMALL, setting, { bytes: 4500 })
    expect(findings).toEqual([])
    expect(files.length).toBeGreaterThan(3)
    expect(files.map(({ part, number }) => [part, number])).toEqual(
      files.map((_, index) => [`config-0${index + 1}`, `0${index + 1}`]),
    )
    for (const { text, number } of files) {
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4500)
      expect(XMLValidator.validate(text)).toBe(true)
      expect(text).toContain(`Part ${number} of 0${files.length}: `)
    }
    const sections = files.flatMap(sectionsOf)
    const order = ['address', 'address-group', 'service', 'rulebase']
    const places = sections.map((name) => order.indexOf(name.replace(/^(?:pre|post)-rule/, 'rule')))
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(problemsOf(files)).toEqual([])
  })

  test('one that fits is one file, the same to the byte', () => {
    const whole = rendered(SMALL, {})
    const size = Buffer.byteLength(whole.files[0]?.text as string)
    expect(whole.files.map(({ part, number }) => [part, number])).toEqual([['config', undefined]])
    expect(rendered(SMALL, {}, { bytes: size }).files).toEqual(whole.files)
    expect(rendered(SMALL, {}, { bytes: size - 1 }).files.length).toBe(2)
  })

  test('every part is needed, and none may come before what it builds on', () => {
    const { files, problemsOf } = rendered(SMALL, { groupMembers: 8 }, { bytes: 4500 })
    for (const left of files) expect(problemsOf(files.filter((file) => file !== left)), left.part).not.toEqual([])
    const [first, ...others] = files as [Rendered, ...Rendered[]]
    const [finding] = problemsOf([...others, first])
    expect(finding).toMatchObject({ code: 'NOT_UNDERSTOOD', reason: 'is used before it exists' })
  })

  test('one prefix more moves each border by one entry at most', () => {
    const files = (count: number) => rendered(rulesetOf([count]), {}, { bytes: 6000 }).files
    const entriesOf = ({ text }: Rendered) => [...text.matchAll(/<entry name="([^"]+)"><ip/g)].map(([, name]) => name)
    const [before, after] = [files(60), files(61)]
    expect(before.length).toBe(after.length)
    for (const [index, file] of before.entries()) {
      const now = new Set(entriesOf(after[index] as Rendered))
      expect(entriesOf(file).filter((name) => !now.has(name)).length).toBeLessThanOrEqual(1)
    }
  })

  test('what fits into no part is said', () => {
    const { findings } = rendered(SMALL, {}, { bytes: 1200 })
    expect(findings.length).toBeGreaterThan(0)
    for (const finding of findings)
      expect(finding).toMatchObject({ code: 'LIMIT_EXCEEDED', name: 'bytes', limit: 1200 })
  })
})

test('30,000 prefixes: each part is within 5 MB also as the body of a POST', () => {
  const { files, findings, problemsOf } = rendered(rulesetOf([18_000, 12_000]), { objectPrefix: 'a' })
  expect(findings).toEqual([])
  expect(files.length).toBeGreaterThan(1)
  for (const { text } of files) {
    expect(encodeURIComponent(text).length).toBeLessThanOrEqual(5_000_000)
    expect(encodeURIComponent(text).length / text.length).toBeLessThan(2)
  }
  expect(problemsOf(files)).toEqual([])
})
