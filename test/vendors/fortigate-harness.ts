import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { device } from '../../vendors/fortigate/reader.ts'
import { ROOT, rulesetOf } from '../fixtures.ts'
import { type Golden, harnessOf } from './harness.ts'
import { show } from './reading-text.ts'

const HARNESS = harnessOf('fortigate', device)

export const { apart, goldenOf, objectionsTo } = HARNESS

const POLICIES = [
  ['arc-kubernetes', 'policies/arc-kubernetes.yaml'],
  ['several', 'policies/conformance/several.yaml'],
  ['one-rule', 'policies/conformance/one-rule.yaml'],
  ['sides', 'vendors/fortigate/expected/policies/sides.yaml'],
] as const

/** Every policy with every setting of the golden files, whose texts the conformance tests hold to be these. */
export const GOLDEN: readonly Golden[] = POLICIES.flatMap(([policy, file]) => {
  const cases = JSON.parse(readFileSync(join(ROOT, 'vendors/fortigate/expected/cases.json'), 'utf8'))
  const ruleset = rulesetOf(join(ROOT, file), policy, join(ROOT, 'policies/conformance/document.json'), '2025-11-10')
  // A feed has no local side, and what other options do is seen in the other policies.
  const isLeftOut = (one: Record<string, unknown>) =>
    (policy === 'sides' && ('form' in one || 'groupMembers' in one)) || (policy !== 'several' && 'beforePolicy' in one)
  const settings = [{}, ...cases].filter((one) => !isLeftOut(one))
  return settings.map((setting): Golden => {
    return goldenOf(`${policy} ${JSON.stringify(setting)}`, ruleset, HARNESS.optionsOf(setting))
  })
})

/** What a device runs, as text. */
export const audit = (text: string, given: Parameters<typeof HARNESS.auditOf>[1] = {}) =>
  show(HARNESS.auditOf(text, given))

/** The names that a configuration has, to narrow an audit to. */
export const scopesOf = (text: string) => HARNESS.auditOf(text).scopes
