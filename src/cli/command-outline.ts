/** The shells that a completion can be made for. */
export const SHELL_NAMES = ['bash', 'zsh', 'fish'] as const
export type ShellName = (typeof SHELL_NAMES)[number]

/** The lists that a shell can ask tagwall for, for the policy in use: `tagwall list targets --names`. */
export const ASKED_LISTS = ['targets', 'sites', 'rules', 'tags', 'snapshots'] as const
export type AskedList = (typeof ASKED_LISTS)[number]

/** The completions of an argument: words, files, names of the policy, several of them, or none. */
export interface Completion {
  readonly words: readonly string[]
  readonly files: boolean
  readonly asks: readonly AskedList[]
}

/** One command of the program, for shell completion. */
export interface CommandOutline {
  readonly name: string
  readonly description: string
  readonly options: readonly OptionOutline[]
  /** Completions of its arguments. */
  readonly argument: Completion
  /** Words after which the names of that list follow: `list vendors`. */
  readonly follow: readonly string[]
}

export interface OptionOutline {
  /** `--from`. */
  readonly flag: string
  readonly description: string
  /** Undefined: the option takes no value. */
  readonly value: Completion | undefined
}
