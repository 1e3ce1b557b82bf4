import * as z from 'zod'
import { BITS, FAMILIES } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import { memo } from '../model/lazy.ts'

const text = z.string({ error: 'expected text' })
const filled = z.string({ error: 'expected text' }).min(1, 'expected text with at least one character')
const flag = z.boolean({ error: 'expected true or false' }).optional()
const list = <Item extends z.ZodType>(item: Item) => z.array(item, { error: 'expected a list' })
const object = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape, { error: 'expected an object' })

const PORT = 'expected a whole number from 0 to 65535'
const port = z.int({ error: PORT }).min(0, PORT).max(65535, PORT)
const portRange = object({ first: port, last: port }).refine(
  ({ first, last }) => first <= last,
  'expected the first port to be at most the last',
)
const ports = list(portRange)
  .min(1, 'expected at least one range; every port is 0 to 65535')
  .refine(
    (ranges) => ranges.every(({ first }, index) => index === 0 || (ranges[index - 1]?.last ?? 0) < first),
    'expected ranges in order that do not overlap',
  )
const addresses = z.custom<PrefixSet>(PrefixSet.is, 'expected a set that the kit made')
const traffic = {
  direction: z.enum(['outbound', 'inbound']),
  protocol: z.enum(['tcp', 'udp', 'icmp', 'other', 'any']),
  ports,
  remote: object({ addresses, tags: list(filled) }),
}
const PREFIX = 'expected a prefix that the kit made'
const prefix = z
  .strictObject({ family: z.enum(FAMILIES), address: z.bigint(PREFIX), length: z.int(PREFIX).min(0, PREFIX) }, PREFIX)
  .refine(({ family, address, length }) => {
    const bits = BITS[family]
    const isWithin = length <= bits && BigInt.asUintN(bits, address) === address
    return isWithin && BigInt.asUintN(bits - length, address) === 0n
  }, PREFIX)

const LINE = 'expected the number of a line, from 1'
const place = object({ part: text, line: z.int(LINE).min(1, LINE) })
const rule = object({
  name: text,
  place,
  action: z.enum(['allow', 'deny']),
  ...traffic,
  local: object({ addresses, objects: list(filled) }).optional(),
  coverage: z.enum(['whole', 'part']),
  isPartByZone: flag,
  members: list(object({ name: text, place, prefix })).optional(),
})
const note = object({
  place,
  text,
  reason: filled,
  about: list(object(traffic)).optional(),
  isForeign: flag,
  isHarmless: flag,
})

/** The form of what a reader may return, with scopes for `narrows`. vendors/REFERENCE.md lists every legal value. */
export const readingSchema = (narrows: readonly string[]) => schemas(JSON.stringify(narrows), narrows)

// A schema is compiled on its first use, which takes longer than checking a reading.
const schemas = memo((_: string, narrows: readonly string[]) =>
  object({
    rules: list(rule),
    lists: list(object({ part: text, name: filled.optional(), addresses, tags: list(filled).optional() })),
    notes: list(note),
    scopes: object(Object.fromEntries(narrows.map((name) => [name, list(text).optional()]))).optional(),
  }),
)
