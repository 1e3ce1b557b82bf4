const REASON = 'may change the configuration, which is not followed'
/** Commands that the device runs by itself: `action 1.0 cli command "..."` of an event, `cli ...` of a schedule. */
const COMMAND = /^(?:action \S+ cli command|cli) "?(.*)$/
/** Commands that leave the configuration as it is. */
const ELSEWHERE =
  /^(?:show|enable|end|exit|ping|traceroute|terminal|copy running-config|write memory|(?:write|copy run start)"?$)/
/** A script of the event manager; those of the system come with it. */
const SCRIPT = /^event manager policy (?!.* type system$)/

/** The reason why a line of the configuration may change the rest by itself; undefined for most. */
export function automationOf(words: readonly string[]): string | undefined {
  const [verb] = words
  if (verb !== 'action' && verb !== 'cli' && verb !== 'event') return undefined
  const text = words.join(' ')
  if (SCRIPT.test(text)) return REASON
  const command = COMMAND.exec(text)?.[1]
  return command === undefined || ELSEWHERE.test(command) ? undefined : REASON
}
