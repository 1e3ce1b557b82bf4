import { describe, expect, test } from 'vitest'
import type { Prefix } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { fit as fitTo } from '../../src/compile/fit/fit.ts'
import { brokenFileLimits, type CountedFile, countRules, exceeded } from '../../src/compile/fit/limits.ts'
import { explain, type Finding } from '../../src/finding/finding.ts'
import type { Artefact } from '../../src/model/artefact.ts'
import type { FileLimit, LimitName, RuleLimit } from '../../src/model/limits.ts'
import { applies, type OptionValues } from '../../src/model/option.ts'
import type { AddressSet, ConcreteRule, Ruleset } from '../../src/model/ruleset.ts'
import type { Vendor } from '../../src/model/vendor.ts'
import { SHIPPED } from '../../src/paths.ts'
import { deviceOf } from '../../src/vendor/device.ts'
import { listVendors, readVendor, resolveOptions } from '../../src/vendor/vendor.ts'
import { expectPage } from '../golden-page.ts'

// Every number of every shipped manifest, reached exactly and gone over by one. The table is written out, so that a
// number cannot change unnoticed.

interface Row {
  readonly vendor: Vendor
  readonly model: string | undefined
  readonly options: OptionValues
  readonly name: LimitName
  readonly max: number
  readonly title: string
}

/** Options under which something counts at all, or under which the usual number does. */
const BESIDES: Readonly<Record<string, object>> = {
  'azure-route-table requestEntries': { mode: 'prefixes' },
  'nsg prefixesPerSide': { mode: 'prefixes' },
  'nsg bytes': { form: 'rules' },
  'nsg objectBytes': { form: 'rules' },
  'terraform prefixesPerSide': { mode: 'prefixes' },
}

const rows: Row[] = [...listVendors([SHIPPED.vendors]).keys()].flatMap((name) => {
  const vendor = readVendor(name, [SHIPPED.vendors])
  return [undefined, ...Object.keys(vendor.models)].flatMap((model) => {
    const device = deviceOf(vendor, { model, limits: {}, at: 'test' })
    return Object.entries(device.limits).flatMap(([limit, { cases, ...usual }]) =>
      [usual, ...cases]
        .filter(() => model === undefined || Object.hasOwn(vendor.models[model]?.limits ?? {}, limit))
        .flatMap(({ max, when }): Row[] => {
          if (max === undefined) return []
          const options = resolveOptions(device, { ...BESIDES[`${name} ${limit}`], ...when }, 'test')
          const setting = Object.entries(when).map(([option, value]) => `${option}=${value}`)
          const title = [name, model && `model ${model}`, ...setting, `${limit} ${max}`].filter(Boolean).join(', ')
          return [{ vendor: device, model, options, name: limit as LimitName, max, title }]
        }),
    )
  })
})

test('the numbers', async () => {
  await expect(`${rows.map(({ title }) => title).join('\n')}\n`).toMatchFileSnapshot('expected/limits.txt')
})

/** Addresses that no other prefix can be merged with, from `first` on. */
function prefixes(count: number, first = 0x04000000n): PrefixSet {
  return PrefixSet.of(
    Array.from({ length: count }, (_, index): Prefix => {
      return { family: 'ipv4', address: first + 2n * BigInt(index), length: 32 }
    }),
  )
}

interface Part {
  readonly set?: Partial<AddressSet>
  readonly rule?: Partial<ConcreteRule>
}

/** One rule a part, each with a set of its own; of one address, if nothing else is said. */
function rulesetOf(parts: readonly Part[]): Ruleset {
  const rules = parts.map(({ set, rule }, index): ConcreteRule => {
    const own = { name: `R${index}`, id: `out-${index}`, tags: ['Sql'], prefixes: prefixes(1), ...set }
    const ports = [{ first: 443, last: 443 }]
    const common = { suffix: '', direction: 'outbound', action: 'allow', protocol: 'tcp' } as const
    return { ...common, name: own.name, ports, priority: index + 100, set: own, ...rule }
  })
  const sets = rules.map(({ set }) => set)
  return { policy: 'p', cloud: 'public', published: '2025-11-10', changeNumber: 1, sets, rules }
}

const repeat = (count: number, part: Part = {}) => rulesetOf(Array.from({ length: count }, () => part))

