import { Argument, type Command, type Option } from 'commander'
import { AUDIT_FINDING_KINDS } from '../audit/values.ts'
import type { CommandSpec } from '../cli/command.ts'
import {
  ASKED_LISTS,
  type AskedList,
  type CommandOutline,
  type Completion,
  SHELL_NAMES,
  type ShellName,
} from '../cli/command-outline.ts'
import { SHELLS } from '../cli/completion-scripts.ts'
import { DOCTOR_NAMES } from '../doctor/findings.ts'
import { FINDING_CODES } from '../finding/finding.ts'
import type { Io } from '../io.ts'
import { GUARDS } from '../model/guard.ts'
import { LIMITS } from '../model/limits.ts'
import { builtInPolicies, SHIPPED } from '../paths.ts'
import { byCodeUnit } from '../text/order.ts'
import { listVendors, readVendor } from '../vendor/vendor.ts'
import { CHECKS } from '../vendor-check/result.ts'
import { LISTS } from './list.ts'
import { TASKS } from './vendor.ts'

export const command: CommandSpec<[shell: ShellName], object> = {
  summary: 'print the completion script for a shell',
  about: 'Prints a script that completes commands, options and names in a shell.',
  docs: 'docs/cli.md',
  uses: 'nothing',
  examples: [
    ['tagwall completion bash', 'in ~/.bashrc: source <(tagwall completion bash)'],
    ['tagwall completion zsh', 'in ~/.zshrc, after compinit: source <(tagwall completion zsh)'],
    ['tagwall completion fish', 'run once: tagwall completion fish > ~/.config/fish/completions/tagwall.fish'],
  ],
  flags: (command) => command.addArgument(new Argument('<shell>', 'the shell').choices(SHELL_NAMES)),
  run: async ([shell], _, io, outline) => runCompletion(shell, await outline(), io),
}

/** Prints the completion script of a shell for `commands`. */
function runCompletion(shell: ShellName, commands: readonly Command[], io: Io): 0 {
  const vendors = [...listVendors([SHIPPED.vendors]).keys()]
  const settings = vendors.flatMap((name) => Object.keys(readVendor(name, [SHIPPED.vendors]).options))
  const sides = ['latest', 'previous']
  const known: Readonly<Record<string, readonly string[]>> = {
    vendor: vendors,
    what: Object.keys(LISTS),
    shell: SHELL_NAMES,
    task: Object.keys(TASKS),
    guards: GUARDS,
    checks: CHECKS,
    'key=value': [...new Set(settings)].sort(byCodeUnit).map((name) => `${name}=`),
    old: sides,
    new: sides,
    topic: [...FINDING_CODES, ...AUDIT_FINDING_KINDS, ...DOCTOR_NAMES, ...GUARDS, ...LIMITS],
  }
  /** The lists that a placeholder stands for, besides that of its own name. */
  const lists: Readonly<Record<string, readonly AskedList[]>> = {
    date: ['snapshots'],
    old: ['snapshots'],
    new: ['snapshots'],
    topic: ['rules', 'sites', 'tags'],
  }
  const policies = builtInPolicies()
  const meaningOf = (placeholder: string, choices: readonly string[] = []): Completion => {
    const parts = placeholder.split('|')
    return {
      words: [
        ...choices,
        ...parts.flatMap((part) => known[part] ?? []),
        ...(placeholder === 'file|name' ? policies : []),
      ],
      files: /\b(file|dir|old|new)\b/.test(placeholder),
      asks: ASKED_LISTS.filter((list) => parts.some((part) => list === `${part}s` || lists[part]?.includes(list))),
    }
  }
  // `file|name` in `--policy <file|name>`; undefined without a value.
  const meaningOfValue = ({ long = '', flags, argChoices }: Option) => {
    const placeholder = /<([^<>]+)>/.exec(flags)?.[1]
    const own = ['--vendor', '--target', '--site'].includes(long) ? long.slice(2) : placeholder
    return placeholder === undefined ? undefined : meaningOf(own as string, argChoices)
  }
  const outlines = commands.map((command): CommandOutline => {
    const each = command.registeredArguments.map((argument) => meaningOf(argument.name()))
    return {
      name: command.name(),
      description: command.summary(),
      options: command.options
        .filter(({ hidden }) => !hidden)
        .map((option) => ({
          flag: option.long ?? '',
          description: option.description,
          value: meaningOfValue(option),
        })),
      argument: {
        words: each.flatMap(({ words }) => words),
        files: each.some(({ files }) => files),
        asks: each.flatMap(({ asks }) => asks),
      },
      follow: command.registeredArguments.some((argument) => argument.name() === 'what') ? Object.keys(LISTS) : [],
    }
  })
  io.out(Buffer.from(SHELLS[shell](outlines)))
  return 0
}
