import { compile } from '../../src/compile/compile.ts'
import { type Diagnosis, diagnose } from '../../src/doctor/diagnose.ts'
import { type EndpointTable, parseEndpoints } from '../../src/doctor/endpoint-schema.ts'
import { adviceOf, type DoctorFinding } from '../../src/doctor/findings.ts'
import type { EndpointObservation, Observations } from '../../src/doctor/observation-schema.ts'
import type { Knowledge } from '../../src/doctor/verdict.ts'
import { parseDocument } from '../../src/document/document.ts'
import { parsePolicy } from '../../src/policy/policy.ts'

/** Two private names, two with a tag, and one of a feature that Private Link does not have. */
export const TABLE_TEXT = JSON.stringify({
  format: 'tagwall-endpoints-1',
  cloud: 'public',
  date: '2026-06-11',
  privateZones: ['his.arc.test', 'config.test'],
  features: { connect: { what: 'Connect', withPrivateLink: false } },
  endpoints: [
    { host: 'gbl.his.arc.test', purpose: 'identity', tags: ['Arc'] },
    { host: 'dp.config.test', purpose: 'configuration', tags: ['Arc'] },
    { host: 'login.test', purpose: 'sign-in', tags: ['Login'], path: '/openid' },
    { host: 'images.test', purpose: 'images', tags: ['Images'] },
    { host: 'connect.test', purpose: 'connect', tags: ['Arc'], feature: 'connect' },
  ],
})
export const TABLE: EndpointTable = parseEndpoints(TABLE_TEXT, 'table')

export const POLICY = `endpoints: endpoints.json
rules:
  - { name: AllowLogin, tags: [Login], direction: outbound, ports: [443], priority: 100 }
  - { name: AllowImages, tags: [Images], direction: outbound, ports: [443], priority: 101 }
`

const TAGS = {
  Login: ['20.190.128.0/24', '2603:1000::/40'],
  Images: ['20.40.2.0/24'],
  Arc: ['20.50.1.0/24'],
  Frontend: ['13.107.246.0/24'],
}

export const DOCUMENT = JSON.stringify({
  changeNumber: 1,
  cloud: 'Public',
  values: Object.entries(TAGS).map(([name, addressPrefixes]) => ({
    name,
    id: name,
    properties: { changeNumber: 1, region: '', platform: 'Azure', systemService: '', addressPrefixes },
  })),
})

/** Of the policy above; `extra` are the tags beyond those of its rules that the document has. */
export function knowledge(extra: readonly string[] = ['Arc', 'Frontend'], isWhole = true): Knowledge {
  const policy = parsePolicy(POLICY, 'mine', 'mine.yaml')
  const source = { bytes: Buffer.from(DOCUMENT), name: 'document.json', published: '2025-11-10' }
  const { document, names } = parseDocument(source, 'public', ['Login', 'Images', ...extra])
  const { ruleset } = compile(policy, { document, names, where: 'document.json' })
  return { ruleset, tags: [...document.tags.values()], isWhole }
}

const answer = (addresses: readonly string[]) => {
  const [a, aaaa] = [addresses.filter((one) => !one.includes(':')), addresses.filter((one) => one.includes(':'))]
  return { server: '10.0.0.2', a: { addresses: a }, aaaa: { addresses: aaaa }, cnames: [] }
}

/** An endpoint that works, at these addresses. */
export function works(host: string, ...addresses: readonly string[]): EndpointObservation {
  return {
    host,
    port: 443,
    lookup: { addresses },
    dns: [answer(addresses)],
    tcp: addresses.map((address) => ({ address, result: 'open' })),
    tls: {
      address: addresses[0],
      protocol: 'TLSv1.3',
      trust: 'public',
      chain: [{ subject: host, issuer: 'Public CA' }],
    },
    http: { status: 200, date: 'Wed, 26 Nov 2025 13:00:01 GMT' },
  }
}

export const GBL = works('gbl.his.arc.test', '10.1.0.5')
export const DP = works('dp.config.test', '10.1.0.6')
export const LOGIN = works('login.test', '20.190.128.7')
export const IMAGES = works('images.test', '20.40.2.7')

/** Everything works, with Private Link. */
export const ALL = [GBL, DP, LOGIN, IMAGES]

export function seen(endpoints: readonly EndpointObservation[], more: Partial<Observations> = {}): Observations {
  return {
    format: 'tagwall-observations-1',
    made: '2025-11-26T13:00:00Z',
    servers: ['10.0.0.2'],
    endpoints,
    ...more,
  }
}

/** The diagnosis of these observations. */
export const diagnosed = (
  observations: Observations,
  privateLink?: boolean,
  known: Knowledge = knowledge(),
): Diagnosis => diagnose(observations, { table: TABLE, knowledge: known, wish: { privateLink } })

/** One line a finding: code, hosts, addresses, and the sentence. */
export const lines = ({ findings }: Diagnosis) => findings.map(line)

function line(finding: DoctorFinding): string {
  return `${finding.code}: ${adviceOf(finding).what}`
}
