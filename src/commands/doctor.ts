import { InvalidArgumentError } from 'commander'
import { parsePrefixOrAddress, scanPrefix } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import type { CommandSpec } from '../cli/command.ts'
import { parseNext } from '../cli/options.ts'
import { extraEndpoint } from '../doctor/chosen-endpoints.ts'
import { type Endpoint, HOST } from '../doctor/endpoint-schema.ts'
import { severityOf } from '../doctor/findings.ts'
import { doctorJson } from '../doctor/json.ts'
import { type DoctorOptions, runDoctor, scriptFor } from '../doctor/run-doctor.ts'
import { doctorText } from '../doctor/text.ts'
import { UserError } from '../errors.ts'
import { formatJson } from '../model/json.ts'
import { colorFor } from '../text/lines.ts'

export const command: CommandSpec<[], DoctorOptions> = {
  summary: 'check from this host that every endpoint is reached, and name the rule or DNS answer in the way',
  about:
    'Looks up each endpoint that the policy is for, connects to it, and names the rule, DNS answer, proxy or device in the way. It sends no credentials, except to a proxy that asks for them. Run it where the cluster runs.',
  exits: ['every endpoint answers', 'an endpoint does not answer as it should, or was not checked'],
  environment: ['proxy', 'certificates'],
  docs: 'doctor',
  examples: [
    ['tagwall doctor', 'check the endpoints of the policy from this host'],
    ['tagwall doctor --location westeurope --private-link', 'expect the private endpoints of Private Link'],
    ['tagwall doctor --script > doctor.sh', 'a script for a pod: kubectl exec -i POD -- sh < doctor.sh > seen.json'],
    ['tagwall doctor --read seen.json', 'the findings in a record of the script'],
  ],
  flags: (command) =>
    command
      .option('--location <region>', 'the Azure region, such as westeurope', parseLocation)
      .option('--private-link', 'expect private addresses where Private Link has them (default: as DNS answers)')
      .option('--no-private-link', 'expect public addresses everywhere (default: as DNS answers)')
      .option('--features <names>', 'also check these features, separated by commas, or all', parseNext)
      .option('--endpoint <host:port>', 'also check this endpoint (may be repeated)', parseEndpoint)
      .option(
        '--own-network <cidr>',
        'a network of yours outside of RFC 1918, where private endpoints may be (may be repeated)',
        parseNetwork,
      )
      .option('--timeout <seconds>', 'the time for each step: name, connection, TLS, response', parseTimeout, 5)
      .option('--snapshot <date|file>', 'look addresses up in this document (default: the newest snapshot)')
      .option('--script', 'print a POSIX script that records the same, for a pod without Node')
      .option('--read <file>', 'give the verdicts on a record (of --script or --json); - for stdin'),
  run: async (_, options, io) => {
    if (options.script && options.read !== undefined)
      throw new UserError('expected either --script or --read, not both')
    if (options.script) {
      io.out(await scriptFor(options, io))
      return 0
    }
    const report = await runDoctor(options, io)
    io.out(options.json ? formatJson(doctorJson(report)) : doctorText(report, colorFor(io.outColor), io.outColumns))
    return report.diagnosis.findings.every((finding) => severityOf(finding) === 'info') ? 0 : 1
  },
}

function parseLocation(text: string): string {
  const region = text.toLowerCase().replaceAll(' ', '')
  if (!/^[a-z][a-z0-9]{1,39}$/.test(region)) throw new InvalidArgumentError('Expected a region, such as westeurope.')
  return region
}

function parseEndpoint(text: string, before: readonly Endpoint[] = []): readonly Endpoint[] {
  const [, bracketed, plain, port = '443'] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/i.exec(text) ?? []
  const host = (bracketed ?? plain ?? '').toLowerCase().replace(/\.$/, '')
  const isAddress = !host.includes('/') && scanPrefix(host) !== undefined
  const isHost = isAddress || (bracketed === undefined && HOST.test(host))
  if (!isHost || Number(port) < 1 || Number(port) > 65535)
    throw new InvalidArgumentError('Expected HOST:PORT, such as mcr.microsoft.com:443 or [2001:db8::1]:443.')
  return [...before, extraEndpoint(host, Number(port))]
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
