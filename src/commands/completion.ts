import { type CommandOutline, type Completion, SHELL_NAMES, type ShellName } from '../cli/command-outline.ts'
import { SHELLS } from '../cli/completion-scripts.ts'
import type { Io } from '../io.ts'
import { builtInPolicies, SHIPPED } from '../paths.ts'
import { listVendors } from '../source/vendor/vendor.ts'
import { LISTS } from './list.ts'

/** A command before it is known what its placeholders stand for. */
export interface RawOutline {
  readonly name: string
  readonly description: string
  readonly options: readonly {
    readonly flag: string
    readonly description: string
    /** `file|name` in `--policy <file|name>`; undefined without a value. */
    readonly placeholder: string | undefined
    readonly choices: readonly string[]
  }[]
  readonly arguments: readonly string[]
}

/** Prints the script that makes a shell complete the commands of `outlines`. */
export function runCompletion(shell: ShellName, outlines: readonly RawOutline[], io: Io): 0 {
  const known: Readonly<Record<string, readonly string[]>> = {
    vendor: [...listVendors([SHIPPED.vendors]).keys()],
    what: Object.keys(LISTS),
    shell: SHELL_NAMES,
  }
  const policies = builtInPolicies()
  const meaningOf = (placeholder: string, choices: readonly string[] = []): Completion => ({
    words: [...choices, ...(known[placeholder] ?? []), ...(placeholder === 'file|name' ? policies : [])],
    files: /\b(file|dir|old|new)\b/.test(placeholder),
  })
  const commands = outlines.map(({ name, description, options, arguments: names }): CommandOutline => {
    const each = names.map((argument) => meaningOf(argument))
    return {
      name,
      description,
      options: options.map(({ flag, description, placeholder, choices }) => ({
        flag,
        description,
        value: placeholder === undefined ? undefined : meaningOf(flag === '--vendor' ? 'vendor' : placeholder, choices),
      })),
      argument: { words: each.flatMap(({ words }) => words), files: each.some(({ files }) => files) },
    }
  })
  io.out(Buffer.from(SHELLS[shell](commands)))
  return 0
}
