import { UserError } from '../errors.ts'
import type { Choice, Prompts } from '../io.ts'

// The package has only ES modules, which the published CommonJS program must import dynamically.
const clack = () => import('@clack/prompts')

// Questions are not results, so they go to stderr.
const output = () => process.stderr

/** Asks a person on the terminal. Ctrl+C throws `UserError`, before anything is done. */
export const prompts: Prompts = {
  one: async (message, choices, initialValue) => {
    const { select } = await clack()
    return answer(await select({ message, options: shown(choices), initialValue, output: output() }))
  },
  several: async (message, choices, initial) => {
    const { autocompleteMultiselect } = await clack()
    const initialValues = [...initial]
    const options = shown(choices)
    const maxItems = 10
    return answer(
      await autocompleteMultiselect({ message, options, initialValues, required: true, maxItems, output: output() }),
    )
  },
  text: async (message, initial, problemOf) => {
    const { text } = await clack()
    const validate = (value: string | undefined) => problemOf(value || initial)
    const given = await text({ message, placeholder: initial, defaultValue: initial, validate, output: output() })
    return (await answer(given)) ?? ''
  },
}

const shown = (choices: readonly Choice[]) => choices.map(({ value, hint }) => ({ value, label: value, hint }))

async function answer<T>(value: T): Promise<Exclude<T, symbol>> {
  const { isCancel } = await clack()
  if (isCancel(value)) throw new UserError('cancelled; nothing was written')
  return value as Exclude<T, symbol>
}
