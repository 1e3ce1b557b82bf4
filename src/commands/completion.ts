import { Argument } from 'commander'
import type { CommandSpec } from '../cli/command.ts'

/**
 * A script for each shell. `tagwall __complete WORD...` answers, with the word at the cursor last: one completion per line, with a
 * tab before its description; the line `:files` adds file names.
 */
const SHELLS = {
  bash: `# tagwall completion bash. In ~/.bashrc: source <(tagwall completion bash)
# A target may be called edge@berlin, which is one word.
COMP_WORDBREAKS="\${COMP_WORDBREAKS//@/}"
_tagwall() {
  local word line IFS=$'\\n'
  word="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  while read -r line; do
    line="\${line%%$'\\t'*}"
    if [[ "$line" == :files ]]; then
      compopt -o filenames 2>/dev/null
      while read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$word")
    else COMPREPLY+=("$line"); fi
  done < <(tagwall __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _tagwall tagwall
`,
  zsh: `#compdef tagwall
# tagwall completion zsh. In ~/.zshrc, after compinit: source <(tagwall completion zsh)
_tagwall() {
  local line
  local -a list
  for line in "\${(@f)$(tagwall __complete "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ "$line" == :files ]]; then _files
    elif [[ -n "$line" ]]; then list+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}"); fi
  done
  _describe completion list
}
if [[ "\${funcstack[1]}" == _tagwall ]]; then _tagwall "$@"; else compdef _tagwall tagwall; fi
`,
  fish: `# tagwall completion fish. Once: tagwall completion fish > ~/.config/fish/completions/tagwall.fish
function __tagwall_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    for line in (tagwall __complete $words[2..] "$word" 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path $word
        else
            echo $line
        end
    end
end
complete -c tagwall -f -a '(__tagwall_complete)'
`,
} as const

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
