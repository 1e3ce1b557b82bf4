import { expect, test } from 'vitest'
import { parsePolicy } from '../../src/policy/policy.ts'
import { expectPage } from '../golden-page.ts'

const POLICY = `cloud: public
rules:
  - name: Web
    direction: outbound
    protocol: tcp
    ports: [443]
    tags: [Sql]
targets:
  - name: edge
    vendor: paloalto
    out: rules/edge.txt
`

// Mistakes that people make, by what is edited.
const MISTAKES: readonly [mistake: string, from: string, to: string][] = [
  ['no colon', 'cloud: public', 'cloud public'],
  ['no colon after a list', 'rules:', 'rules'],
  ['no colon in an entry', 'direction: outbound', 'direction outbound'],
  ['no space after a colon', 'protocol: tcp', 'protocol:tcp'],
  ['no space after a dash', '- name: Web', '-name: Web'],
  ['a key too far left', '    direction', '   direction'],
  ['a key too far right', '    direction', '      direction'],
  ['a dash in the first column', '  - name: edge\n    vendor', '- name: edge\n     vendor'],
  ['a tab', '    direction', '	direction'],
  ['a tab in a list', '    ports: [443]', '    ports:\n	- 443'],
  ['no closing bracket', '[443]', '[443'],
  ['a bracket too many', '[443]', '[443]]'],
  ['no closing quote', '[Sql]', '["Sql]'],
  ['a colon in a value', 'rules/edge.txt', 'rules: edge.txt'],
  ['a brace', 'rules/edge.txt', '{site}/edge.txt'],
  ['an at sign', 'rules/edge.txt', '@edge'],
  ['an asterisk', 'rules/edge.txt', '*.txt'],
  [
    'a brace in a value between brackets',
    '  - name: edge\n    vendor: paloalto\n    out: rules/edge.txt',
    '  - { name: edge, out: rules/{site}.txt, vendor: list }',
  ],
  [
    'a brace that begins a value between brackets',
    '  - name: edge\n    vendor: paloalto\n    out: rules/edge.txt',
    '  - { name: edge, vendor: list, out: {site}/x }',
  ],
  ['a percent sign in a list', '[Sql]', '[%x]'],
  [
    'no comma between keys',
    '  - name: edge\n    vendor: paloalto\n    out: rules/edge.txt',
    '  - { name: edge out: x }',
  ],
  ['a comma after a list', '[443]', '[443],'],
  ['a dash between brackets', '[443]', '[- 443]'],
  ['a dash beside its key', '[443]', '- 443'],
  ['an asterisk alone', '[Sql]', '*'],
  [
    'a conflict of a merge',
    '    ports: [443]',
    '<<<<<<< HEAD\n    ports: [443]\n=======\n    ports: [80]\n>>>>>>> ports',
  ],
  ['a second document', 'targets:', '---\ntargets:'],
]

test('says each mistake in one sentence, with the line and a caret', async () => {
  const problem = (from: string, to: string) => thrownBy(() => parsePolicy(POLICY.replace(from, to), 'p', 'p.yaml'))
  await expectPage(
    'yaml-errors.txt',
    MISTAKES.map(([mistake, from, to]) => [mistake, problem(from, to)]),
  )
})

test('the policy that the mistakes are made in has none', () => {
  expect(thrownBy(() => parsePolicy(POLICY.replace('[Sql]', '[Sql]\n    priority: 100'), 'p', 'p.yaml'))).toBe('')
})

function thrownBy(work: () => unknown): string {
  try {
    work()
    return ''
  } catch (error) {
    return (error as Error).message
  }
}
