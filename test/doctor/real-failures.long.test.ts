import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, describe, expect, test } from 'vitest'
import { DOCTOR_NAMES } from '../../src/doctor/findings.ts'
import { memo } from '../../src/model/lazy.ts'
import { ROOT } from '../fixtures.ts'
import { reasonToSkip } from '../kernel/namespace.ts'
import { AUTHORITY, type Certificate, issue } from '../network/certificates.ts'
import { someOfEach } from '../thorough.ts'
import { DOCUMENT, POLICY, TABLE_TEXT } from './harness.ts'
import type { Zone } from './name-server.mjs'

// Each verdict once, by a real failure: name servers, services, a proxy and a firewall in a network namespace of the test's own.

const REASON = reasonToSkip() ?? (AUTHORITY === undefined ? 'no openssl command (3 or newer)' : undefined)

interface Scene {
  /** Shell commands before the run, such as firewall rules. */
  readonly commands?: readonly string[]
  /** By the address of the name server. */
  readonly zones?: Readonly<Record<string, Zone>>
  /** By address, on port 443. */
  readonly services?: Readonly<Record<string, unknown>>
  readonly proxy?: {
    readonly status?: number
    readonly schemes?: readonly string[]
    readonly says?: string
    readonly hosts?: Readonly<Record<string, string>>
    readonly certificate?: string
    readonly login?: string
  }
  readonly env?: Readonly<Record<string, string>>
  readonly argv?: readonly string[]
  readonly date?: string
  readonly hosts?: string
  readonly resolvConf?: string
  /** The addresses that a cache on the host answers, in place of the name servers. */
  readonly cache?: Readonly<Record<string, readonly string[]>>
  /** The script looks, in place of the program. */
  readonly byScript?: boolean
}

const ZONE: Zone = {
  'gbl.his.arc.test': { a: ['10.1.0.5'], cname: 'gbl.privatelink.his.arc.test' },
  'dp.config.test': { a: ['10.1.0.6'], cname: 'dp.privatelink.config.test' },
  'login.test': { a: ['20.190.128.7'] },
  'images.test': { a: ['20.40.2.7'] },
}
const HEALTHY = {}
const SERVICES = { '10.1.0.5': HEALTHY, '10.1.0.6': HEALTHY, '20.190.128.7': HEALTHY, '20.40.2.7': HEALTHY }
const NAMES = 'DNS:gbl.his.arc.test,DNS:dp.config.test,DNS:login.test,DNS:images.test'
const PROXY_HOSTS = {
  'login.test': '20.190.128.7',
  'images.test': '20.40.2.7',
  'gbl.his.arc.test': '10.1.0.5',
  'dp.config.test': '10.1.0.6',
}

function certificates(): Readonly<Record<string, Certificate>> {
  const by = AUTHORITY as Certificate
  const proxy = issue({ subject: '/O=Contoso/CN=Contoso Inspection CA' })
  const intermediate = issue({ subject: '/C=US/O=DigiCert Inc/CN=DigiCert Global G2 TLS RSA SHA256 2020 CA1', by })
  const root = issue({ subject: '/C=US/O=Microsoft Corporation/CN=Microsoft TLS RSA Root G2' })
  const of = (signer: Certificate, names = NAMES) => issue({ subject: '/CN=test', by: signer, names })
  return {
    good: of(by),
    // As long as the chain of a real service.
    large: of(by, [NAMES, ...Array.from({ length: 100 }, (_, index) => `DNS:name-${index}.login.test`)].join(',')),
    wrong: of(by, 'DNS:mail.example'),
    proxy: of(by, 'IP:10.9.0.1'),
    portal: issue({ subject: '/CN=portal.cafe.example', by: proxy, names: 'DNS:portal.cafe.example' }),
    inspected: of(proxy),
    withoutBridge: of(root),
    withoutIntermediate: of(intermediate),
  }
}

interface Found {
  readonly code: string
  readonly facts: object
  readonly message: string
  readonly fix: string
}

const ARGV = ['doctor', '--snapshot', 'document.json', '--timeout', '1', '--json']

