import { OTHER_RULES, type TableFields } from './reader-fields.ts'

/** The table of the policies. */
export const POLICY = 'firewall policy'
/** Commands within an entry. */
export const FIELD_VERBS = new Set(['set', 'append', 'unset', 'unselect'])
/** Commands on the entries of a table. */
export const CHANGES = new Set(['move', 'rename', 'clone', 'purge'])
export const COMMANDS = new Set([...FIELD_VERBS, ...CHANGES, 'config', 'edit', 'next', 'end', 'delete'])

/** Other commands in the log of a terminal session. */
export const SESSION = new Set(['show', 'get', 'exit', 'quit', 'execute', 'diagnose'])

/** A command without what a terminal prints before it: `FGT # `, `FGT (root) $ `, `--More--`. */
export function withoutPrompt(words: readonly string[]): readonly string[] {
  if (words[0] === '--More--') return words.slice(1)
  const sign = words.slice(1, 3).findIndex((word) => word === '#' || word === '$')
  const isPrompt = sign === 0 || (sign === 1 && /^\(.*\)$/.test(words[1] as string))
  return isPrompt && !FIELD_VERBS.has(words[0] as string) ? words.slice(sign + 2) : words
}

/** A command as a note shows it. */
export const shown = (words: readonly string[]) => words.join(' ')

/** The reason why a line is invalid within an object; undefined if it is valid. */
export function reasonAgainst(
  { read, limiting, harmless }: TableFields,
  path: string,
  words: readonly string[],
): string | undefined {
  const verb = words[0]
  const name = words[1]
  const given = words.length - 2
  if (name === undefined || (verb !== 'unset' && given === 0)) return 'has no value'
  if (verb === 'unset' && given > 0) return 'is not understood'
  if (!read.has(name) && !limiting.has(name) && !harmless.has(name)) return 'is not understood'
  const isDouble = path === POLICY && given > 1 && SINGLE.has(name)
  return isDouble ? 'has more than one value' : undefined
}

/** Fields of a policy that take one value. */
const SINGLE = new Set(
  ['name', 'action', 'schedule', 'status', 'service-negate'].concat(
    ['srcaddr', 'dstaddr', 'srcaddr6', 'dstaddr6'].map((field) => `${field}-negate`),
  ),
)

/** Tables whose entries hold commands that the device runs by itself. */
const SCRIPTED = new Set(['system auto-script', 'system automation-action'])
/** Commands that leave the configuration as it is. */
const READS = /^(?:get|show|diag\w*|exec\w* (?:backup|ping|traceroute|log|reboot|date|time))\b/

/** True for the script of such an entry, unless each of its commands is known to change nothing. */
export function runsChanges(path: string, [verb, field, script = '']: readonly string[]): boolean {
  if (!SCRIPTED.has(path) || verb !== 'set' || field !== 'script') return false
  const commands = script.split(/[\r\n]/).map((line) => line.trim())
  return commands.some((command) => command !== '' && !READS.test(command))
}

/** True for a table that allows or denies traffic too, and is not read. */
export const isOtherRules = (path: string) =>
  path.startsWith('firewall ') && OTHER_RULES.has(path.slice('firewall '.length).replace(' ', '-'))
