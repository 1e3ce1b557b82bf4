import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Argument } from 'commander'
import type { CommandSpec } from '../cli/command.ts'
import { SHIPPED } from '../paths.ts'

/**
 * The shells with a script in `docs/shell`. `tagwall __complete WORD...` answers, with the word at the cursor last: one completion per line, with
 * a tab before its description; the line `:files` adds file names.
 */
const SHELLS = ['bash', 'zsh', 'fish'] as const

export const command: CommandSpec<[shell: (typeof SHELLS)[number]], object> = {
  summary: 'print the completion script for a shell',
  about: 'Prints a script that completes commands, options and names in a shell.',
  docs: 'cli',
  uses: 'nothing',
  examples: [
    ['tagwall completion bash', 'in ~/.bashrc: source <(tagwall completion bash)'],
    ['tagwall completion zsh', 'in ~/.zshrc, after compinit: source <(tagwall completion zsh)'],
    ['tagwall completion fish', 'run once: tagwall completion fish > ~/.config/fish/completions/tagwall.fish'],
  ],
  flags: (command) => command.addArgument(new Argument('<shell>', 'the shell').choices(SHELLS)),
  run: async ([shell], _, io) => {
    io.out(readFileSync(join(SHIPPED.shell, `completion.${shell}`), 'utf8'))
    return 0
  },
}