/** A process in a network of its own that plays scenes, one after the other, on a host with these files. */
function stage(resolvConf: string, hosts: string, hasCache: boolean) {
  const files = { 'resolv.conf': resolvConf, hosts, 'nsswitch.conf': 'hosts: files dns\n' }
  const cwd = mkdtempSync(join(tmpdir(), 'tagwall-stage-'))
  const all = { 'tagwall.yaml': POLICY, 'endpoints.json': TABLE_TEXT, 'document.json': DOCUMENT, ...files }
  for (const [file, text] of Object.entries(all)) writeFileSync(join(cwd, file), text)
  const mounts = Object.keys(files).map((file) => `mount --bind '${join(cwd, file)}' /etc/${file}`)
  // The socket of its cache is where that of a real one may be.
  if (hasCache) mounts.push('mkdir -p /run/nscd && mount -t tmpfs tmpfs /run/nscd')
  const script = `${mounts.join(' && ')} && exec '${process.execPath}' '${join(ROOT, 'test/doctor/stage.mjs')}'`
  const child = spawn('unshare', ['-n', '-m', 'sh', '-c', script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  ENDS.push(async () => {
    child.stdin.end()
    await once(child, 'close')
    rmSync(cwd, { recursive: true })
  })
  return async (scene: object): Promise<{ code: number; out: string; err: string }> => {
    child.stdin.write(`${JSON.stringify({ cwd, ...scene })}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error('the stage has ended')
    return JSON.parse(value)
  }
}
const ENDS: (() => Promise<void>)[] = []
const stageOf = memo((key: string) => stage(...(JSON.parse(key) as Parameters<typeof stage>)))

/** Runs doctor on a stage. Codes are those of its findings, in order. */
async function perform(scene: Scene, all: Readonly<Record<string, Certificate>>) {
  const zones = scene.zones ?? { '127.0.0.53': ZONE }
  const servers = Object.keys(zones).map((server) => `nameserver ${server}\n`)
  const resolvConf = scene.resolvConf ?? `${servers.join('')}options timeout:1 attempts:1\n`
  const hosts = scene.hosts ?? '127.0.0.1 localhost\n'
  const { code, out, err } = await stageOf(JSON.stringify([resolvConf, hosts, scene.cache !== undefined]))({
    env: {},
    commands: [],
    services: SERVICES,
    certificates: all,
    ca: (AUTHORITY as Certificate).cert,
    ...scene,
    argv: [...ARGV, ...(scene.argv ?? [])],
    zones,
  })
  if (code === 2) throw new Error(err)
  const { findings } = JSON.parse(out) as { findings: Found[] }
  return { code, codes: findings.map((one) => one.code), findings }
}

const changed = (names: Zone, zone: Zone = ZONE) => ({ '127.0.0.53': { ...zone, ...names } })
const drop = (address: string) => [`iptables -A OUTPUT -d ${address} -p tcp --dport 443 -j DROP`]
const rejectAt = (address: string, how: string) => [
  `iptables -A OUTPUT -d ${address} -p tcp --dport 443 -j REJECT --reject-with ${how}`,
]
/** Packets of 1,300 bytes or more are lost, in both directions, and nobody says so. */
const SMALL_MTU = ['-d', '-s'].map(
  (side) => `iptables -A OUTPUT ${side} 20.190.128.7 -p tcp -m length --length 1300:65535 -j DROP`,
)
const PATIENT = 'nameserver 127.0.0.53\noptions timeout:5 attempts:1\n'
const VIA = { HTTPS_PROXY: 'http://10.9.0.1:3128' }
const OVER_TLS = { HTTPS_PROXY: 'https://user:word@10.9.0.1:3128' }
const DIRECT = '.his.arc.test,.config.test'

const SCENES: readonly (readonly [what: string, codes: readonly string[], scene: Scene])[] = [
  ['all is well', [], {}],
  ['the name server is silent', ['DNS_FAILS'], { zones: { '127.0.0.53': { '*': 'SILENT' } } }],
  ['the name server fails for a name', ['DNS_ERROR'], { zones: changed({ 'login.test': 'SERVFAIL' }) }],
  ['a name does not exist', ['NAME_UNKNOWN'], { zones: changed({ 'login.test': 'NXDOMAIN' }) }],
  [
    'a private zone lacks the record',
    ['NAME_UNKNOWN'],
    { zones: changed({ 'dp.config.test': { cname: 'dp.privatelink.config.test' } }) },
  ],
  ['a DNS filter answers', ['DNS_FILTERED'], { zones: changed({ 'login.test': { a: ['0.0.0.0'] } }) }],
  [
    'canonical names lead in a circle',
    ['CNAME_LOOP'],
    {
      zones: changed({
        'login.test': { cname: 'a.login.test' },
        'a.login.test': { cname: 'b.login.test' },
        'b.login.test': { cname: 'a.login.test' },
      }),
    },
  ],
  [
    'the line of a private name is wrong, and there is no private zone',
    ['HOSTS_FILE_WRONG'],
    {
      hosts: '10.1.0.5 gbl.his.arc.test\n10.1.0.66 dp.config.test\n',
      zones: changed({ 'gbl.his.arc.test': { a: ['20.50.1.7'] }, 'dp.config.test': { a: ['20.50.1.8'] } }),
      commands: drop('10.1.0.66'),
      services: { ...SERVICES, '10.1.0.66': HEALTHY },
    },
  ],
  ['a line of /etc/hosts is wrong', ['HOSTS_FILE_WRONG'], { hosts: '127.0.0.1 localhost\n20.40.2.99 login.test\n' }],
  [
    'a line of /etc/hosts works',
    ['HOSTS_FILE_USED'],
    { hosts: '20.190.128.8 login.test\n', services: { ...SERVICES, '20.190.128.8': HEALTHY } },
  ],
  [
    'a cache on the host answers with an old address',
    ['LOOKUP_DIFFERS'],
    {
      cache: {
        'gbl.his.arc.test': ['10.1.0.5'],
        'dp.config.test': ['10.1.0.6'],
        'login.test': ['10.9.9.9'],
        'images.test': ['20.40.2.7'],
      },
    },
  ],
  [
    'a wildcard in the search list answers',
    ['SEARCH_LIST_ANSWERS'],
    {
      zones: changed({ 'login.test.corp.example': { a: ['20.40.2.9'] } }),
      resolvConf: 'nameserver 127.0.0.53\nsearch corp.example\noptions ndots:5 timeout:1 attempts:1\n',
    },
  ],
  [
    'two name servers disagree',
    ['DNS_DISAGREES'],
    { zones: { '127.0.0.53': ZONE, '127.0.0.54': { ...ZONE, 'dp.config.test': { a: ['20.50.1.8'] } } } },
  ],
  ['one of two name servers knows nothing', ['DNS_DISAGREES'], { zones: { '127.0.0.53': ZONE, '127.0.0.54': {} } }],
  [
    'a captive portal answers every name',
    ['CAPTIVE_PORTAL'],
    { zones: { '127.0.0.53': { '*': { a: ['192.0.2.80'] } } } },
  ],
  [
    'a wildcard of the search list answers for every name',
    ['SEARCH_LIST_ANSWERS'],
    {
      zones: changed(
        Object.fromEntries(Object.keys(ZONE).map((name) => [`${name}.corp.example`, { a: ['192.0.2.80'] }])),
      ),
      resolvConf: 'nameserver 127.0.0.53\nsearch corp.example\noptions ndots:5 timeout:1 attempts:1\n',
      argv: ['--private-link'],
    },
  ],
  [
    'the second name server fails for a name',
    ['DNS_SERVER_ERROR'],
    { zones: { '127.0.0.53': ZONE, '127.0.0.54': { ...ZONE, 'login.test': 'SERVFAIL' } } },
  ],
  ['there is no name server', ['DNS_FAILS'], { resolvConf: 'options timeout:1 attempts:1\n', zones: {} }],
  [
    'a captive portal answers over HTTPS',
    ['ONE_CERTIFICATE'],
    {
      services: Object.fromEntries(
        Object.keys(SERVICES).map((address) => [address, { certificate: 'portal', status: 511 }]),
      ),
    },
  ],
  [
    'DNS64 leads to the translator of the network',
    [],
    {
      zones: changed({
        'login.test': { aaaa: ['64:ff9b::14be:8007'] },
        'images.test': { aaaa: ['2001:db8:64::1428:207'] },
        'ipv4only.arpa': { a: ['192.0.0.170'], aaaa: ['2001:db8:64::c000:aa'] },
      }),
      services: { ...SERVICES, '64:ff9b::14be:8007': HEALTHY, '2001:db8:64::1428:207': HEALTHY },
    },
  ],
  [
    'DNS takes two seconds',
    ['SLOW'],
    {
      zones: changed({ 'login.test': { a: ['20.190.128.7'], delay: 2100 } }),
      argv: ['--timeout', '5'],
      resolvConf: PATIENT,
    },
  ],
  [
    'the first name server is silent',
    ['DNS_SERVER_FAILS'],
    { zones: { '127.0.0.54': { '*': 'SILENT' }, '127.0.0.53': ZONE } },
  ],
  [
    'private and public answers are mixed',
    ['PRIVATE_AND_PUBLIC', 'NOT_PRIVATE'],
    { zones: changed({ 'dp.config.test': { a: ['20.50.1.8'] } }) },
  ],
  [
    'a privatelink name leads to a public address',
    ['PRIVATELINK_IS_PUBLIC', 'PRIVATELINK_IS_PUBLIC'],
    {
      argv: ['--private-link'],
      zones: changed({
        'gbl.his.arc.test': { a: ['20.50.1.7'], cname: 'gbl.privatelink.his.arc.test' },
        'dp.config.test': { a: ['20.50.1.8'], cname: 'dp.privatelink.config.test' },
      }),
    },
  ],
  ['a name is private without Private Link', ['UNEXPECTEDLY_PRIVATE'], { argv: ['--no-private-link'] }],
  [
    'IPv6 of a private name is public',
    ['PUBLIC_IPV6'],
    { zones: changed({ 'dp.config.test': { a: ['10.1.0.6'], aaaa: ['2603:1000::6'] } }) },
  ],
  [
    'the virtual network has public space',
    ['PRIVATE_AND_PUBLIC', 'NEITHER_PRIVATE_NOR_TAGGED'],
    { zones: changed({ 'dp.config.test': { a: ['198.18.0.6'] } }), services: { ...SERVICES, '198.18.0.6': HEALTHY } },
  ],
  [
    'sign-in has a private address, where nothing answers',
    ['PRIVATE_INSTEAD_OF_TAG'],
    {
      zones: changed({ 'login.test': { a: ['10.9.9.9'] } }),
      services: { ...SERVICES, '10.9.9.9': HEALTHY },
      commands: drop('10.9.9.9'),
    },
  ],
  [
    'sign-in has the address of another service, which a rule allows',
    ['NOT_IN_ITS_TAG'],
    { zones: changed({ 'login.test': { a: ['20.40.2.9'] } }), services: { ...SERVICES, '20.40.2.9': HEALTHY } },
  ],
  [
    'IPv6 accepts TCP and is silent in TLS',
    ['TLS_CUT'],
    {
      zones: changed({ 'login.test': { a: ['20.190.128.7'], aaaa: ['2603:1000::7'] } }),
      services: { ...SERVICES, '2603:1000::7': 'mute' },
    },
  ],
  [
    'the response comes after the time of a step',
    ['NO_RESPONSE'],
    { services: { ...SERVICES, '20.190.128.7': { wait: 1600 } } },
  ],
  [
    'no rule is for the port',
    ['NO_RULE_ALLOWS'],
    { argv: ['--endpoint', 'login.test:8443'], commands: ['iptables -A OUTPUT -p tcp --dport 8443 -j DROP'] },
  ],
  [
    'only another tag has the address',
    ['NOT_IN_ITS_TAG'],
    { zones: changed({ 'images.test': { a: ['13.107.246.9'] } }), services: { ...SERVICES, '13.107.246.9': HEALTHY } },
  ],
  [
    'no tag has the address, and it is dropped',
    ['IN_NO_TAG'],
    {
      zones: changed({ 'login.test': { a: ['20.99.0.1'] } }),
      services: { ...SERVICES, '20.99.0.1': HEALTHY },
      commands: drop('20.99.0.1'),
    },
  ],
  ['an allowed address is dropped', ['ALLOWED_BUT_DROPPED'], { commands: drop('20.190.128.7') }],
  ['a private endpoint is dropped', ['PRIVATE_DROPPED'], { commands: drop('10.1.0.5') }],
  [
    'a firewall rejects',
    ['CONNECTION_REFUSED'],
    { commands: ['iptables -A OUTPUT -d 20.190.128.7 -p tcp --dport 443 -j REJECT --reject-with tcp-reset'] },
  ],
  [
    'there is no route',
    ['NO_ROUTE'],
    { commands: ['ip address del 20.190.128.7/32 dev lo', 'ip address del 20.40.2.7/32 dev lo'] },
  ],
  [
    'a firewall prohibits one host',
    ['DEVICE_REJECTS'],
    { commands: rejectAt('20.190.128.7', 'icmp-admin-prohibited') },
  ],
  [
    'the network of the private endpoints has no route',
    ['PRIVATE_NO_ROUTE'],
    { commands: rejectAt('10.1.0.0/24', 'icmp-net-unreachable') },
  ],
  [
    'IPv6 has no route',
    ['IPV6_NO_ROUTE'],
    { zones: changed({ 'login.test': { a: ['20.190.128.7'], aaaa: ['2603:1000::7'] } }) },
  ],
  [
    'IPv6 is a black hole',
    ['IPV6_DROPPED'],
    {
      zones: changed({ 'login.test': { a: ['20.190.128.7'], aaaa: ['2603:1000::7'] } }),
      services: { ...SERVICES, '2603:1000::7': HEALTHY },
      commands: ['ip6tables -A OUTPUT -d 2603:1000::7 -p tcp --dport 443 -j DROP'],
    },
  ],
  [
    'a device inspects TLS',
    ['TLS_INSPECTED'],
    { services: { ...SERVICES, '20.190.128.7': { certificate: 'inspected' } } },
  ],
  [
    'the inspecting device answers with a page',
    ['TLS_INSPECTED', 'BLOCK_PAGE'],
    {
      services: {
        ...SERVICES,
        '20.190.128.7': {
          certificate: 'inspected',
          status: 403,
          headers: { 'content-type': 'text/html' },
          body: '<title>Blocked</title>',
        },
      },
    },
  ],
  [
    "Microsoft's bridge is missing",
    ['CHAIN_INCOMPLETE'],
    { services: { ...SERVICES, '20.190.128.7': { certificate: 'withoutBridge' } } },
  ],
  [
    'another machine answers',
    ['WRONG_CERTIFICATE'],
    { services: { ...SERVICES, '20.190.128.7': { certificate: 'wrong' } } },
  ],
  ['TLS is cut', ['TLS_CUT'], { services: { ...SERVICES, '20.190.128.7': 'cut' } }],
  [
    'large packets are lost',
    ['LARGE_PACKETS_LOST'],
    {
      commands: SMALL_MTU,
      services: { ...SERVICES, '20.190.128.7': { certificate: 'large' } },
      argv: ['--timeout', '2'],
    },
  ],
  [
    'the intermediate certificate is missing',
    ['INTERMEDIATE_MISSING'],
    { services: { ...SERVICES, '20.190.128.7': { certificate: 'withoutIntermediate' } } },
  ],
  ['something else than TLS answers', ['NOT_TLS'], { services: { ...SERVICES, '20.190.128.7': 'plain' } }],
  ['TLS is too old', ['TLS_TOO_OLD'], { services: { ...SERVICES, '20.190.128.7': 'old' } }],
  ['nothing follows the handshake', ['NO_RESPONSE'], { services: { ...SERVICES, '20.190.128.7': { isMute: true } } }],
  ['the clock is off', ['CLOCK_OFF'], { date: '2031-01-01T00:00:00Z' }],
  ['a feature does not work with Private Link', ['FEATURE_WITHOUT_PRIVATE_LINK'], { argv: ['--features', 'connect'] }],
  ['the proxy carries everything', [], { proxy: { hosts: PROXY_HOSTS }, env: { ...VIA, NO_PROXY: DIRECT } }],
  ['the proxy carries private names', ['PRIVATE_THROUGH_PROXY'], { proxy: { hosts: PROXY_HOSTS }, env: VIA }],
  ['the proxy refuses', ['PROXY_REFUSES'], { proxy: { status: 403 }, env: { ...VIA, NO_PROXY: DIRECT } }],
  ['the proxy wants a password', ['PROXY_NEEDS_LOGIN'], { proxy: { status: 407 }, env: { ...VIA, NO_PROXY: DIRECT } }],
  [
    'the proxy asks for a password, and gets it',
    [],
    { proxy: { hosts: PROXY_HOSTS, login: 'user:word', certificate: 'proxy' }, env: { ...OVER_TLS, NO_PROXY: DIRECT } },
  ],
  [
    'another machine answers in place of the proxy',
    ['PROXY_CERTIFICATE'],
    { proxy: { hosts: PROXY_HOSTS, certificate: 'portal' }, env: { ...OVER_TLS, NO_PROXY: DIRECT } },
  ],
  [
    'the proxy takes no password in the URL',
    ['PROXY_NEEDS_LOGIN'],
    { proxy: { status: 407, schemes: ['Negotiate', 'NTLM'] }, env: { ...VIA, NO_PROXY: DIRECT } },
  ],
  ['HTTPS_PROXY names a web server', ['NOT_A_PROXY'], { proxy: { status: 405 }, env: { ...VIA, NO_PROXY: DIRECT } }],
  [
    'HTTPS_PROXY names something that does not speak HTTP',
    ['NOT_A_PROXY'],
    { proxy: { says: 'SSH-2.0-OpenSSH_9.9\r\n' }, env: { ...VIA, NO_PROXY: DIRECT } },
  ],
  [
    'HTTPS_PROXY has https for a proxy without TLS',
    ['NOT_A_PROXY'],
    { proxy: { status: 400 }, env: { HTTPS_PROXY: 'https://10.9.0.1:3128', NO_PROXY: DIRECT } },
  ],
  [
    'HTTPS_PROXY counts, and https_proxy beside it does not',
    ['PROXY_REFUSES'],
    { proxy: { status: 403 }, env: { ...VIA, https_proxy: 'http://10.9.0.9:3128', NO_PROXY: DIRECT } },
  ],
  [
    'an entry of NO_PROXY with a dot is not about the name itself',
    ['PRIVATE_THROUGH_PROXY'],
    { proxy: { hosts: PROXY_HOSTS }, env: { ...VIA, NO_PROXY: '.his.arc.test,.dp.config.test' } },
  ],
  ['the handshake is silent', ['TLS_CUT'], { services: { ...SERVICES, '20.190.128.7': 'mute' } }],
  ['headers have no end', ['NO_RESPONSE'], { services: { ...SERVICES, '20.190.128.7': { isEndless: true } } }],
  ['the proxy is gone', ['PROXY_UNREACHABLE'], { env: { ...VIA, NO_PROXY: DIRECT } }],
  [
    'the API server goes through the proxy',
    ['CLUSTER_THROUGH_PROXY'],
    { proxy: { hosts: PROXY_HOSTS }, env: { ...VIA, NO_PROXY: DIRECT, KUBERNETES_SERVICE_HOST: '10.96.0.1' } },
  ],
]

describe.skipIf(REASON)(`a real failure${REASON ? ` (${REASON})` : ''}`, () => {
  const all = REASON === undefined ? certificates() : {}
  afterAll(async () => {
    for (const end of ENDS) await end()
    // Only if it is empty, so not that of a real cache.
    spawnSync('rmdir', ['--ignore-fail-on-non-empty', '/run/nscd'])
  })
  test.for(SCENES)('%s: %j', async ([, codes, scene]) => {
    const result = await perform(scene, all)
    expect(result.codes, JSON.stringify(result.findings, null, 1)).toEqual(codes)
    const isQuiet = codes.every((code) => ['IPV6_NO_ROUTE', 'FEATURE_WITHOUT_PRIVATE_LINK'].includes(code))
    expect(result.code).toBe(isQuiet ? 0 : 1)
  })

  test('a cache on the host is named as what to restart, and not the hosts file, which has no line', async () => {
    const [, , scene] = SCENES.find(([, codes]) => codes.includes('LOOKUP_DIFFERS')) ?? []
    const { findings } = await perform(scene as Scene, all)
    expect(findings.map(({ fix }) => fix)).toEqual([
      expect.stringMatching(/^Restart the local DNS cache, (?!.*\/etc\/hosts)/),
    ])
  })

  const TOOLS = ['curl', 'nslookup', 'getent'].every(
    (tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0,
  )
  // The same world gives the same verdicts, but getent leaves IPv6 out on a host without IPv6, and the clock is only that of the program.
  const LIVE_ONLY = ['IPv6 of a private name is public', 'IPv6 has no route', 'the clock is off']
  const recorded = SCENES.filter(([what]) => !LIVE_ONLY.includes(what))
  test.skipIf(!TOOLS).for(someOfEach(recorded, ([, codes]) => codes.join()))(
    '%s, seen by the script: %j',
    async ([, codes, scene]) => {
      const result = await perform({ ...scene, byScript: true }, all)
      expect(result.codes, JSON.stringify(result.findings, null, 1)).toEqual(codes)
    },
  )

  // CERTIFICATE_DATES needs an old certificate.
  test('produces every verdict that a live run can have, but one', () => {
    const produced = new Set(SCENES.flatMap(([, codes]) => codes))
    expect(DOCTOR_NAMES.filter((code) => !produced.has(code))).toEqual([
      ...['CERTIFICATE_DATES', 'NOTHING_CHECKED', 'NOT_CHECKED'],
    ])
  })
})