/** What has exactly so many of the thing. */
const RULES: Record<RuleLimit, (count: number) => Ruleset> = {
  rules: (count) => repeat(count),
  objects: (count) => rulesetOf([{ set: { prefixes: prefixes(count) } }]),
  // Those that two sets share are one object.
  familyObjects: (count) => rulesetOf([{ set: { prefixes: prefixes(count) } }, { set: { prefixes: prefixes(9) } }]),
  groups: (count) => repeat(count),
  groupMembers: (count) => rulesetOf([{ set: { prefixes: prefixes(count) } }]),
  sets: (count) => repeat(count),
  setPrefixes: (count) => rulesetOf([{ set: { prefixes: prefixes(count) } }]),
  wholeSetPrefixes: (count) => rulesetOf([{ set: { prefixes: prefixes(count) } }]),
  entries: (count) => rulesetOf([{ set: { prefixes: prefixes(count) } }]),
  prefixesPerSide: (count) =>
    rulesetOf([{ set: { prefixes: prefixes(count - 10) } }, { set: { prefixes: prefixes(10) } }]),
  addressUnits: (count) => rulesetOf([{ set: { prefixes: prefixes(count) } }]),
  portEntries: (count) =>
    rulesetOf([
      { rule: { ports: Array.from({ length: count }, (_, index) => ({ first: 9 * index, last: 9 * index + 1 })) } },
    ]),
  portSlots: (count) =>
    rulesetOf([
      { rule: { ports: Array.from({ length: count }, (_, index) => ({ first: 2 * index, last: 2 * index })) } },
    ]),
  commentTags: (count) => rulesetOf([{ set: { tags: ['A', 'B'.repeat(count - 3)] } }]),
}

/** Files with exactly so many. */
const FILES: Record<FileLimit, (count: number) => Omit<CountedFile, 'artefact'>[]> = {
  bytes: (count) => [
    { part: 'a', text: 'x'.repeat(count) },
    { part: 'b', text: 'x'.repeat(9) },
  ],
  objectBytes: (count) => [{ part: 'a', text: `    {\n${'x'.repeat(count - 6)}` }],
  // One entry in the form of each vendor.
  requestEntries: (count) => [
    {
      part: 'a',
      text: `    {\n    "addressPrefix": "Sql"\n    "address_prefix": "Sql"\n${' '.repeat(18)}"*"\n`.repeat(count),
    },
  ],
  lines: (count) => [{ part: 'a', text: 'x\n'.repeat(count) }],
  totalLines: (count) => [
    { part: 'a', text: 'x\n'.repeat(count - 9) },
    { part: 'b', text: 'x\n'.repeat(9) },
  ],
}

function findingsOf({ vendor, options, name }: Pick<Row, 'vendor' | 'options' | 'name'>, count: number): Finding[] {
  const isFile = Object.hasOwn(FILES, name)
  const job = { vendor, target: 'edge', options: { ...options, ...largeGroups(vendor) }, family: undefined }
  const findings = isFile
    ? brokenFileLimits(
        FILES[name as keyof typeof FILES](count).map((file) => ({ ...file, artefact: artefactOf(vendor, options) })),
        job,
      )
    : exceeded(countRules(fitTo(RULES[name as keyof typeof RULES](count), job).fitted, job), job)
  return findings.filter((finding) => finding.code === 'LIMIT_EXCEEDED' && finding.name === name)
}

/** The file that a vendor makes under these options. */
const artefactOf = ({ artefacts }: Vendor, options: OptionValues) =>
  artefacts.find(({ when }) => applies(when, options)) as Artefact

/** Groups as large as someone asks for, so that it is the limit which refuses them. */
const largeGroups = ({ groups }: Vendor): OptionValues => (groups ? { [groups.members]: 65535 } : {})

