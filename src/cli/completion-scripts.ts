import type { CommandOutline, Completion, OptionOutline, ShellName } from './command-outline.ts'

/** A script for each shell. */
export const SHELLS: Readonly<Record<ShellName, (commands: readonly CommandOutline[]) => string>> = { bash, zsh, fish }

function bash(commands: readonly CommandOutline[]): string {
  const offer = ({ words, files, asks }: Completion) =>
    [
      ...(words.length > 0 ? [`COMPREPLY+=($(compgen -W "${words.join(' ')}" -- "$current"))`] : []),
      ...asks.map((list) => `_tagwall_names ${list}`),
      ...(files ? ['_tagwall_files'] : []),
    ].join('; ') || ':'
  return `# tagwall completion bash. In ~/.bashrc: source <(tagwall completion bash)
# A target may be called edge@berlin, which is one word.
COMP_WORDBREAKS="\${COMP_WORDBREAKS//@/}"
_tagwall_names() {
  local index name
  local -a policy=()
  for ((index = 1; index < COMP_CWORD - 1; index++)); do
    if [[ "\${COMP_WORDS[index]}" == --policy ]]; then policy=(--policy "\${COMP_WORDS[index + 1]}"); fi
  done
  while IFS= read -r name; do
    # A target may be called as its vendor.
    if [[ "$name" == "$current"* && " \${COMPREPLY[*]} " != *" $name "* ]]; then COMPREPLY+=("$name"); fi
  done < <(tagwall list "$1" --names \${policy[@]+"\${policy[@]}"} 2>/dev/null)
}
_tagwall_files() {
  local name
  compopt -o filenames 2>/dev/null
  while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen -f -- "$current")
}
_tagwall() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="" index word IFS=$' \\t\\n'
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "\${COMP_WORDS[index]}" in
      ${names(commands)}) command="\${COMP_WORDS[index]}"; break ;;
    esac
  done
  case "$previous" in
${valued(commands)
  .map(({ flag, value }) => `    ${flag}) ${offer(value)}; return ;;`)
  .join('\n')}
  esac
  if [[ "$current" == -* ]]; then
    case "$command" in
${commands.map(({ name, options }) => `      ${name}) ${offer(only(options.map(({ flag }) => flag)))} ;;`).join('\n')}
      *) ${offer(only(['--help', '--version']))} ;;
    esac
    return
  fi
  case "$command" in
${commands.map(({ name, argument, follow }) => `    ${name}) ${following('COMP_WORDS[@]:1:COMP_CWORD-1', follow)}${offer(argument)} ;;`).join('\n')}
    *) ${offer(only(commands.map(({ name }) => name)))} ;;
  esac
}
complete -F _tagwall tagwall
`
}

function zsh(commands: readonly CommandOutline[]): string {
  const offer = ({ words, files, asks }: Completion) =>
    [
      ...(words.length > 0 ? [`compadd -- ${words.map(quoted).join(' ')}`] : []),
      ...asks.map((list) => `_tagwall_names ${list}`),
      ...(files ? ['_files'] : []),
    ].join('; ') || ':'
  const described = (list: readonly { name: string; description: string }[]) =>
    list.map(({ name, description }) => quoted(`${name}:${description}`)).join(' ')
  return `#compdef tagwall
# tagwall completion zsh. In ~/.zshrc, after compinit: source <(tagwall completion zsh)
_tagwall_names() {
  local -a policy names
  local at="\${words[(I)--policy]}"
  (( at > 0 && at + 1 < CURRENT )) && policy=(--policy "\${(Q)words[at + 1]}")
  names=("\${(@f)$(tagwall list "$1" --names "\${(@)policy}" 2>/dev/null)}")
  compadd -- "\${(@)names:#}"
}
_tagwall() {
  local command="" word
  local -a list
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$word" in
      ${names(commands)}) command="$word"; break ;;
    esac
  done
  case "\${words[CURRENT-1]}" in
${valued(commands)
  .map(({ flag, value }) => `    ${flag}) ${offer(value)}; return ;;`)
  .join('\n')}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then
    case "$command" in
${commands.map(({ name, options }) => `      ${name}) list=(${described(options.map(({ flag, description }) => ({ name: flag, description })))}) ;;`).join('\n')}
      *) list=('--help:show help' '--version:show the version') ;;
    esac
    _describe -o option list
    return
  fi
  case "$command" in
${commands.map(({ name, argument, follow }) => `    ${name}) ${following('(@)words[2,CURRENT-1]', follow)}${offer(argument)} ;;`).join('\n')}
    *) list=(${described(commands)}); _describe command list ;;
  esac
}
if [[ "\${funcstack[1]}" == _tagwall ]]; then _tagwall "$@"; else compdef _tagwall tagwall; fi
`
}

