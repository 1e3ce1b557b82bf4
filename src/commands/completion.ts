import { Argument } from 'commander'
import type { CommandSpec } from '../cli/command.ts'
import { SHELLS } from '../cli/completion-scripts.ts'

export const command: CommandSpec<[shell: keyof typeof SHELLS], object> = {
  summary: 'print the completion script for a shell',
  about: 'Prints a script that completes commands, options and names in a shell.',
  docs: 'cli',
  uses: 'nothing',
  examples: [
    ['tagwall completion bash', 'in ~/.bashrc: source <(tagwall completion bash)'],
    ['tagwall completion zsh', 'in ~/.zshrc, after compinit: source <(tagwall completion zsh)'],
    ['tagwall completion fish', 'run once: tagwall completion fish > ~/.config/fish/completions/tagwall.fish'],
  ],
  flags: (command) => command.addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SHELLS))),
  run: async ([shell], _, io) => {
    io.out(SHELLS[shell])
    return 0
  },
}
