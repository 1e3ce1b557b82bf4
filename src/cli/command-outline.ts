/** The shells that a completion can be made for. */
export const SHELL_NAMES = ['bash', 'zsh', 'fish'] as const
export type ShellName = (typeof SHELL_NAMES)[number]

/** What a shell can complete: words, files, targets, several of them, or nothing. */
export interface Completion {
  readonly words: readonly string[]
  readonly files: boolean
  /** The targets of the policy in use, which tagwall is asked for. */
  readonly targets: boolean
}

/** One command of the program, as a shell sees it. */
export interface CommandOutline {
  readonly name: string
  readonly description: string
  readonly options: readonly OptionOutline[]
  /** Completions of its arguments. */
  readonly argument: Completion
}

export interface OptionOutline {
  /** `--from`. */
  readonly flag: string
  readonly description: string
  /** Undefined: the option takes no value. */
  readonly value: Completion | undefined
}
