import { describe, expect, test } from 'vitest'
import { WELCOME } from '../../src/cli/help.ts'
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
  test.for(COMMANDS)('of %s shows its examples, and the default of every option', async (command) => {
    const text = await help(command)
    for (const [line, what] of EXAMPLES[command] ?? [])
      expect(text).toMatch(new RegExp(`${escaped(line)} +${escaped(what)}\n`))
    const options = (/\nOptions:\n((?: .*\n)+)/.exec(text)?.[1] ?? '')
      .split(/\n(?= {2}-)/)
      .map((option) => option.replaceAll(/\s+/g, ' '))
    const silent = options.filter((option) => !/--help|\bdefault: /.test(option))
    expect(silent).toEqual(command === 'propose' ? [expect.stringContaining('--report <dir>')] : [])
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
