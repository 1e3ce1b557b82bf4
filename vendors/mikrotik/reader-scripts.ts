import type { Notes } from 'tagwall/reader'
import { type Command, has } from './reader-text.ts'

/** Properties with a script, or the name of one: `on-event` of a scheduler, `up-script` of netwatch, and the like. */
const SCRIPTS = /(?:^|\s)(on-[a-z-]+|[a-z]+-script|script|source)=("(?:[^"\\]|\\[\s\S])*"|\S*)/g
/** A text in quotes; without an end, the rest of the script. */
const QUOTED = /"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)/g
/** Words of the language that change nothing by themselves, and expressions. */
const PLAIN =
  /^(?::(?:log|put|local|global|set|delay|if|foreach|for|while|do|return|error|beep|len|find|pick|tostr|tonum|toarray|resolve|typeof)\b|(?:do|else|on-error|in)=?$|[$"!<>=&|+*.,~\d-])/
/** Commands that leave the firewall as it is. */
const ELSEWHERE =
  /^\/?(?:log|system[ /]backup[ /]save|system[ /]reboot|tool[ /]e-mail[ /]send|tool[ /]fetch|ip[ /]cloud[ /]force-update)\b/
/** A path, and a command that only reads. */
const READS =
  /^\/?(?:(?!(?:add|set|enable|disable|remove|move|unset|reset|run|load)\b)[a-z0-9-]+[ /]+)*(?:get|print|find|export)\b/

/** The scripts of a router: its firewall may change when they run, which no export shows. */
export class Scripts {
  private readonly names = new Set<string>()
  private readonly found: { readonly command: Command; readonly script: string; readonly key: string }[] = []

  /** Takes the scripts of a command. One that is disabled does not run. */
  add(command: Command): void {
    const { menu, rest } = command
    if (has(rest, 'disabled=yes')) return
    const isStore = menu === '/system/script'
    const name = /(?:^|\s)name=("(?:[^"\\]|\\[\s\S])*"|\S+)/.exec(rest)?.[1]
    if (isStore && name !== undefined) this.names.add(meaning(name))
    for (const [, key = '', value = ''] of rest.matchAll(SCRIPTS)) {
      const script = meaning(value)
      if (script !== '' && (key !== 'source' || isStore)) this.found.push({ command, script, key })
    }
  }

  /** Notes each script that may change the firewall. */
  note(notes: Notes): void {
    for (const { command, script, key } of this.found) {
      if (this.names.has(script.trim()) || isHarmless(script)) continue
      const text = `${command.menu} ${key}=${script}`
      notes.add(command.place, text, 'is a script that may change the firewall, which is not followed')
    }
  }
}

/** True if every statement leaves the firewall as it is. */
const isHarmless = (script: string): boolean =>
  statementsOf(script).every((text) => [PLAIN, ELSEWHERE, READS].some((known) => known.test(text)))

/** The statements and expressions of a script, without comments and texts in quotes. */
function statementsOf(script: string): string[] {
  return (
    script
      // A text may run commands within itself: "$[/ip firewall ...]".
      .replaceAll(QUOTED, (text) => (text.includes('$[') ? text : '""'))
      .split(/[\r\n]/)
      .flatMap((line) => {
        const pieces = line.split(/[;{}[\]()]/).map((piece) => piece.trim())
        const comment = pieces.findIndex((piece) => piece.startsWith('#'))
        return (comment >= 0 ? pieces.slice(0, comment) : pieces).filter((piece) => piece !== '')
      })
  )
}

function meaning(value: string): string {
  if (!value.startsWith('"')) return value
  return value.slice(1, -1).replaceAll(/\\([\s\S])/g, (_, letter: string) => ESCAPES[letter] ?? letter)
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\n', t: ' ', _: ' ' }
