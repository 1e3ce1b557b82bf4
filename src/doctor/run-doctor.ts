import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { PrefixSet } from '../address/prefix-set.ts'
import { checkedSide } from '../compile/policy-side.ts'
import { newestFor, openHistory, storedDocument } from '../document/history.ts'
import { openDocument } from '../document/open-document.ts'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Policy } from '../model/policy.ts'
import { readFile, readInput } from '../parse/read-file.ts'
import { builtInEndpoints, SHIPPED } from '../paths.ts'
import { type CommonOptions, loadPolicy, policyPath } from '../policy/load.ts'
import { fileOfPolicy } from '../policy/policy-parts.ts'
import { meantOrExpected } from '../text/nearest.ts'
import { endpointsFor, type ProbeRun, type Wish, withoutLocation } from './chosen-endpoints.ts'
import { diagnose, wishOf } from './diagnose.ts'
import { type EndpointTable, parseEndpoints } from './endpoint-schema.ts'
import { type Observations, parseObservations } from './observation-schema.ts'
import { doctorScript } from './script.ts'
import type { DoctorReport } from './text.ts'
import type { Knowledge } from './verdict.ts'

/** The options of `doctor`, from the command line. */
export interface DoctorOptions extends CommonOptions, Wish {
  readonly ownNetwork?: PrefixSet
  readonly timeout: number
  readonly script?: boolean
  readonly read?: string
}

/** The policy, its table of endpoints, and what to check. */
async function prepare(options: DoctorOptions, io: Io) {
  const policy = await loadPolicy(options, io)
  const table = tableOf(policy, options, io)
  const features = featuresOf(options.features ?? [], table)
  const { location, endpoint, privateLink, timeout } = options
  const wish = { location, features, endpoint, privateLink }
  const endpoints = endpointsFor(table, wish)
  if (options.read === undefined && endpoints.length === 0)
    throw new UserError(
      `the policy ${policy.name} names no endpoints, so there is nothing to check; add "endpoints: ${builtInEndpoints()[0]}" to it, or name some with --endpoint HOST:PORT`,
    )
  const run: ProbeRun = { endpoints, timeout, location, features }
  return { policy, table, wish, run }
}

/** The script that records what `doctor` sees. Throws `UserError` if there is no endpoint to check. */
export const scriptFor = async (options: DoctorOptions, io: Io): Promise<string> =>
  doctorScript((await prepare(options, io)).run)

/** Checks every endpoint, or reads the record `read`. Throws `UserError` for input that cannot be used, before the network is asked. */
export async function runDoctor(options: DoctorOptions, io: Io): Promise<DoctorReport> {
  const { policy, table, wish, run } = await prepare(options, io)
  const { read } = options
  // Everything that can be wrong with the input is found before the network is asked.
  const knowledge = await knowledgeOf(policy, options, io)
  // The network is loaded only when it is asked.
  const seen = read === undefined ? await (await import('./observe.ts')).observe(run, io) : await recorded(read, io)
  const diagnosis = diagnose(seen, { table, knowledge, own: options.ownNetwork, wish })
  return {
    diagnosis,
    seen,
    policy: policy.name,
    document: knowledge.ruleset,
    tableDate: table?.date,
    withoutLocation: withoutLocation(table, { ...wishOf(seen, wish), privateLink: diagnosis.privateLink.isUsed }),
  }
}

async function recorded(path: string, io: Io): Promise<Observations> {
  const { name, bytes } = await readInput(path, io)
  return parseObservations(new TextDecoder().decode(bytes), name)
}

/** The compiled policy, and every tag that the document knows. */
async function knowledgeOf(policy: Policy, options: DoctorOptions, io: Io): Promise<Knowledge> {
  const history = openHistory(options, policy, io)
  // doctor judges today's addresses, so it takes the newest snapshot.
  const newest = options.snapshot === undefined ? newestFor(history) : undefined
  const known = newest ? storedDocument(newest.document) : await openDocument(options.snapshot ?? 'latest', history, io)
  const { ruleset } = checkedSide(known, history)
  return {
    ruleset,
    tags: known.everyTag?.() ?? [...known.document.tags.values()],
    isWhole: known.everyTag !== undefined,
  }
}

/** The table that the policy names; undefined if it names none. Throws `UserError` if it cannot be read, or is for another cloud. */
function tableOf({ endpoints, cloud, name }: Policy, options: DoctorOptions, io: Io): EndpointTable | undefined {
  if (endpoints === undefined) return undefined
  const names = builtInEndpoints()
  const isBuiltIn = names.includes(endpoints)
  const shown = isBuiltIn ? `the built-in table ${endpoints}` : endpoints
  if (!isBuiltIn && !existsSync(resolve(io.cwd, endpoints))) {
    const advice = meantOrExpected(endpoints, names)
    throw new UserError(
      `the policy ${name} names the endpoints "${endpoints}": neither a file nor a built-in table has that name${advice}`,
    )
  }
  const path = isBuiltIn
    ? join(SHIPPED.endpoints, endpoints, `${cloud}.json`)
    : fileOfPolicy(endpoints, policyPath(options, io), io)
  const table = parseEndpoints(new TextDecoder().decode(readFile(path, shown, io)), shown)
  if (table.cloud !== cloud) throw new UserError(`${shown} is for the cloud ${table.cloud}; expected ${cloud}`)
  return table
}

/** The features of a table that are asked for, in its order. Throws `UserError` for an unknown one. */
function featuresOf(asked: readonly string[], table: EndpointTable | undefined): readonly string[] {
  const known = [...(table?.features.keys() ?? [])]
  if (asked.includes('all')) return known
  const unknown = asked.find((name) => !known.includes(name))
  if (unknown === undefined) return known.filter((name) => asked.includes(name))
  const choices = known.length === 0 ? '; the policy has none' : meantOrExpected(unknown, [...known, 'all'])
  throw new UserError(`unknown feature "${unknown}"${choices}`)
}
