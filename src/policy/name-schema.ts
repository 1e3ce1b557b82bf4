import * as z from 'zod'
import '../parse/schema-messages.ts'

/** A text without invisible characters. */
export const visibleText = z.string().regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, {
  error: 'contains a control character, a line break or an invisible character',
})

/** A path in a policy file. */
export const path = visibleText.min(1).max(4096)

/** The name of a target, a vendor, a model or a site, which may become part of a file name. */
export const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, {
  error: 'expected a name of letters, digits, ".", "_" and "-", at most 63 characters',
})
