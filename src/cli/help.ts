import type { Example } from './command.ts'

/** The examples of one command, for its help. */
export function examplesText(examples: readonly Example[]): string {
  const width = Math.max(...examples.map(([line]) => line.length))
  return `\nExamples:\n${examples.map(([line, what]) => `  ${line.padEnd(width)}   ${what}\n`).join('')}`
}

/** How to start, and where to read on. */
export const GETTING_STARTED = `  tagwall build --dry-run   what it would write for four firewalls, from a shipped snapshot; offline
  tagwall init              a policy file of your own and a weekly job, question by question
  tagwall update            that job: get the current document, say what changed, write the rules

  tagwall --help lists the commands, tagwall COMMAND --help has examples and options,
  tagwall explain NAME tells what a rule or a finding is about.
`

/** The output of `tagwall` without arguments. */
export const WELCOME = `tagwall compiles Azure service tags into firewall rules, and proves every line before it is written.

${GETTING_STARTED}`
