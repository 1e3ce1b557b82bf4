import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { InvalidArgumentError, Option } from 'commander'
import { parsePrefixOrAddress } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import type { CommandSpec } from '../cli/command.ts'
import { checkedSide } from '../compile/policy-side.ts'
import { diagnose } from '../doctor/diagnose.ts'
import { severityOf } from '../doctor/diagnosis.ts'
import type { Endpoint, EndpointTable } from '../doctor/endpoint.ts'
import { HOST, parseEndpoints } from '../doctor/endpoints-file.ts'
import type { Knowledge } from '../doctor/holding.ts'
import { doctorJson } from '../doctor/json.ts'
import type { Observations } from '../doctor/observation.ts'
import { parseObservations } from '../doctor/observations-file.ts'
import { endpointsFor, withoutLocation } from '../doctor/plan.ts'
import { doctorScript } from '../doctor/script.ts'
import { type DoctorReport, doctorText } from '../doctor/text.ts'
import { type History, knowsAll, newestFirst, openHistory } from '../document/history.ts'
import { type KnownDocument, storedDocument } from '../document/known-document.ts'
import { openDocument } from '../document/open-document.ts'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import { selectorsOf } from '../model/asked.ts'
import { formatJson } from '../model/json.ts'
import type { Policy } from '../model/policy.ts'
import { readFile, readStdin } from '../parse/read-file.ts'
import { builtInEndpoints, SHIPPED } from '../paths.ts'
import { type CommonOptions, loadPolicy } from '../policy/load.ts'
import { colorFor } from '../text/color.ts'
import { didYouMean } from '../text/nearest.ts'

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

interface HostPort {
  readonly host: string
  readonly port: number
}

export const command: CommandSpec<[], DoctorOptions> = {
  summary: 'check from this host that every endpoint is reached, and name the rule or DNS answer in the way',
  uses: 'rules',
  examples: [
    ['tagwall doctor', 'check what the policy is for, from this host'],
    ['tagwall doctor --location westeurope --private-link', 'expect the private endpoints of Private Link'],
    ['tagwall doctor --script > doctor.sh', 'a script for a pod: kubectl exec -i POD -- sh < doctor.sh > seen.json'],
    ['tagwall doctor --read seen.json', 'the verdicts on what the script saw'],
  ],
  flags: (command) =>
    command
      .addOption(new Option('--location <region>', 'the Azure region, such as westeurope').argParser(parseLocation))
      .addOption(
        new Option('--private-link', 'expect private addresses where Private Link has them (default: as DNS answers)'),
      )
      .addOption(new Option('--no-private-link', 'expect public addresses everywhere (default: as DNS answers)'))
      .addOption(
        new Option('--features <names>', 'also check these features, separated by commas, or all').argParser(
          parseNames,
        ),
      )
      .addOption(
        new Option('--endpoint <host:port>', 'also check this endpoint (may be repeated)').argParser(parseEndpoint),
      )
      .addOption(
        new Option(
          '--own-network <cidr>',
          'a network of yours outside of RFC 1918, where private endpoints may be (may be repeated)',
        ).argParser(parseNetwork),
      )
      .addOption(
        new Option('--timeout <seconds>', 'the time for each step: name, connection, TLS, response')
          .argParser(parseTimeout)
          .default(5),
      )
      .addOption(
        new Option('--snapshot <date|file>', 'look addresses up in this document (default: the newest snapshot)'),
      )
      .addOption(new Option('--script', 'print a POSIX script that records the same, for a pod without Node'))
      .addOption(new Option('--read <file>', 'give the verdicts on a record (of --script or --json); - for stdin')),
  run: (_, options, io) => runDoctor(options, io),
}

