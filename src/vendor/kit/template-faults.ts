import { type FieldFault, fieldFaults } from './field-faults.ts'
import { fieldOf, itemsOf, textOf } from './json-values.ts'
import type { LocatedJson } from './located-values.ts'

/** A fault in a file. */
export interface TemplateFault extends FieldFault {
  readonly text: string
}

const FIELDS = ['$schema', 'contentVersion', 'parameters', 'resources']
const SCHEMA = /^https:\/\/schema\.management\.azure\.com\/schemas\/[\d-]+\/deploymentTemplate\.json#$/

/**
 * The faults of a deployment template outside of its resources: it must be for a resource group, and its parameters must be these, texts
 * with a default.
 */
export function templateFaults(root: LocatedJson, parameters: readonly string[]): TemplateFault[] {
  const schema = textOf(fieldOf(root, '$schema')) ?? ''
  const version = textOf(fieldOf(root, 'contentVersion')) ?? ''
  const given = fieldOf(root, 'parameters')
  const fault = (text: string, reason: string, { line }: LocatedJson = root) => ({ line, text, reason })
  return [
    ...unknownIn(root, FIELDS, 'the template'),
    ...(SCHEMA.test(schema) ? [] : [fault(schema, 'is not the $schema of a template for a resource group')]),
    ...(/^\d+(\.\d+){3}$/.test(version) ? [] : [fault('the template', 'has no contentVersion')]),
    ...(given ? unknownIn(given, parameters, 'the parameters') : []),
    ...(given?.kind === 'object' ? [...given.fields.values()] : itemsOf(given)).flatMap((parameter) => [
      ...unknownIn(parameter, ['type', 'defaultValue'], 'a parameter'),
      ...(textOf(fieldOf(parameter, 'type')) === 'string' && textOf(fieldOf(parameter, 'defaultValue'))
        ? []
        : [fault('a parameter', 'is not text with a default', parameter)]),
    ]),
  ]
}

const unknownIn = (value: LocatedJson, optional: readonly string[], text: string): TemplateFault[] =>
  fieldFaults(value, { optional }).map(({ line, reason }) => ({ line, text, reason }))
