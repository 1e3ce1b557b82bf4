import { type AnyCommand, ENVIRONMENT } from './command.ts'

/** The end of a command's help, after its options: examples, exit codes, environment, and further reading. */
export function moreHelp({ examples, exits, environment = [], docs }: AnyCommand): string {
  const codes = [
    ...(exits ?? ['done']).map((what, code) => [String(code), what]),
    ['2', 'error, or refused (by a guard, for example)'],
  ]
  const variables = environment.map((name) => ENVIRONMENT[name])
  return [
    listText('Examples', examples),
    listText('Exit codes', codes),
    variables.length > 0 ? listText('Environment', variables) : '',
    `\nLearn more: tagwall explain ${docs}\n`,
  ].join('')
}

/** A heading, and rows in two columns. */
function listText(heading: string, rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([name = '']) => name.length))
  return `\n${heading}:\n${rows.map(([name = '', what]) => `  ${name.padEnd(width)}   ${what}\n`).join('')}`
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
