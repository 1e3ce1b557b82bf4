import { expect, test } from 'vitest'
import type { Note } from '../../src/model/reading.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import type { LocatedJson } from '../../src/vendor/kit/located-json.ts'
import { ARM, checkTemplate } from '../../vendors/_azure/arm.ts'
import { scopeOf } from '../../vendors/_azure/scope.ts'
import { bindKit } from '../../vendors/_kit/kit.ts'

bindKit(KIT)

const TEMPLATE = {
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  contentVersion: '1.0.0.0',
  parameters: { name: { type: 'string', defaultValue: 'web' }, location: { type: 'string', defaultValue: 'west' } },
  resources: [{ type: 'M/a/b', apiVersion: '1', name: "[concat(parameters('name'), '/x')]" }],
}
const CONTEXT = { options: { apiVersion: '1' }, purpose: 'prove', narrow: {}, kit: KIT } as const

function faultsOf(template: unknown): string[] {
  const notes: Note[] = []
  const root = KIT.readJson(JSON.stringify(template, undefined, 1)) as LocatedJson
  checkTemplate(root, ['name', 'location'], scopeOf(CONTEXT, ARM, 'template', notes))
  return notes.map(({ place, text, reason }) => `${place.line}: ${text} ${reason}`)
}

test('a template as it is written has no fault, with all of its parameters, some or none', () => {
  const { name, location } = TEMPLATE.parameters
  const { parameters: _, ...without } = TEMPLATE
  for (const parameters of [{ name, location }, { name }, { location }, {}])
    expect(faultsOf({ ...TEMPLATE, parameters })).toEqual([])
  expect(faultsOf({ ...TEMPLATE, contentVersion: '10.20.30.40' })).toEqual([])
  expect(faultsOf(without)).toEqual([])
})

const GROUP = { type: 'M/a', apiVersion: '1', name: 'g', location: "[parameters('location')]" }
const SECOND = { ...GROUP, name: 'h', dependsOn: ["[resourceId('M/a', 'g')]"] }
const CHILD = { type: 'M/a/b', apiVersion: '1', name: 'g/x' }
const BOTH = ["[resourceId('M/a', 'g')]", "[resourceId('M/a', 'h')]"]
const ORDER = 'does not wait for the resources before it, and for no others'
const RESOURCES = (
  [
    ['resources by name', { one: CHILD }, 'the resources are no list'],
    ['another version', [{ ...CHILD, apiVersion: '2' }], 'g/x has the apiVersion 2, not 1'],
    ['a condition', [{ ...CHILD, condition: true }], 'g/x has the field "condition", which is not understood'],
    ['a resource without a location', [{ ...GROUP, location: undefined }], 'g has no location'],
    ['a child with a location', [{ ...GROUP, ...CHILD }], 'g/x has the field "location", which is not understood'],
    ['a resource that waits for none', [GROUP, { ...GROUP, name: 'h' }], `h ${ORDER}`],
    ['a first resource that waits', [{ ...GROUP, dependsOn: [] }], `g ${ORDER}`],
    ['a child that waits for one of two', [GROUP, SECOND, { ...CHILD, dependsOn: BOTH.slice(1) }], `g/x ${ORDER}`],
    ['a child that waits for both', [GROUP, SECOND, { ...CHILD, dependsOn: BOTH }], undefined],
  ] as const
).map(([what, resources, fault]): [string, (all: object) => unknown, unknown[]] => [
  what,
  (all) => ({ ...all, resources }),
  fault === undefined ? [] : [expect.stringContaining(fault)],
])

test.for<[what: string, change: (template: Record<string, unknown>) => unknown, faults: unknown[]]>([
  ['no schema', ({ $schema: _, ...rest }) => rest, ['1:  is not the $schema of a template for a resource group']],
  [
    'the schema of a subscription',
    (all) => ({
      ...all,
      $schema: 'https://schema.management.azure.com/schemas/2019-04-01/subscriptionDeploymentTemplate.json#',
    }),
    [
      '1: https://schema.management.azure.com/schemas/2019-04-01/subscriptionDeploymentTemplate.json# is not the $schema of a template for a resource group',
    ],
  ],
  ['no version', ({ contentVersion: _, ...rest }) => rest, ['1: the template has no contentVersion']],
  [
    'a version of three numbers',
    (all) => ({ ...all, contentVersion: '1.0.0' }),
    ['1: the template has no contentVersion'],
  ],
  ...['1.0.0.0-beta', 'v1.0.0.0'].map((contentVersion): [string, (all: object) => unknown, string[]] => [
    `the version ${contentVersion}`,
    (all) => ({ ...all, contentVersion }),
    ['1: the template has no contentVersion'],
  ]),
  [
    'outputs',
    (all) => ({ ...all, outputs: {} }),
    ['21: the template has the field "outputs", which is not understood'],
  ],
  ['parameters that are a text', (all) => ({ ...all, parameters: 'x' }), ['4: the parameters is not an object']],
  [
    'a parameter more',
    (all) => ({ ...all, parameters: { other: { type: 'string', defaultValue: 'x' } } }),
    ['5: the parameters has the field "other", which is not understood'],
  ],
  [
    'a parameter without a default',
    (all) => ({ ...all, parameters: { name: { type: 'string' } } }),
    ['5: a parameter is not text with a default'],
  ],
  [
    'a parameter that is a number',
    (all) => ({ ...all, parameters: { name: { type: 'int', defaultValue: 7 } } }),
    ['5: a parameter is not text with a default'],
  ],
  [
    'a parameter that is a secret',
    (all) => ({ ...all, parameters: { name: { type: 'securestring', defaultValue: 'x' } } }),
    ['5: a parameter is not text with a default'],
  ],
  [
    'a parameter with values that are allowed',
    (all) => ({ ...all, parameters: { name: { type: 'string', defaultValue: 'x', allowedValues: [] } } }),
    ['8: a parameter has the field "allowedValues", which is not understood'],
  ],
  [
    'a parameter that is a text',
    (all) => ({ ...all, parameters: { name: 'x' } }),
    ['5: a parameter is not an object', '5: a parameter is not text with a default'],
  ],
  ...RESOURCES,
])('%s', ([, change, faults]) => {
  expect(faultsOf(change(TEMPLATE))).toEqual(faults)
})

test('any other JSON has faults, and throws nothing', () => {
  for (const value of [null, 1, 'x', [], {}, { parameters: [1, {}] }, { $schema: {} }])
    expect(faultsOf(value).length).toBeGreaterThan(1)
})
