import { expect, test } from 'vitest'
import { parsePolicy } from '../../src/policy/policy.ts'

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

// Each mistake that people make: what is edited, the place and the sentence, and the line with the caret.
test.for<[mistake: string, from: string, to: string, place: string, sentence: string, line: string, caret: number]>([
  ['no colon', 'cloud: public', 'cloud public', '1:6', 'a colon is missing after "cloud"', 'cloud public', 6],
  ['no colon after a list', 'rules:', 'rules', '2:6', 'a colon is missing after "rules"', 'rules', 6],
  [
    ...(['no colon in an entry', 'direction: outbound', 'direction outbound'] as const),
    ...(['4:14', 'a colon is missing after "direction"', '    direction outbound', 14] as const),
  ],
  [
    ...(['no space after a colon', 'protocol: tcp', 'protocol:tcp'] as const),
    ...(['5:13', 'a space is missing after the colon of "protocol"', '    protocol:tcp', 13] as const),
  ],
  [
    ...(['no space after a dash', '- name: Web', '-name: Web'] as const),
    ...(['3:3', 'a space is missing after the dash of this entry', '  -name: Web', 3] as const),
  ],
  [
    ...(['a key too far left', '    direction', '   direction', '4:4'] as const),
    'this line is indented by 3 spaces; the keys of one entry begin in one column, as in line 3, which has 4 spaces before its key',
    ...(['   direction: outbound', 4] as const),
  ],
  [
    ...(['a key too far right', '    direction', '      direction', '4:7'] as const),
    'this line is indented by 6 spaces; the keys of one entry begin in one column, as in line 3, which has 4 spaces before its key',
    ...(['      direction: outbound', 7] as const),
  ],
  [
    ...(['a dash in the first column', '  - name: edge\n    vendor', '- name: edge\n     vendor', '10:6'] as const),
    'this line is indented by 5 spaces; the keys of one entry begin in one column, as in line 9, which has 2 spaces before its key',
    ...(['     vendor: paloalto', 6] as const),
  ],
  [
    ...(['a tab', '    direction', '\tdirection', '4:1'] as const),
    ...(['a tab indents this line; use spaces', ' direction: outbound', 1] as const),
  ],
  [
    ...(['a tab in a list', '    ports: [443]', '    ports:\n\t- 443', '7:1'] as const),
    ...(['a tab indents this line; use spaces', ' - 443', 1] as const),
  ],
  ['no closing bracket', '[443]', '[443', '6:12', 'this [ is never closed', '    ports: [443', 12],
  ['a bracket too many', '[443]', '[443]]', '6:17', 'this ] closes nothing', '    ports: [443]]', 17],
  ['no closing quote', '[Sql]', '["Sql]', '7:12', 'this " is never closed', '    tags: ["Sql]', 12],
  [
    ...(['a colon in a value', 'rules/edge.txt', 'rules: edge.txt', '11:10'] as const),
    ...([
      'a value with a colon and a space in it needs quotes: "rules: edge.txt"',
      '    out: rules: edge.txt',
      10,
    ] as const),
  ],
  [
    ...(['a brace', 'rules/edge.txt', '{site}/edge.txt', '11:10'] as const),
    ...(['a text that begins with { needs quotes: "{site}/edge.txt"', '    out: {site}/edge.txt', 10] as const),
  ],
  [
    ...(['an at sign', 'rules/edge.txt', '@edge', '11:10'] as const),
    ...(['a text that begins with @ needs quotes: "@edge"', '    out: @edge', 10] as const),
  ],
  [
    ...(['an asterisk', 'rules/edge.txt', '*.txt', '11:10'] as const),
    'nothing before this line has the anchor &.txt; a text that begins with * needs quotes: "*.txt"',
    ...(['    out: *.txt', 10] as const),
  ],
  [
    ...([
      'a brace in a value between brackets',
      '  - name: edge\n    vendor: paloalto\n    out: rules/edge.txt',
      '  - { name: edge, out: rules/{site}.txt, vendor: list }',
      '9:24',
    ] as const),
    'a text with { in it needs quotes: "rules/{site}.txt"',
    ...(['  - { name: edge, out: rules/{site}.txt, vendor: list }', 24] as const),
  ],
  [
    ...([
      'a brace that begins a value between brackets',
      '  - name: edge\n    vendor: paloalto\n    out: rules/edge.txt',
      '  - { name: edge, vendor: list, out: {site}/x }',
      '9:38',
    ] as const),
    'a text that begins with { needs quotes: "{site}/x"',
    ...(['  - { name: edge, vendor: list, out: {site}/x }', 38] as const),
  ],
  [
    ...(['a percent sign in a list', '[Sql]', '[%x]', '7:12'] as const),
    'a text that begins with % needs quotes: "%x"',
    ...(['    tags: [%x]', 12] as const),
  ],
  [
    ...([
      'no comma between keys',
      '  - name: edge\n    vendor: paloalto\n    out: rules/edge.txt',
      '  - { name: edge out: x }',
      '9:18',
    ] as const),
    'a comma is missing before "out"',
    ...(['  - { name: edge out: x }', 18] as const),
  ],
  [
    ...(['a comma after a list', '[443]', '[443],', '6:17'] as const),
    'this comma separates nothing; remove it',
    ...(['    ports: [443],', 17] as const),
  ],
  [
    ...(['a dash between brackets', '[443]', '[- 443]', '6:13'] as const),
    'a list between brackets has commas and no dashes: [a, b]',
    ...(['    ports: [- 443]', 13] as const),
  ],
  [
    ...(['a dash beside its key', '[443]', '- 443', '6:12'] as const),
    'a list begins on the next line, or is written [a, b]',
    ...(['    ports: - 443', 12] as const),
  ],
  [
    ...(['an asterisk alone', '[Sql]', '*', '7:11'] as const),
    'a text that begins with * needs quotes: "*"',
    ...(['    tags: *', 11] as const),
  ],
  [
    ...(['a second document', 'targets:', '---\ntargets:', '8:1'] as const),
    ...(['a second YAML document begins here; expected one', '---', 1] as const),
  ],
])('says in one sentence that there is %s', ([, from, to, place, sentence, line, caret]) => {
  const problem = thrownBy(() => parsePolicy(POLICY.replace(from, to), 'p', 'p.yaml'))
  expect(problem).toBe(
    [`p.yaml is not valid YAML: p.yaml:${place}: ${sentence}`, `    ${line}`, `    ${' '.repeat(caret - 1)}^`].join(
      '\n',
    ),
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
