import type { Example } from './command.ts'

/** The examples of one command, for its help. */
export function examplesText(examples: readonly Example[]): string {
  const width = Math.max(...examples.map(([line]) => line.length))
  return `\nExamples:\n${examples.map(([line, what]) => `  ${line.padEnd(width)}   ${what}\n`).join('')}`
}

/** How to start, and where to read on. */
export const GETTING_STARTED = `  tagwall build --dry-run   show what it would write for four firewalls, from a shipped snapshot; offline
  tagwall init              create your own policy file and a weekly job, question by question
  tagwall update            the weekly job: get the current document, show the changes, write the rules

  tagwall --help lists the commands, tagwall COMMAND --help has examples and options,
  tagwall explain NAME explains a rule or a finding.
`

/** The output of `tagwall` without arguments. */
export const WELCOME = `tagwall compiles Azure service tags into firewall rules, and proves every line before it is written.

${GETTING_STARTED}`
