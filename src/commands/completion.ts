import { Argument, type Command, type Option } from 'commander'
import type { CommandSpec } from '../cli/command.ts'
import {
  ASKED_LISTS,
  type CommandOutline,
  type Completion,
  SHELL_NAMES,
  type ShellName,
} from '../cli/command-outline.ts'
import { SHELLS } from '../cli/completion-scripts.ts'
import type { Io } from '../io.ts'
import { builtInPolicies, SHIPPED } from '../paths.ts'
import { listVendors } from '../vendor/vendor.ts'
import { LISTS } from './list.ts'

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
  const known: Readonly<Record<string, readonly string[]>> = {
    vendor: [...listVendors([SHIPPED.vendors]).keys()],
    what: Object.keys(LISTS),
    shell: SHELL_NAMES,
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
      asks: ASKED_LISTS.filter((list) => parts.includes(list.slice(0, -1))),
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
      description: command.description(),
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
    }
  })
  io.out(Buffer.from(SHELLS[shell](outlines)))
  return 0
}
