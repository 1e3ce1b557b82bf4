import { expect, test } from 'vitest'
import { applies, type Condition, choicesOf, conditionText, type OptionValues } from '../../src/model/option.ts'
import {
  artefactsFor,
  carriedBy,
  closingRules,
  hasListPerDirection,
  type Job,
  type LimitNumber,
  limitOf,
  limitText,
  nameFormOf,
  onlyFamily,
  prioritiesOf,
  settingsText,
  splitOf,
  type Vendor,
} from '../../src/model/vendor.ts'

test.for<[condition: Condition, options: OptionValues, want: boolean, text: string]>([
  [{}, {}, true, ''],
  [{ form: 'xml' }, { form: 'xml' }, true, 'form=xml'],
  [{ form: 'xml' }, { form: 'set' }, false, 'form=xml'],
  [{ form: 'xml' }, {}, false, 'form=xml'],
  [{ form: ['xml', 'edl'] }, { form: 'edl' }, true, 'form=xml or form=edl'],
  [{ form: ['xml', 'edl'] }, { form: 'set' }, false, 'form=xml or form=edl'],
  [{ form: 'xml', big: true }, { form: 'xml', big: true }, true, 'form=xml, and big=true'],
  [{ form: 'xml', big: true }, { form: 'xml', big: false }, false, 'form=xml, and big=true'],
  [{ form: 'xml', big: true }, { form: 'set', big: true }, false, 'form=xml, and big=true'],
  [{ members: 20 }, { members: 20 }, true, 'members=20'],
])('%j under %j: %j', ([condition, options, want, text]) => {
  expect([applies(condition, options), conditionText(condition)]).toEqual([want, text])
})

test('a condition on one value has that choice only', () => {
  expect([choicesOf('xml'), choicesOf(['xml', 'edl']), choicesOf(false)]).toEqual([['xml'], ['xml', 'edl'], [false]])
})

const [XML, ANY] = [{ when: { form: 'xml' } }, { when: {} }]

/** The first entry that applies, for every list of a vendor that depends on options. */
const vendor = {
  split: [{ ...XML, by: 'tag' }],
  families: [{ ...XML, families: ['ipv6'] }],
  names: {
    rule: [
      { ...XML, max: 31 },
      { ...ANY, max: 63 },
    ],
    set: [],
    service: [{ ...XML, max: 9 }],
  },
  priority: [{ ...XML, min: 100, max: 200 }],
  carries: [
    { ...XML, actions: ['allow', 'deny'] },
    { ...ANY, actions: ['allow'] },
  ],
  limits: { rules: { ...ANY, max: 10, cases: [{ ...XML, max: 5 }] }, objects: { ...XML, max: 7, cases: [] } },
  closing: [
    { ...XML, name: 'only xml' },
    { ...ANY, name: 'always' },
  ],
} as unknown as Vendor

test('what a vendor does depends on its options, and the first entry counts', () => {
  const facts = (form: string) => {
    const options = { form }
    return {
      split: splitOf(vendor, options),
      family: onlyFamily(vendor, options),
      names: (['rule', 'set', 'service'] as const).map((kind) => nameFormOf(vendor, kind, options)?.max),
      priority: prioritiesOf(vendor, options)?.max,
      carries: carriedBy(vendor, options).actions,
      limits: (['rules', 'objects', 'groups'] as const).map((name) => limitOf(vendor, name, options)?.max),
      closing: closingRules(vendor, options).map(({ name }) => name),
    }
  }
  expect(facts('xml')).toEqual({
    ...{ split: 'tag', family: 'ipv6', names: [31, undefined, 9], priority: 200, carries: ['allow', 'deny'] },
    ...{ limits: [5, 7, undefined], closing: ['only xml', 'always'] },
  })
  expect(facts('set')).toEqual({
    ...{ split: 'none', family: undefined, names: [63, undefined, undefined], priority: undefined, carries: ['allow'] },
    ...{ limits: [10, undefined, undefined], closing: ['always'] },
  })
})

test('a list for each direction, under any of the conditions', () => {
  const lists = (...conditions: readonly Condition[]) =>
    hasListPerDirection({ ...vendor, listPerDirection: conditions }, { form: 'xml' })
  expect([lists({ form: 'xml' }), lists({ form: 'set' }), lists({ form: 'set' }, { form: 'xml' }), lists()]).toEqual([
    ...[true, false, true, false],
  ])
})

test('the files of a job are those of its options, and of its family or of both', () => {
  const files = [XML, ANY].flatMap(({ when }) =>
    [undefined, 'ipv4', 'ipv6'].map((family) => ({ when, family, part: `${Object.keys(when)}${family ?? 'both'}` })),
  )
  const parts = (job: Pick<Job, 'options' | 'family'>) =>
    artefactsFor(files as never, job as Job).map(({ part }: { part: string }) => part)
  expect(parts({ options: { form: 'set' }, family: undefined })).toEqual(['both', 'ipv4', 'ipv6'])
  expect(parts({ options: { form: 'xml' }, family: 'ipv6' })).toEqual(['formboth', 'formipv6', 'both', 'ipv6'])
})

test('limits and settings in a table', () => {
  const limits: readonly LimitNumber[] = [
    { max: 1000, source: '', unverified: false },
    { max: 1000, source: '', unverified: true },
    { max: undefined, source: '', unverified: true },
  ]
  expect(limits.map(limitText)).toEqual(['at most 1,000', 'at most 1,000, unverified', 'unknown, not checked'])
  expect([settingsText({ form: 'set', scope: 'shared' }), settingsText({})]).toEqual(['form=set scope=shared', ''])
})
