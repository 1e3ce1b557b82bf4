import { expect, test } from 'vitest'
import { compile } from '../../src/compile/compile.ts'
import { holdingOf } from '../../src/doctor/diagnose.ts'
import { parseDocument } from '../../src/document/document.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { DOCUMENT } from './harness.ts'

const POLICY = `rules:
  - { name: Deny, prefixes: [20.190.128.128/25], action: deny, direction: outbound, ports: [443], priority: 100 }
  - { name: Login, tags: [Login], direction: outbound, ports: [443, 8000-8080], priority: 101 }
  - { name: Udp, tags: [Images], direction: outbound, protocol: udp, ports: [443], priority: 102 }
  - { name: Inbound, tags: [Frontend], direction: inbound, ports: [443], priority: 103 }
  - { name: Any, tags: [Arc], direction: outbound, protocol: any, priority: 104 }
  - { name: Mirror, prefixes: [198.18.0.0/24], direction: outbound, ports: [443], priority: 105 }
`

const policy = parsePolicy(POLICY, 'mine', 'mine.yaml')
const source = { bytes: Buffer.from(DOCUMENT), name: 'document.json', published: '2025-11-10' }
const { document, names } = parseDocument(source, 'public', ['Login', 'Images', 'Frontend', 'Arc'])
const { ruleset } = compile(policy, { document, names, where: 'document.json' })

test.for<[address: string, port: number, rules: string[], tags: string[]]>([
  ['20.190.128.7', 443, ['Login'], ['Login']],
  ['20.190.128.7', 8040, ['Login'], ['Login']],
  ['20.190.128.7', 8081, [], ['Login']],
  ['20.190.128.200', 443, [], ['Login']],
  ['20.190.128.200', 8000, ['Login'], ['Login']],
  ['2603:1000::7', 443, ['Login'], ['Login']],
  ['20.40.2.7', 443, [], ['Images']],
  ['13.107.246.7', 443, [], ['Frontend']],
  ['20.50.1.7', 8084, ['Any'], ['Arc']],
  ['198.18.0.7', 443, ['Mirror'], []],
  ['8.8.8.8', 443, [], []],
  ['no address', 443, [], []],
])('%s on tcp %i: rules %j, tags %j', ([address, port, rules, tags]) => {
  const all = [...document.tags.values()]
  expect(holdingOf(address, port, { ruleset, tags: all, isWhole: true })).toEqual({ rules, tags })
})
