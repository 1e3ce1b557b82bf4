import { expect, test } from 'vitest'
import { folderWith, tagwall } from './harness.ts'

const policy = (targets: number, name = '') =>
  `rules:\n  - { name: A, tags: [AzureResourceManager], direction: outbound, ports: [443], priority: 150 }\ntargets:\n${Array.from(
    { length: targets },
    (_, index) => `  - { name: t${index}, vendor: json, out: rules/${index}.json${name} }\n`,
  ).join('')}`

/** What goes to the start of the line and clears it. */
const CLEAR = '\r\u001b[K'
const bars = (text: string) => [
  ...text.replaceAll(CLEAR, '<clear>').matchAll(/<clear>\[([#.]{30})\] (\d+)% (\S+): (rendering|proving)/g),
]

test('a build of many targets shows a bar on a terminal, which grows and goes away', async () => {
  const { code, err } = await tagwall(folderWith({ 'tagwall.yaml': policy(30) }), ['build', '--dry-run'], {
    isTerminal: true,
  })
  expect(code).toBe(0)
  const percents = bars(err).map(([, , percent]) => Number(percent))
  expect(percents).toHaveLength(60)
  expect(percents).toEqual([...percents].sort((a, b) => a - b))
  expect(err.slice(err.lastIndexOf('%')).replaceAll(CLEAR, '<clear>')).toMatch(/^% t\d+: proving<clear>/)
})

test('a bar is taken away before an error is told', async () => {
  const text = `${policy(30).replace('name: A', 'name: "a; b"')}  - { name: nsg, vendor: nsg, out: rules/nsg.json }\n`
  const { code, err } = await tagwall(folderWith({ 'tagwall.yaml': text }), ['build'], { isTerminal: true })
  expect(code).toBe(2)
  expect(err).toContain(`rendering${CLEAR}tagwall: the rules do not fit their targets`)
})

test.for([
  ['few targets', 3, true],
  ['no terminal', 30, false],
] as const)('there is none for %s', async ([, targets, isTerminal]) => {
  const { err } = await tagwall(folderWith({ 'tagwall.yaml': policy(targets) }), ['build', '--dry-run'], { isTerminal })
  expect(err).not.toContain(CLEAR)
})
