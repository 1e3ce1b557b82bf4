import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Policy } from '../model/policy.ts'
import { readFile } from '../parse/read-file.ts'
import { builtInEndpoints, SHIPPED } from '../paths.ts'
import { didYouMean } from '../text/nearest.ts'
import type { EndpointTable } from './endpoint.ts'
import { parseEndpoints } from './endpoints-file.ts'

/** The table that the policy names; undefined if it names none. Throws `UserError` if it cannot be read, or is for another cloud. */
export function tableOf({ endpoints, cloud, name }: Policy, io: Io): EndpointTable | undefined {
  if (endpoints === undefined) return undefined
  const names = builtInEndpoints()
  const isBuiltIn = names.includes(endpoints)
  const path = isBuiltIn ? join(SHIPPED.endpoints, endpoints, `${cloud}.json`) : resolve(io.cwd, endpoints)
  const shown = isBuiltIn ? `the built-in table ${endpoints}` : endpoints
  if (!isBuiltIn && !existsSync(path)) {
    const advice = didYouMean(endpoints, names) || `; there are ${names.join(', ')}`
    throw new UserError(
      `the policy ${name} names the endpoints "${endpoints}": neither a file nor a built-in table has that name${advice}`,
    )
  }
  const table = parseEndpoints(new TextDecoder().decode(readFile(path, shown)), shown)
  if (table.cloud !== cloud) throw new UserError(`${shown} is for the cloud ${table.cloud}; expected ${cloud}`)
  return table
}

/** The features of a table that are asked for, in its order. Throws `UserError` for an unknown one. */
export function featuresOf(asked: readonly string[], table: EndpointTable | undefined): readonly string[] {
  const known = [...(table?.features.keys() ?? [])]
  if (asked.includes('all')) return known
  const unknown = asked.find((name) => !known.includes(name))
  if (unknown === undefined) return known.filter((name) => asked.includes(name))
  const choices = known.length === 0 ? 'there are none here' : `there are ${known.join(', ')}, and all`
  throw new UserError(`unknown feature "${unknown}"${didYouMean(unknown, known) || `; ${choices}`}`)
}
