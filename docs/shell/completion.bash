# tagwall completion bash. In ~/.bashrc: source <(tagwall completion bash)
# A target may be called edge@berlin, which is one word.
COMP_WORDBREAKS="${COMP_WORDBREAKS//@/}"
_tagwall() {
  local word line IFS=$'\n'
  word="${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  while read -r line; do
    line="${line%%$'\t'*}"
    if [[ "$line" == :files ]]; then
      compopt -o filenames 2>/dev/null
      while read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$word")
    else COMPREPLY+=("$line"); fi
  done < <(tagwall __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _tagwall tagwall