function fish(commands: readonly CommandOutline[]): string {
  const text = (words: string) => `'${words.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const all = names(commands).replaceAll('|', ' ')
  const none = text(`not __fish_seen_subcommand_from ${all}`)
  // fish takes each line that a command prints as one word, and quotes it.
  const offered = ({ words, asks }: Completion) => {
    const all = [...words, ...asks.map((list) => `(__tagwall_names ${list})`)]
    return all.length > 0 ? ` -a ${text(all.join(' '))}` : ''
  }
  const offer = (completion: Completion | undefined) => {
    if (!completion) return ''
    return `${completion.files ? ' -r -F' : ' -x'}${offered(completion)}`
  }
  const lines = commands.flatMap(({ name, description, options, argument, follow }) => {
    const seen = text(`__fish_seen_subcommand_from ${name}`)
    const after = (word: string) => `__fish_seen_subcommand_from ${name}; and __fish_seen_subcommand_from ${word}`
    const first = text(
      follow.length > 0
        ? `__fish_seen_subcommand_from ${name}; and not __fish_seen_subcommand_from ${follow.join(' ')}`
        : `__fish_seen_subcommand_from ${name}`,
    )
    return [
      `complete -c tagwall -n ${none} -a ${name} -d ${text(description)}`,
      ...(offered(argument) ? [`complete -c tagwall -n ${first}${offered(argument)}`] : []),
      ...follow.map((list) => `complete -c tagwall -n ${text(after(list))} -a ${text(`(__tagwall_names ${list})`)}`),
      ...(argument.files ? [`complete -c tagwall -n ${seen} -F`] : []),
      ...options.map(
        ({ flag, description, value }) =>
          `complete -c tagwall -n ${seen} -l ${flag.slice(2)}${offer(value)} -d ${text(description)}`,
      ),
    ]
  })
  return `# tagwall completion fish. Once: tagwall completion fish > ~/.config/fish/completions/tagwall.fish
function __tagwall_names
    set -l words (commandline -opc)
    set -l policy
    if set -l at (contains -i -- --policy $words); and test $at -lt (count $words)
        set policy --policy $words[(math $at + 1)]
    end
    tagwall list $argv[1] --names $policy 2>/dev/null
end
complete -c tagwall -f
complete -c tagwall -n ${none} -l version -d 'the version'
complete -c tagwall -l help -d 'show help'
${lines.join('\n')}
`
}

/** In bash and zsh: the names of a list, if its word stands before. */
const following = (words: string, lists: readonly string[]) =>
  lists.length > 0
    ? `for word in "\${${words}}"; do case "$word" in ${lists.join('|')}) _tagwall_names "$word"; return ;; esac; done; `
    : ''

const only = (words: readonly string[]): Completion => ({ words, files: false, asks: [] })

const names = (commands: readonly CommandOutline[]) => commands.map(({ name }) => name).join('|')

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

/** Every option with a value, once: it means the same in two commands, so the values of both are offered. */
function valued(commands: readonly CommandOutline[]): { flag: string; value: Completion }[] {
  const found = new Map<string, Completion>()
  for (const { flag, value } of commands.flatMap(({ options }): readonly OptionOutline[] => options)) {
    if (!value) continue
    const before = found.get(flag)
    const words = [...new Set([...(before?.words ?? []), ...value.words])]
    const asks = [...new Set([...(before?.asks ?? []), ...value.asks])]
    found.set(flag, { words, files: value.files || before?.files === true, asks })
  }
  return [...found].map(([flag, value]) => ({ flag, value }))
}
