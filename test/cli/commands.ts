import { COMMANDS as TABLE } from '../../src/commands/table.ts'
import { ROOT } from '../fixtures.ts'
import { tagwall } from './harness.ts'

export const help = async (...argv: string[]) => (await tagwall(ROOT, [...argv, '--help'])).out
/** Every command, as the help lists them. */
export const COMMANDS = [...(await help()).matchAll(/^ {2}([a-z]+) [[<]/gm)]
  .map(([, name]) => name as string)
  .filter((name) => name !== 'help')

/** What each command declares as its examples. */
export const EXAMPLES = Object.fromEntries(
  await Promise.all(
    Object.entries(TABLE).map(async ([name, load]) => [name, (await load()).command.examples] as const),
  ),
)