/** Checks every endpoint, or reads a record. Exit code 1 when there are findings. */
async function runDoctor(options: DoctorOptions, io: Io): Promise<0 | 1> {
  if (options.script && options.read !== undefined) throw new UserError('expected either --script or --read, not both')
  const policy = await loadPolicy(options, io)
  const table = tableOf(policy, io)
  const { location, timeout } = options
  const features = featuresOf(options.features ?? [], table)
  const wish = { location, features, extra: options.endpoint, privateLink: options.privateLink }
  const endpoints = endpointsFor(table, wish)
  if (options.read === undefined) checkEndpoints(endpoints, policy)
  if (options.script) {
    io.out(doctorScript({ endpoints, timeout, location, features }))
    return 0
  }
  // Everything that can be wrong with the input is found before the network is asked.
  const knowledge = await knowledgeOf(policy, options, io)
  const seen =
    options.read === undefined
      ? await live(endpoints, { timeout, location, features }, io)
      : await recorded(options.read, io)
  const report: DoctorReport = {
    diagnosis: diagnose(seen, { table, knowledge, privateLink: options.privateLink, own: options.ownNetwork }),
    seen,
    policy: policy.name,
    document: knowledge.ruleset,
    tableDate: table?.date,
    withoutLocation: withoutLocation(table, options.read === undefined ? wish : seen),
  }
  io.out(options.json ? formatJson(doctorJson(report)) : doctorText(report, colorFor(io.outColor), io.outColumns))
  return report.diagnosis.findings.every((finding) => severityOf(finding) === 'info') ? 0 : 1
}

/** The network is loaded only when it is asked. */
async function live(
  endpoints: readonly Endpoint[],
  run: { timeout: number; location: string | undefined; features: readonly string[] },
  io: Io,
): Promise<Observations> {
  const { observe } = await import('../doctor/observe.ts')
  return observe({ endpoints, ...run }, io)
}

async function recorded(path: string, io: Io): Promise<Observations> {
  const shown = path === '-' ? 'standard input' : path
  const bytes = path === '-' ? await readStdin(io) : readFile(resolve(io.cwd, path), shown)
  return parseObservations(new TextDecoder().decode(bytes), shown)
}

/** The table that the policy names; undefined if it names none. */
function tableOf({ endpoints, cloud, name }: Policy, io: Io): EndpointTable | undefined {
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

function featuresOf(asked: readonly string[], table: EndpointTable | undefined): readonly string[] {
  const known = [...(table?.features.keys() ?? [])]
  if (asked.includes('all')) return known
  const unknown = asked.find((name) => !known.includes(name))
  if (unknown === undefined) return known.filter((name) => asked.includes(name))
  const choices = known.length === 0 ? 'there are none here' : `there are ${known.join(', ')}, and all`
  throw new UserError(`unknown feature "${unknown}"${didYouMean(unknown, known) || `; ${choices}`}`)
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

function parseLocation(text: string): string {
  const region = text.toLowerCase().replaceAll(' ', '')
  if (!/^[a-z]{2,30}\d?$/.test(region)) throw new InvalidArgumentError('Expected a region, such as westeurope.')
  return region
}

function parseNames(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(',').map((name) => name.trim())]
}

function parseEndpoint(text: string, before: readonly HostPort[] = []): readonly HostPort[] {
  const [, bracketed, plain, port = '443'] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/i.exec(text) ?? []
  const host = (bracketed ?? plain ?? '').toLowerCase().replace(/\.$/, '')
  if ((bracketed === undefined && !HOST.test(host)) || Number(port) < 1 || Number(port) > 65535)
    throw new InvalidArgumentError('Expected HOST:PORT, such as mcr.microsoft.com:443 or [2001:db8::1]:443.')
  return [...before, { host, port: Number(port) }]
}

function parseNetwork(text: string, before = PrefixSet.of([])): PrefixSet {
  try {
    return before.union(PrefixSet.of([parsePrefixOrAddress(text)]))
  } catch (error) {
    throw new InvalidArgumentError(`Expected a network, such as 198.51.100.0/24: ${(error as Error).message}.`)
  }
}

function parseTimeout(text: string): number {
  if (!/^\d{1,2}(\.\d)?$/.test(text) || Number(text) < 0.1 || Number(text) > 60)
    throw new InvalidArgumentError('Expected a number of seconds from 0.1 to 60.')
  return Number(text)
}
