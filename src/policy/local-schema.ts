import * as z from 'zod'
import { PrefixSet } from '../address/prefix-set.ts'
import { ownPrefix } from './prefix-schema.ts'
import '../parse/schema-messages.ts'

const A_LOCAL = 'expected CIDRs such as [10.20.0.0/16], or an object on the device such as { object: k8s-nodes }'
// Names of objects stand unquoted in the commands of some devices.
const objectName = z.string({ error: A_LOCAL }).regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, {
  error: 'expected the name of an object: letters, digits, ".", "_" and "-", at most 63 characters',
})
/** The local side: addresses, or objects that exist on the device. */
export const localSchema = z.union(
  [
    z
      .array(ownPrefix)
      .min(1, { error: A_LOCAL })
      .transform((prefixes) => ({ prefixes: PrefixSet.of(prefixes) })),
    z
      .strictObject({ object: objectName, object6: objectName.optional() })
      .transform(({ object, object6 }) => ({ object, object6 })),
  ],
  // The invalid prefixes of a list.
  { error: ({ input, errors }) => (Array.isArray(input) && messagesOf(errors?.[0])) || A_LOCAL },
)

const messagesOf = (issues: readonly { readonly message: string }[] = []) =>
  issues.map(({ message }) => message).join('; ')
