import * as z from 'zod'
import { parsePrefixOrAddress } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import { prefixBy } from '../parse/schema.ts'

/** A text without invisible characters. */
const visibleText = z.string().regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, {
  error: 'contains a control character, a line break or an invisible character',
})

/** A path in a policy file. */
export const path = visibleText.min(1).max(4096)

/** A path without `./`, `//` and `x/../`: each file has one name, in the lock, in git and for people. */
export function plainPath(path: string): string {
  const root = path.startsWith('/') ? '/' : ''
  const names: string[] = []
  for (const name of path.split('/')) {
    const last = names.at(-1)
    if (name !== '..') names.push(...(name === '' || name === '.' ? [] : [name]))
    else if (last !== undefined && last !== '..') names.pop()
    else if (root === '') names.push(name)
  }
  return `${root}${names.join('/')}` || '.'
}

/** The path of a file, as a plain path. */
export const filePath = path
  .refine((text) => !/[/\\]$/.test(text), {
    error: ({ input }) => `"${input}" is a folder; expected a file, such as ${input}rules.txt`,
  })
  .overwrite(plainPath)

/** The name of a target, a vendor, a model or a site, which may become part of a file name. */
export const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, {
  error: 'expected a name of letters, digits, ".", "_" and "-", at most 63 characters',
})

/** Advice for a host name in place of a prefix; undefined for any other text. */
export const hostName = (text: string) =>
  /^(?:\*\.)?(?:[a-z0-9-]+\.)+(?:com|net|org|io|ms|us|cn|eu|cloud|azure)\.?$/i.test(text)
    ? `"${text}" is a host name, but rules match addresses: use the service tag that holds them ("tagwall lookup ADDRESS" names it), or a rule by FQDN on the device`
    : undefined

/** An address or a CIDR that the policy names itself. */
export const ownPrefix = prefixBy(parsePrefixOrAddress, 'expected a CIDR such as 203.0.113.0/24', hostName)

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
    z.strictObject({ object: objectName, object6: objectName.optional() }),
  ],
  // The invalid prefixes of a list.
  { error: ({ input, errors }) => (Array.isArray(input) && messagesOf(errors?.[0])) || A_LOCAL },
)

const messagesOf = (issues: readonly { readonly message: string }[] = []) =>
  issues.map(({ message }) => message).join('; ')

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
export const siteSchema = z.strictObject(
  {
    name: fileName.describe('fills `{site}`'),
    targets: z.array(z.string()).min(1).optional().describe('only these targets are at the site; all without it'),
    vars: z
      .record(
        z.string().regex(new RegExp(`^${VARIABLE}$`), {
          error: 'expected a name of letters, digits, "_" and "-" that begins with a letter',
        }),
        value,
      )
      .default({})
      .describe('fill other places, such as `{lan}`'),
    local: localSchema.optional().describe('local side at this site'),
    options: z
      .record(z.string(), z.record(z.string(), z.unknown()))
      .default({})
      .describe('options of targets at this site, by name of the target'),
  },
  {
    error: ({ input }) =>
      typeof input === 'string' ? `expected a site with its name; write "- name: ${input}"` : undefined,
  },
)

export type SiteInput = z.output<typeof siteSchema>
