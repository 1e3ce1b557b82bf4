import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { WELCOME } from '../../src/cli/program.ts'
import { COMMANDS as TABLE } from '../../src/commands/table.ts'
import { pages } from '../../src/paths.ts'
import { ROOT } from '../fixtures.ts'
import { COMMANDS, EXAMPLES, help } from './commands.ts'
import { folderWith, tagwall } from './harness.ts'

test('tagwall without arguments shows what it can do', async () => {
  expect(await tagwall(folderWith(), [])).toEqual({ code: 0, out: WELCOME, err: '' })
})

test('every command has examples, and no example is of another one', () => {
  expect(Object.keys(EXAMPLES).sort()).toEqual(COMMANDS.toSorted())
  for (const [command, examples] of Object.entries(EXAMPLES)) {
    expect(examples.length).toBeGreaterThanOrEqual(2)
    for (const [line] of examples) expect(line).toContain(`tagwall ${command}`)
  }
})

describe('--help', () => {
  test.for(COMMANDS)('of %s says what it does, and shows its examples, exit codes and page', async (command) => {
    const text = await help(command)
    const { about, exits = ['done'], docs } = (await TABLE[command as keyof typeof TABLE]()).command
    expect(text.replaceAll(/\s+/g, ' ')).toContain(` ${about} `)
    for (const [line, what] of EXAMPLES[command] ?? [])
      expect(text).toMatch(new RegExp(`${escaped(line)} +${escaped(what)}\n`))
    for (const [code, what] of exits.entries()) expect(text).toContain(`\n  ${code}   ${what}\n`)
    expect(text).toContain(`\nLearn more: tagwall explain ${docs}\n`)
    const { code, out } = await tagwall(ROOT, ['explain', docs])
    const page = readFileSync(pages().get(docs) as string, 'utf8')
    // Some characters are escaped, as in all output.
    const shape = (text: string) => [text.split('\n')[0], text.split('\n').length]
    expect([code, ...shape(out)]).toEqual([0, ...shape(page)])
    expect(out).toContain(`tagwall ${command}`)
    expect(text).not.toMatch(/default: (?:off|none)/)
  })

  test('lists the options in groups', async () => {
    const headings = [...(await help('update')).matchAll(/^([A-Z][A-Za-z ]*):/gm)].map(([, heading]) => heading)
    expect(headings).toEqual([
      ...['Usage', 'Options', 'Document', 'Policy', 'Output', 'CI'],
      ...['Examples', 'Exit codes', 'Environment', 'Learn more'],
    ])
  })
})

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

test('another shell is refused', async () => {
  const { code, err } = await tagwall(ROOT, ['completion', 'tcsh'])
  expect(code).toBe(2)
  expect(err).toContain('Allowed choices are bash, zsh, fish.')
})

test('--version loads no command', async () => {
  const commands = { build: () => Promise.reject(new Error('loaded')) }
  expect(await tagwall(ROOT, ['--version'], { commands })).toMatchObject({ code: 0, err: '' })
  expect((await tagwall(ROOT, ['build'], { commands })).err).toContain('loaded')
})