describe('each number', () => {
  test.for(rows.map((row) => [row.title, row] as const))(
    '%s: fits, and one more does not, with the source and a way out',
    ([, row]) => {
      expect(findingsOf(row, row.max)).toEqual([])
      const [finding, ...more] = findingsOf(row, row.max + 1)
      expect(more).toEqual([])
      expect(finding).toMatchObject({ counts: [{ count: row.max + 1 }], limit: row.max, target: 'edge' })
      const text = explain(finding as Finding)
      const limit = row.vendor.limits[row.name]
      expect(text).toMatch(/^target "edge" needs [\d,]+ .*; the limit is [\d,]+ \(.*\)\. [A-Z]/)
      expect([limit, ...(limit?.cases ?? [])].some((one) => text.includes(`(${one?.source}). ${one?.hint}`))).toBe(true)
    },
  )
})

describe('numbers that only a target knows', () => {
  const limited = (name: string, options: object, limits: object) => {
    const vendor = deviceOf(readVendor(name, [SHIPPED.vendors]), { model: undefined, limits, at: 'tagwall.yaml:9:5' })
    return { vendor, options: resolveOptions(vendor, { ...options }, 'test') }
  }

  const GIVEN: readonly (readonly [vendor: string, options: object, name: LimitName])[] = [
    ['paloalto', {}, 'objects'],
    ['paloalto', { form: 'xml' }, 'groups'],
    ['fortigate', {}, 'familyObjects'],
    ['fortigate', { form: 'feed' }, 'totalLines'],
    ['list', {}, 'lines'],
  ]
  test('are told with their place', async () => {
    await expectPage(
      'limits-of-targets.txt',
      GIVEN.map(([vendor, options, name]) => {
        const device = { ...limited(vendor, options, { [name]: 20 }), name }
        expect(findingsOf(device, 20)).toEqual([])
        expect(findingsOf({ ...limited(vendor, options, {}), name }, 21)).toEqual([])
        return [`${vendor}, ${JSON.stringify(options)}, ${name}`, findingsOf(device, 21).map(explain)]
      }),
    )
  })

  test('a target beats its model, and where there is nothing of the kind, nothing is counted', () => {
    const vendor = readVendor('paloalto', [SHIPPED.vendors])
    const device = deviceOf(vendor, { model: 'pan-os-6', limits: { groupMembers: 400, objects: 5 }, at: 'x' })
    const most = (form: string) => findingsOf({ vendor: device, options: { form }, name: 'groupMembers' }, 401)
    expect(most('set')).toMatchObject([{ limit: 400, source: 'limits of x' }])
    expect(most('edl')).toEqual([])
    expect(findingsOf({ vendor: device, options: { form: 'edl' }, name: 'objects' }, 6)).toEqual([])
  })
})

describe('the size of groups follows the limit', () => {
  test.for<[vendor: string, model: string | undefined, limits: object, given: object, want: number]>([
    // A fifth is left free, for a delta.
    ['paloalto', undefined, {}, {}, 2000],
    ['paloalto', 'pan-os-6', {}, {}, 400],
    ['paloalto', 'pan-os-6', { groupMembers: 300 }, {}, 240],
    // More room changes no names: that is what the option is for.
    ['paloalto', undefined, { groupMembers: 9000 }, {}, 2000],
    ['paloalto', undefined, { groupMembers: 9000 }, { groupMembers: 4096 }, 4096],
    ['paloalto', 'pan-os-6', {}, { groupMembers: 2000 }, 2000],
    ['fortigate', 'low-end', {}, {}, 240],
    ['fortigate', undefined, { groupMembers: 100 }, {}, 80],
    ['fortigate', undefined, { groupMembers: 1 }, {}, 2],
  ])('%s, model %s, limits %j, options %j: %i', ([name, model, limits, given, want]) => {
    const vendor = deviceOf(readVendor(name, [SHIPPED.vendors]), { model, limits, at: 'x' })
    expect(resolveOptions(vendor, { ...given }, 'x').groupMembers).toBe(want)
  })

  test('a group counts its groups', () => {
    const vendor = deviceOf(readVendor('fortigate', [SHIPPED.vendors]), {
      model: undefined,
      limits: { groupMembers: 5 },
      at: 'x',
    })
    const job = { vendor, target: 'edge', options: resolveOptions(vendor, {}, 'x'), family: undefined }
    const of = (count: number) => exceeded(countRules(fitTo(RULES.groupMembers(count), job).fitted, job), job)
    expect(of(20)).toEqual([])
    expect(of(21)).toMatchObject([{ counts: [{ of: 'R0-v4', count: 6 }], limit: 5 }])
  })
})
