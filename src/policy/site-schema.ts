import * as z from 'zod'
import { localSchema } from './local-schema.ts'
import { fileName, visibleText } from './name-schema.ts'
import '../parse/schema-messages.ts'

const VARIABLE = '[A-Za-z][A-Za-z0-9_-]{0,62}'

/** A place for a variable in the texts of a target: `{lan}`. */
export const PLACEHOLDER = new RegExp(`\\{(${VARIABLE})\\}`, 'g')

const value = z
  .union([z.string(), z.number(), z.boolean()], { error: 'expected text, a number, or true or false' })
  .transform(String)
  .pipe(visibleText.max(1000))

/** The model of a target: a name, or the place of a variable. */
export const modelName = z.union([fileName, z.string().regex(new RegExp(`^\\{${VARIABLE}\\}$`))], {
  error: 'expected a name of letters, digits, ".", "_" and "-", at most 63 characters, or a variable such as {model}',
})

/** One site of a policy: its differences. */
export const siteSchema = z.strictObject({
  name: fileName,
  targets: z.array(z.string()).min(1).optional(),
  vars: z
    .record(
      z.string().regex(new RegExp(`^${VARIABLE}$`), {
        error: 'expected a name of letters, digits, "_" and "-" that begins with a letter',
      }),
      value,
    )
    .default({}),
  local: localSchema.optional(),
  options: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
})

export type SiteInput = z.output<typeof siteSchema>
