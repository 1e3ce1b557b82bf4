import { Command } from 'commander'
import { expect, test } from 'vitest'
import { auditHelpOf } from '../../src/audit/help.ts'
import { AUDIT_FINDING_KINDS } from '../../src/audit/values.ts'
import { addCommonOptions, descriptionWithDefault } from '../../src/cli/options.ts'
import { COMMANDS } from '../../src/commands/table.ts'
import { DOCTOR_NAMES, doctorHelpOf } from '../../src/doctor/findings.ts'
import { explainLimit } from '../../src/explain/explain.ts'
import { FINDING_CODES, helpOf } from '../../src/finding/finding.ts'
import type { Explanation } from '../../src/model/explanation.ts'
import { LIMIT_MEANING, LIMITS } from '../../src/model/limits.ts'
import { wrap } from '../../src/text/lines.ts'
import { comparePart } from '../generated.ts'

// Parts of pages are the words of the program: "npm run docs" writes them.

/** A command as commander knows it; its subcommands stand for it. */
async function commandsNamed(name: string): Promise<readonly Command[]> {
  const { command } = await (COMMANDS[name as keyof typeof COMMANDS] as (typeof COMMANDS)['list'])()
  const made = command.flags(new Command(name))
  if (command.uses !== 'nothing') addCommonOptions(made)
  return made.commands.length > 0 ? made.commands : [made]
}

/** Names of commands; of most commands, the others. */
function commandList(names: readonly string[]): string {
  const others = Object.keys(COMMANDS).flatMap((name) => (names.includes(`\`${name}\``) ? [] : [`\`${name}\``]))
  return others.length < names.length ? `all but ${others.join(', ')}` : names.join(', ')
}

/** What the help says in parentheses about values and defaults; the page leaves it to the help. */
const VALUES = / \((?:default|choices|several|may be repeated|[^()]*separate(?:d| them) (?:by|with) commas)[^()]*\)/g

/** One row for each option that means the same in several commands, with these; the help has the options of one command. */
async function table(): Promise<string> {
  const rows = new Map<string, string[]>()
  for (const name of Object.keys(COMMANDS)) {
    for (const command of await commandsNamed(name)) {
      for (const option of command.options.filter(({ hidden }) => !hidden)) {
        const meaning = descriptionWithDefault(option).replaceAll(VALUES, '')
        const cells = [`\`${option.flags}\``, meaning].map((cell) => cell.replaceAll('|', '\\|'))
        const row = cells.join('\n')
        rows.set(row, [...(rows.get(row) ?? []), `\`${name}\``])
      }
    }
  }
  const shared = [...rows].filter(([, names]) => new Set(names).size > 1)
  const sorted = shared.sort(([a], [b]) => (a < b ? -1 : 1))
  const lines = sorted.map(([row, names]) => {
    const [flags, meaning] = row.split('\n')
    return `| ${flags} | ${commandList([...new Set(names)])} | ${meaning} |\n`
  })
  return `| option | commands | meaning |\n| --- | --- | --- |\n${lines.join('')}`
}

test('docs/cli.md has every option of several commands', async () => {
  comparePart('docs/cli.md', 'options', await table())
})

test('the page of the limits has every limit', () => {
  const rows = LIMITS.map((name) => `| \`${name}\` | ${LIMIT_MEANING[name]} |\n`)
  comparePart(
    pagesOf(explainLimit('rules', []))[0] ?? '',
    'limits',
    `| limit | counts |\n| --- | --- |\n${rows.join('')}`,
  )
})

const HELPS = [...FINDING_CODES.map(helpOf), ...AUDIT_FINDING_KINDS.map(auditHelpOf), ...DOCTOR_NAMES.map(doctorHelpOf)]
const pagesOf = ({ sources }: Explanation) => sources.filter((source) => /^(?:docs|vendors)\//.test(source))

test('every finding names a page', () => {
  expect(HELPS.filter((help) => pagesOf(help).length === 0).map(({ name }) => name)).toEqual([])
})

test.for([...new Set(HELPS.flatMap(pagesOf))])('%s has every finding that names it', (page) => {
  const names = HELPS.filter((help) => pagesOf(help).includes(page)).map(({ name }) => `\`${name}\``)
  comparePart(page, 'findings', `\`tagwall explain NAME\` explains each finding:\n${wrap(names.join(', '), 150)}\n`)
})
