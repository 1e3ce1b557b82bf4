import { isCancel, multiselect, select, text } from '@clack/prompts'
import { UserError } from './errors.ts'
import type { Choice, Prompts } from './io.ts'

// Questions are no results: they go to stderr, as everything else that is not.
const output = process.stderr

/** Asks a person on the terminal. Whoever presses Ctrl+C gets a `UserError`, and nothing has been done. */
export const prompts: Prompts = {
  one: async (message, options, initialValue) =>
    answer(await select({ message, options: shown(options), initialValue, output })),
  several: async (message, options, initialValues) =>
    answer(
      await multiselect({
        message,
        options: shown(options),
        initialValues: [...initialValues],
        required: true,
        output,
      }),
    ),
  text: async (message, initialValue, problemOf) =>
    answer(await text({ message, initialValue, validate: (value) => problemOf(value ?? ''), output })) ?? '',
}

const shown = (options: readonly Choice[]) => options.map(({ value, hint }) => ({ value, label: value, hint }))

function answer<T>(value: T): Exclude<T, symbol> {
  if (isCancel(value)) throw new UserError('cancelled; nothing was written')
  return value as Exclude<T, symbol>
}
