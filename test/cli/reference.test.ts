import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { expect, test } from 'vitest'
import { addCommonOptions, descriptionWithDefault } from '../../src/cli/options.ts'
import { COMMANDS } from '../../src/commands/table.ts'
import { ROOT } from '../fixtures.ts'

// The table of options in docs/cli.md is that of the help. "npm run docs" writes it.

const PAGE = join(ROOT, 'docs/cli.md')
const MARK = /(?<=<!-- options: "npm run docs" writes this table -->\n\n)[\s\S]*?(?=\n<!-- end -->)/

/** A command as commander knows it; its subcommands stand for it. */
async function commandsNamed(name: string): Promise<readonly Command[]> {
  const { command } = await (COMMANDS[name as keyof typeof COMMANDS] as (typeof COMMANDS)['list'])()
  const made = command.flags(new Command(name))
  if (command.uses !== 'nothing') addCommonOptions(made)
  return made.commands.length > 0 ? made.commands : [made]
}

/** One row for each option and meaning, by option; with the commands that take it. */
async function table(): Promise<string> {
  const rows = new Map<string, string[]>()
  for (const name of Object.keys(COMMANDS)) {
    for (const command of await commandsNamed(name)) {
      for (const option of command.options.filter(({ hidden }) => !hidden)) {
        const cells = [`\`${option.flags}\``, descriptionWithDefault(option)].map((cell) => cell.replaceAll('|', '\\|'))
        const row = cells.join('\n')
        rows.set(row, [...(rows.get(row) ?? []), `\`${name}\``])
      }
    }
  }
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1))
  const lines = sorted.map(([row, names]) => {
    const [flags, meaning] = row.split('\n')
    return `| ${flags} | ${[...new Set(names)].join(', ')} | ${meaning} |\n`
  })
  return `| option | commands | meaning |\n| --- | --- | --- |\n${lines.join('')}`
}

test('docs/cli.md has every option of every command', async () => {
  const page = readFileSync(PAGE, 'utf8')
  const rows = await table()
  const wanted = page.replace(MARK, () => rows)
  if (process.env.TAGWALL_UPDATE_DOCS === '1') writeFileSync(PAGE, wanted)
  else expect(page).toBe(wanted)
  expect(page).toMatch(MARK)
})
