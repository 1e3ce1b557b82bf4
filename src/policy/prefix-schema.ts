import * as z from 'zod'
import { parsePrefixOrAddress } from '../address/prefix.ts'
import '../parse/schema-messages.ts'

/** Advice for a host name in place of a prefix; undefined for any other text. */
export const hostName = (text: string) =>
  /^(?:\*\.)?(?:[a-z0-9-]+\.)+(?:com|net|org|io|ms|us|cn|eu|cloud|azure)\.?$/i.test(text)
    ? `"${text}" is a host name, but rules match addresses: use the service tag that holds them ("tagwall lookup ADDRESS" names it), or a rule by FQDN on the device`
    : undefined

/** An address or a CIDR that the policy names itself. */
export const ownPrefix = z.string({ error: 'expected a CIDR such as 203.0.113.0/24' }).transform((text, context) => {
  try {
    return parsePrefixOrAddress(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: hostName(text) ?? (error as Error).message })
    return z.NEVER
  }
})
