import { resolve } from 'node:path'
import type { PrefixSet } from '../address/prefix-set.ts'
import { checkedSide } from '../compile/policy-side.ts'
import { type History, knowsAll, newestFirst, openHistory } from '../document/history.ts'
import { type KnownDocument, storedDocument } from '../document/known-document.ts'
import { openDocument } from '../document/open-document.ts'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import { selectorsOf } from '../model/asked.ts'
import type { Policy } from '../model/policy.ts'
import { readFile, readStdin } from '../parse/read-file.ts'
import { builtInEndpoints } from '../paths.ts'
import { type CommonOptions, loadPolicy } from '../policy/load.ts'
import { diagnose } from './diagnose.ts'
import type { Endpoint } from './endpoint.ts'
import { featuresOf, tableOf } from './endpoint-table.ts'
import type { Knowledge } from './holding.ts'
import type { Observations } from './observation.ts'
import { parseObservations } from './observations-file.ts'
import { endpointsFor, withoutLocation } from './plan.ts'
import { doctorScript } from './script.ts'
import type { DoctorReport } from './text.ts'

/** The options of `doctor`, from the command line. */
export interface DoctorOptions extends CommonOptions {
  readonly location?: string
  readonly privateLink?: boolean
  readonly features?: readonly string[]
  readonly endpoint?: readonly HostPort[]
  readonly ownNetwork?: PrefixSet
  readonly timeout: number
  readonly script?: boolean
  readonly read?: string
}

export interface HostPort {
  readonly host: string
  readonly port: number
}

/** The policy, its table of endpoints, and the endpoints to check. */
async function prepare(options: DoctorOptions, io: Io) {
  const policy = await loadPolicy(options, io)
  const table = tableOf(policy, io)
  const features = featuresOf(options.features ?? [], table)
  const wish = { location: options.location, features, extra: options.endpoint, privateLink: options.privateLink }
  const endpoints = endpointsFor(table, wish)
  if (options.read === undefined) checkEndpoints(endpoints, policy)
  return { policy, table, features, wish, endpoints }
}

/** The script that records what `doctor` sees. Throws `UserError` if there is no endpoint to check. */
export async function scriptFor(options: DoctorOptions, io: Io): Promise<string> {
  const { endpoints, features } = await prepare(options, io)
  return doctorScript({ endpoints, timeout: options.timeout, location: options.location, features })
}

/**
 * Checks every endpoint, or reads the record that `read` names. Throws `UserError` for a policy, table, document or record that cannot be
 * used, before the network is asked.
 */
export async function runDoctor(options: DoctorOptions, io: Io): Promise<DoctorReport> {
  const { policy, table, features, wish, endpoints } = await prepare(options, io)
  const { location, timeout, read, privateLink } = options
  // Everything that can be wrong with the input is found before the network is asked.
  const knowledge = await knowledgeOf(policy, options, io)
  const seen =
    read === undefined ? await observeNetwork(endpoints, { timeout, location, features }, io) : await recorded(read, io)
  return {
    diagnosis: diagnose(seen, { table, knowledge, privateLink, own: options.ownNetwork }),
    seen,
    policy: policy.name,
    document: knowledge.ruleset,
    tableDate: table?.date,
    withoutLocation: withoutLocation(table, read === undefined ? wish : seen),
  }
}

/** The network is loaded only when it is asked. */
async function observeNetwork(
  endpoints: readonly Endpoint[],
  run: { timeout: number; location: string | undefined; features: readonly string[] },
  io: Io,
): Promise<Observations> {
  const { observe } = await import('./observe.ts')
  return observe({ endpoints, ...run }, io)
}

async function recorded(path: string, io: Io): Promise<Observations> {
  const shown = path === '-' ? 'standard input' : path
  const bytes = path === '-' ? await readStdin(io) : readFile(resolve(io.cwd, path), shown)
  return parseObservations(new TextDecoder().decode(bytes), shown)
}

function checkEndpoints(endpoints: readonly Endpoint[], { name }: Policy): void {
  if (endpoints.length === 0)
    throw new UserError(
      `the policy ${name} names no endpoints, so there is nothing to check; add "endpoints: ${builtInEndpoints()[0]}" to it, or name some with --endpoint HOST:PORT`,
    )
}

/** The compiled policy, and every tag that the document knows. */
async function knowledgeOf(policy: Policy, options: DoctorOptions, io: Io): Promise<Knowledge> {
  const history = openHistory(options, policy.cloud, io)
  const known =
    options.snapshot === undefined
      ? (newestFor(policy, history) ?? (await openDocument('latest', history, policy, io)))
      : await openDocument(options.snapshot, history, policy, io)
  const { ruleset } = checkedSide(policy, known, history)
  return {
    ruleset,
    tags: known.everyTag?.() ?? [...known.document.tags.values()],
    isWhole: known.everyTag !== undefined,
  }
}

/** The newest snapshot that knows every tag of the policy. Its age matters here, unlike for rules, which stay if nothing changed. */
function newestFor(policy: Policy, history: History): KnownDocument | undefined {
  const selectors = selectorsOf(policy)
  for (const document of newestFirst(history)) if (knowsAll(document, selectors)) return storedDocument(document)
  return undefined
}
