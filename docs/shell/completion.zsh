#compdef tagwall
# tagwall completion zsh. In ~/.zshrc, after compinit: source <(tagwall completion zsh)
_tagwall() {
  local line
  local -a list
  for line in "${(@f)$(tagwall __complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ "$line" == :files ]]; then _files
    elif [[ -n "$line" ]]; then list+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}"); fi
  done
  _describe completion list
}
if [[ "${funcstack[1]}" == _tagwall ]]; then _tagwall "$@"; else compdef _tagwall tagwall; fi
