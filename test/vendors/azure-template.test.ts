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
  resources: [{ anything: 1 }],
}
const CONTEXT = { options: {}, purpose: 'prove', narrow: {}, kit: KIT } as const

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

test.for<[what: string, change: (template: Record<string, unknown>) => unknown, faults: string[]]>([
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
    ['19: the template has the field "outputs", which is not understood'],
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
])('%s is a fault', ([, change, faults]) => {
  expect(faultsOf(change(TEMPLATE))).toEqual(faults)
})

test('any other JSON has faults, and throws nothing', () => {
  for (const value of [null, 1, 'x', [], {}, { parameters: [1, {}] }, { $schema: {} }])
    expect(faultsOf(value).length).toBeGreaterThan(1)
})
