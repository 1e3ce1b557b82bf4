import type { Argument, Command, Option } from 'commander'
import { commandsOf, runCommandLine } from '../cli/program.ts'
import { FIXED_TOPICS } from '../explain/topics.ts'
import type { Io } from '../io.ts'
import { LISTS } from '../listing/listing.ts'
import { GUARDS } from '../model/guard.ts'
import { CHECKS } from '../vendor-check/result.ts'
import { COMMANDS } from './table.ts'
import { TASKS } from './vendor.ts'

/** The answer that asks the shell for names of files. */
const FILES = ':files'

/** The words before the one at the cursor, as far as they matter. */
interface Line {
  readonly words: readonly string[]
  /** The words that are neither options nor their values; the command first. */
  readonly operands: readonly string[]
  readonly io: Io
}

/** Prints the completions of the last of `words`, with names from the policy of the line; none for a line that cannot be read. */
export async function complete(words: readonly string[], io: Io): Promise<0> {
  const before = separated(words)
  const typed = before.pop() ?? ''
  const commands = await commandsOf(COMMANDS, io)
  const command = commands.find((one) => before.includes(one.name()))
  const offers = command
    ? await offersOf(command, before, typed, io)
    : typed.startsWith('-')
      ? ['--help\tshow help', '--version\tshow the version']
      : commands.map((one) => `${one.name()}\t${one.summary()}`)
  const fitting = offers.filter((offer) => offer === FILES || offer.startsWith(typed))
  // The shell replaces its whole last word.
  const [start = ''] = /^--[a-z-]+=/.exec(words.at(-1) ?? '') ?? []
  io.out([...new Set(fitting)].map((offer) => `${offer === FILES ? '' : start}${offer}\n`).join(''))
  return 0
}

/** The words with an option and its value as two: `--policy=FILE` is one word for some shells, and three for bash. */
function separated(words: readonly string[]): string[] {
  const whole: string[] = []
  for (const [index, word] of words.entries()) {
    const isJoined = index > 1 && (word === '=' || words[index - 1] === '=')
    if (isJoined) whole.push(`${whole.pop()}${word}`)
    else whole.push(word)
  }
  return whole.flatMap((word) => /^(--[a-z-]+)=(.*)$/s.exec(word)?.slice(1) ?? word)
}

async function offersOf(command: Command, words: readonly string[], typed: string, io: Io): Promise<readonly string[]> {
  const takesValue = (word: string | undefined) =>
    command.options.find(({ long, flags }) => long === word && flags.includes('<'))
  const operands = words.filter((word, index) => !word.startsWith('-') && !takesValue(words[index - 1]))
  const line: Line = { words, operands, io }
  const option = takesValue(words.at(-1))
  if (option) return valuesOf(placeholderOf(option), option.argChoices, line)
  if (typed.startsWith('-'))
    return [
      ...command.options.filter(({ hidden }) => !hidden).map(({ long, description }) => `${long}\t${description}`),
      '--help\tshow help',
    ]
  const expected = command.registeredArguments
  const argument: Argument | undefined = expected[operands.length - 1] ?? expected.findLast(({ variadic }) => variadic)
  return argument ? valuesOf(argument.name(), argument.argChoices, line) : []
}

/** `file|name` in `--policy <file|name>`; options that take a name say which by their own. */
const placeholderOf = ({ long, flags }: Option): string =>
  ['--vendor', '--target', '--site'].includes(long as string)
    ? (long as string).slice(2)
    : (/<([^<>]+)>/.exec(flags)?.[1] ?? '')

async function valuesOf(placeholder: string, choices: readonly string[] = [], line: Line): Promise<readonly string[]> {
  const parts = placeholder in VALUES ? [placeholder] : placeholder.split('|')
  const found = await Promise.all(parts.map((part) => VALUES[part]?.(line) ?? names(`${part}s`, line)))
  const files = /\b(file|dir|old|new)\b/.test(placeholder) ? [FILES] : []
  return [...choices, ...found.flat(), ...files]
}

const sides = async (line: Line) => ['latest', 'previous', ...(await names('snapshots', line))]

/** The values of a placeholder, by its name. Those of the others, such as `vendor`, are the names of a list. */
const VALUES: Readonly<Record<string, (line: Line) => readonly string[] | Promise<readonly string[]>>> = {
  date: (line) => names('snapshots', line),
  old: sides,
  new: sides,
  what: () => Object.keys(LISTS),
  'file|name': (line) => names('policies', line),
  // `list vendors NAME`.
  name: (line) => names(line.operands[1] ?? '', line),
  task: () => Object.keys(TASKS),
  guards: () => GUARDS,
  checks: () => CHECKS,
  'key=value': async (line) => {
    const vendors = await names('vendors', line)
    const named = vendors.filter((vendor) => line.operands.includes(vendor))
    const options = await Promise.all((named.length > 0 ? named : vendors).map((vendor) => optionsOf(vendor, line)))
    return options.flat().map((name) => `${name}=`)
  },
  topic: async (line) => [
    ...FIXED_TOPICS,
    ...(await Promise.all(['rules', 'sites', 'tags'].map((list) => names(list, line)))).flat(),
  ],
}

/** The names of a list, for the policy and the vendors of the line; nothing for another word. */
const names = async (list: string, line: Line): Promise<readonly string[]> =>
  Object.hasOwn(LISTS, list) ? (await listed([list, '--names'], line)).split('\n').filter(Boolean) : []

async function optionsOf(vendor: string, line: Line): Promise<readonly string[]> {
  const text = await listed(['vendors', vendor, '--json'], line)
  return text === '' ? [] : Object.keys(JSON.parse(text).manifest.options)
}

/** The output of `tagwall list`; empty if it fails. */
async function listed(argv: readonly string[], { words, io }: Line): Promise<string> {
  const context = ['--policy', '--vendors', '--snapshots'].flatMap((flag) => {
    const index = words.indexOf(flag)
    const value = index === -1 ? undefined : words[index + 1]
    return value === undefined ? [] : [flag, value]
  })
  let text = ''
  const out = (part: string | Uint8Array) => {
    text += typeof part === 'string' ? part : Buffer.from(part).toString()
  }
  const code = await runCommandLine(['list', ...argv, ...context], { ...io, out, err: () => undefined }, COMMANDS)
  return code === 0 ? text : ''
}
