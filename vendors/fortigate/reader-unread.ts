import { FIELD_VERBS } from './reader-fields.ts'

// The text around the tables that are read: prompts and other output of a terminal, and tables that can make the policies doubtful.

/** Other commands in the log of a terminal session. */
export const SESSION = new Set(['show', 'get', 'exit', 'quit', 'execute', 'diagnose'])

/** A command without what a terminal prints before it: `FGT # `, `FGT (root) $ `, `--More--`. */
export function withoutPrompt(words: readonly string[]): readonly string[] {
  if (words[0] === '--More--') return words.slice(1)
  const sign = words.slice(1, 3).findIndex((word) => word === '#' || word === '$')
  const isPrompt = sign === 0 || (sign === 1 && /^\(.*\)$/.test(words[1] as string))
  return isPrompt && !FIELD_VERBS.has(words[0] as string) ? words.slice(sign + 2) : words
}

const OTHER_RULES = /^firewall (?:policy(?:6|46|64)|(?:security|consolidated|proxy|explicit-proxy)[- ]policy|acl6?)$/

/** True for a table that allows or denies traffic too, and is not read. */
export const isOtherRules = (path: string) => OTHER_RULES.test(path)

/** Tables whose entries hold commands that the device runs by itself. */
const SCRIPTED = new Set(['system auto-script', 'system automation-action'])
/** Commands that leave the configuration as it is. */
const READS = /^(?:get|show|diag\w*|exec\w* (?:backup|ping|traceroute|log|reboot|date|time))\b/

/** Settings by which traffic does not pass, or is not stopped, as the policies say. */
const SETTINGS: ReadonlyMap<string, string> = new Map([
  // https://community.fortinet.com/t5/FortiGate/Technical-Note-How-the-FortiGate-behaves-when-asymmetric-routing/ta-p/198575
  ...['asymroute', 'asymroute6', 'asymroute-icmp', 'asymroute6-icmp'].map(
    (field) => [`${field} enable`, 'lets packets without a session pass without policies'] as const,
  ),
  // https://docs.fortinet.com/document/fortigate/6.2.1/new-features/370579
  ['ngfw-mode policy-based', 'leaves the decision to security policies, which are not read'],
])

/** The reason why a command of an unread table makes the policies doubtful; undefined for most. */
export function reasonForDoubt(path: string, [verb, field = '', value = '']: readonly string[]): string | undefined {
  if (verb !== 'set') return undefined
  if (path === 'system settings') return SETTINGS.get(`${field} ${value}`)
  const commands = SCRIPTED.has(path) && field === 'script' ? value.split(/[\r\n]/).map((line) => line.trim()) : []
  // Of a script, each command must be known to change nothing.
  const isHarmless = commands.every((command) => command === '' || READS.test(command))
  return isHarmless ? undefined : 'is a script that may change the configuration, which is not followed'
}
