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
const CACHE = Object.fromEntries(Object.entries(PROXY_HOSTS).map(([name, address]) => [name, [address]]))

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

/** With these answers of the name server in place of its own. */
const named = (names: Zone, more: Scene = {}): Scene => ({ zones: { '127.0.0.53': { ...ZONE, ...names } }, ...more })
/** With a second name server, which differs in these answers. */
const beside = (names: Zone): Scene => ({ zones: { '127.0.0.53': ZONE, '127.0.0.54': { ...ZONE, ...names } } })
/** With these services in place of those at their addresses. */
const serving = (services: object, more: Scene = {}): Scene => ({ services: { ...SERVICES, ...services }, ...more })
const atLogin = (service: unknown) => serving({ '20.190.128.7': service })
/** The name has another address, where a service is. */
const moved = (name: string, address: string, more: Scene = {}) =>
  named({ [name]: { a: [address] } }, serving({ [address]: HEALTHY }, more))
/** Sign-in has an IPv6 address too. */
const withIpv6 = (more: Scene = {}) => named({ 'login.test': { a: ['20.190.128.7'], aaaa: ['2603:1000::7'] } }, more)
/** Through a proxy, but for the private names. */
const proxied = (proxy: Scene['proxy'], env: object = VIA): Scene => ({ proxy, env: { NO_PROXY: DIRECT, ...env } })
const filtered = (address: string, target: string): Scene => ({
  commands: [`iptables -A OUTPUT -d ${address} -p tcp --dport 443 -j ${target}`],
})
const drop = (address: string) => filtered(address, 'DROP')
const rejectAt = (address: string, how: string) => filtered(address, `REJECT --reject-with ${how}`)
/** Packets of 1,300 bytes or more are lost, in both directions, and nobody says so. */
const SMALL_MTU = ['-d', '-s'].map(
  (side) => `iptables -A OUTPUT ${side} 20.190.128.7 -p tcp -m length --length 1300:65535 -j DROP`,
)
const SEARCHING = {
  resolvConf: 'nameserver 127.0.0.53\nsearch corp.example\noptions ndots:5 timeout:1 attempts:1\n',
}
const PATIENT = 'nameserver 127.0.0.53\noptions timeout:5 attempts:1\n'
const VIA = { HTTPS_PROXY: 'http://10.9.0.1:3128' }
const OVER_TLS = { HTTPS_PROXY: 'https://user:word@10.9.0.1:3128' }
const DIRECT = '.his.arc.test,.config.test'

const SCENES: readonly (readonly [what: string, codes: readonly string[], scene: Scene])[] = [
  ['all is well', [], {}],
  ['the name server is silent', ['DNS_FAILS'], { zones: { '127.0.0.53': { '*': 'SILENT' } } }],
  ['the name server fails for a name', ['DNS_ERROR'], named({ 'login.test': 'SERVFAIL' })],
  ['a name does not exist', ['NAME_UNKNOWN'], named({ 'login.test': 'NXDOMAIN' })],
  [
    'a private zone lacks the record',
    ['NAME_UNKNOWN'],
    named({ 'dp.config.test': { cname: 'dp.privatelink.config.test' } }),
  ],
  ['a DNS filter answers', ['DNS_FILTERED'], named({ 'login.test': { a: ['0.0.0.0'] } })],
  [
    'canonical names lead in a circle',
    ['CNAME_LOOP'],
    named({
      'login.test': { cname: 'a.login.test' },
      'a.login.test': { cname: 'b.login.test' },
      'b.login.test': { cname: 'a.login.test' },
    }),
  ],
  [
    'the line of a private name is wrong, and there is no private zone',
    ['HOSTS_FILE_WRONG'],
    named(
      { 'gbl.his.arc.test': { a: ['20.50.1.7'] }, 'dp.config.test': { a: ['20.50.1.8'] } },
      serving(
        { '10.1.0.66': HEALTHY },
        { hosts: '10.1.0.5 gbl.his.arc.test\n10.1.0.66 dp.config.test\n', ...drop('10.1.0.66') },
      ),
    ),
  ],
  ['a line of /etc/hosts is wrong', ['HOSTS_FILE_WRONG'], { hosts: '127.0.0.1 localhost\n20.40.2.99 login.test\n' }],
  [
    'a line of /etc/hosts works',
    ['HOSTS_FILE_USED'],
    serving({ '20.190.128.8': HEALTHY }, { hosts: '20.190.128.8 login.test\n' }),
  ],
  [
    'a cache on the host answers with an old address',
    ['LOOKUP_DIFFERS'],
    { cache: { ...CACHE, 'login.test': ['10.9.9.9'] } },
  ],
  [
    'a wildcard in the search list answers',
    ['SEARCH_LIST_ANSWERS'],
    named({ 'login.test.corp.example': { a: ['20.40.2.9'] } }, SEARCHING),
  ],
  ['two name servers disagree', ['DNS_DISAGREES'], beside({ 'dp.config.test': { a: ['20.50.1.8'] } })],
  ['one of two name servers knows nothing', ['DNS_DISAGREES'], { zones: { '127.0.0.53': ZONE, '127.0.0.54': {} } }],
  [
    'a captive portal answers every name',
    ['CAPTIVE_PORTAL'],
    { zones: { '127.0.0.53': { '*': { a: ['192.0.2.80'] } } } },
  ],
  [
    'a wildcard of the search list answers for every name',
    ['SEARCH_LIST_ANSWERS'],
    named(Object.fromEntries(Object.keys(ZONE).map((name) => [`${name}.corp.example`, { a: ['192.0.2.80'] }])), {
      ...SEARCHING,
      argv: ['--private-link'],
    }),
  ],
  ['the second name server fails for a name', ['DNS_SERVER_ERROR'], beside({ 'login.test': 'SERVFAIL' })],
  ['there is no name server', ['DNS_FAILS'], { resolvConf: 'options timeout:1 attempts:1\n', zones: {} }],
  [
    'a captive portal answers over HTTPS',
    ['ONE_CERTIFICATE'],
    serving(Object.fromEntries(Object.keys(SERVICES).map((one) => [one, { certificate: 'portal', status: 511 }]))),
  ],
  [
    'DNS64 leads to the translator of the network',
    [],
    named(
      {
        'login.test': { aaaa: ['64:ff9b::14be:8007'] },
        'images.test': { aaaa: ['2001:db8:64::1428:207'] },
        'ipv4only.arpa': { a: ['192.0.0.170'], aaaa: ['2001:db8:64::c000:aa'] },
      },
      serving({ '64:ff9b::14be:8007': HEALTHY, '2001:db8:64::1428:207': HEALTHY }),
    ),
  ],
  [
    'DNS takes two seconds',
    ['SLOW'],
    named({ 'login.test': { a: ['20.190.128.7'], delay: 2100 } }, { argv: ['--timeout', '5'], resolvConf: PATIENT }),
  ],
  [
    'the first name server is silent',
    ['DNS_SERVER_FAILS'],
    { zones: { '127.0.0.54': { '*': 'SILENT' }, '127.0.0.53': ZONE } },
  ],
  [
    'private and public answers are mixed',
    ['PRIVATE_AND_PUBLIC', 'NOT_PRIVATE'],
    named({ 'dp.config.test': { a: ['20.50.1.8'] } }),
  ],
  [
    'a privatelink name leads to a public address',
    ['PRIVATELINK_IS_PUBLIC', 'PRIVATELINK_IS_PUBLIC'],
    named(
      {
        'gbl.his.arc.test': { a: ['20.50.1.7'], cname: 'gbl.privatelink.his.arc.test' },
        'dp.config.test': { a: ['20.50.1.8'], cname: 'dp.privatelink.config.test' },
      },
      { argv: ['--private-link'] },
    ),
  ],
  ['a name is private without Private Link', ['UNEXPECTEDLY_PRIVATE'], { argv: ['--no-private-link'] }],
  [
    'IPv6 of a private name is public',
    ['PUBLIC_IPV6'],
    named({ 'dp.config.test': { a: ['10.1.0.6'], aaaa: ['2603:1000::6'] } }),
  ],
  [
    'the virtual network has public space',
    ['PRIVATE_AND_PUBLIC', 'NEITHER_PRIVATE_NOR_TAGGED'],
    moved('dp.config.test', '198.18.0.6'),
  ],
  [
    'sign-in has a private address, where nothing answers',
    ['PRIVATE_INSTEAD_OF_TAG'],
    moved('login.test', '10.9.9.9', drop('10.9.9.9')),
  ],
  [
    'sign-in has the address of another service, which a rule allows',
    ['NOT_IN_ITS_TAG'],
    moved('login.test', '20.40.2.9'),
  ],
  ['IPv6 accepts TCP and is silent in TLS', ['TLS_CUT'], withIpv6(serving({ '2603:1000::7': 'mute' }))],
  ['the response comes after the time of a step', ['NO_RESPONSE'], atLogin({ wait: 1600 })],
  [
    'no rule is for the port',
    ['NO_RULE_ALLOWS'],
    { argv: ['--endpoint', 'login.test:8443'], commands: ['iptables -A OUTPUT -p tcp --dport 8443 -j DROP'] },
  ],
  ['only another tag has the address', ['NOT_IN_ITS_TAG'], moved('images.test', '13.107.246.9')],
  ['no tag has the address, and it is dropped', ['IN_NO_TAG'], moved('login.test', '20.99.0.1', drop('20.99.0.1'))],
  ['an allowed address is dropped', ['ALLOWED_BUT_DROPPED'], drop('20.190.128.7')],
  ['a private endpoint is dropped', ['PRIVATE_DROPPED'], drop('10.1.0.5')],
  ['a firewall rejects', ['CONNECTION_REFUSED'], rejectAt('20.190.128.7', 'tcp-reset')],
  [
    'there is no route',
    ['NO_ROUTE'],
    { commands: ['ip address del 20.190.128.7/32 dev lo', 'ip address del 20.40.2.7/32 dev lo'] },
  ],
  ['a firewall prohibits one host', ['DEVICE_REJECTS'], rejectAt('20.190.128.7', 'icmp-admin-prohibited')],
  [
    'the network of the private endpoints has no route',
    ['PRIVATE_NO_ROUTE'],
    rejectAt('10.1.0.0/24', 'icmp-net-unreachable'),
  ],
  ['IPv6 has no route', ['IPV6_NO_ROUTE'], withIpv6()],
  [
    'IPv6 is a black hole',
    ['IPV6_DROPPED'],
    withIpv6({
      ...serving({ '2603:1000::7': HEALTHY }),
      commands: ['ip6tables -A OUTPUT -d 2603:1000::7 -p tcp --dport 443 -j DROP'],
    }),
  ],
  ['a device inspects TLS', ['TLS_INSPECTED'], atLogin({ certificate: 'inspected' })],
  [
    'the inspecting device answers with a page',
    ['TLS_INSPECTED', 'BLOCK_PAGE'],
    atLogin({
      certificate: 'inspected',
      status: 403,
      headers: { 'content-type': 'text/html' },
      body: '<title>Blocked</title>',
    }),
  ],
  ["Microsoft's bridge is missing", ['CHAIN_INCOMPLETE'], atLogin({ certificate: 'withoutBridge' })],
  ['another machine answers', ['WRONG_CERTIFICATE'], atLogin({ certificate: 'wrong' })],
  ['TLS is cut', ['TLS_CUT'], atLogin('cut')],
  [
    'large packets are lost',
    ['LARGE_PACKETS_LOST'],
    { ...atLogin({ certificate: 'large' }), commands: SMALL_MTU, argv: ['--timeout', '2'] },
  ],
  [
    'the intermediate certificate is missing',
    ['INTERMEDIATE_MISSING'],
    atLogin({ certificate: 'withoutIntermediate' }),
  ],
  ['something else than TLS answers', ['NOT_TLS'], atLogin('plain')],
  ['TLS is too old', ['TLS_TOO_OLD'], atLogin('old')],
  ['nothing follows the handshake', ['NO_RESPONSE'], atLogin({ isMute: true })],
  ['the clock is off', ['CLOCK_OFF'], { date: '2031-01-01T00:00:00Z' }],
  ['a feature does not work with Private Link', ['FEATURE_WITHOUT_PRIVATE_LINK'], { argv: ['--features', 'connect'] }],
  ['the proxy carries everything', [], proxied({ hosts: PROXY_HOSTS })],
  ['the proxy carries private names', ['PRIVATE_THROUGH_PROXY'], { proxy: { hosts: PROXY_HOSTS }, env: VIA }],
  ['the proxy refuses', ['PROXY_REFUSES'], proxied({ status: 403 })],
  ['the proxy wants a password', ['PROXY_NEEDS_LOGIN'], proxied({ status: 407 })],
  [
    'the proxy asks for a password, and gets it',
    [],
    proxied({ hosts: PROXY_HOSTS, login: 'user:word', certificate: 'proxy' }, OVER_TLS),
  ],
  [
    'another machine answers in place of the proxy',
    ['PROXY_CERTIFICATE'],
    proxied({ hosts: PROXY_HOSTS, certificate: 'portal' }, OVER_TLS),
  ],
  [
    'the proxy takes no password in the URL',
    ['PROXY_NEEDS_LOGIN'],
    proxied({ status: 407, schemes: ['Negotiate', 'NTLM'] }),
  ],
  ['HTTPS_PROXY names a web server', ['NOT_A_PROXY'], proxied({ status: 405 })],
  [
    'HTTPS_PROXY names something that does not speak HTTP',
    ['NOT_A_PROXY'],
    proxied({ says: 'SSH-2.0-OpenSSH_9.9\r\n' }),
  ],
  [
    'HTTPS_PROXY has https for a proxy without TLS',
    ['NOT_A_PROXY'],
    proxied({ status: 400 }, { HTTPS_PROXY: 'https://10.9.0.1:3128' }),
  ],
  [
    'HTTPS_PROXY counts, and https_proxy beside it does not',
    ['PROXY_REFUSES'],
    proxied({ status: 403 }, { ...VIA, https_proxy: 'http://10.9.0.9:3128' }),
  ],
  [
    'an entry of NO_PROXY with a dot is not about the name itself',
    ['PRIVATE_THROUGH_PROXY'],
    proxied({ hosts: PROXY_HOSTS }, { ...VIA, NO_PROXY: '.his.arc.test,.dp.config.test' }),
  ],
  ['the handshake is silent', ['TLS_CUT'], atLogin('mute')],
  ['headers have no end', ['NO_RESPONSE'], atLogin({ isEndless: true })],
  ['the proxy is gone', ['PROXY_UNREACHABLE'], { env: { ...VIA, NO_PROXY: DIRECT } }],
  [
    'the API server goes through the proxy',
    ['CLUSTER_THROUGH_PROXY'],
    proxied({ hosts: PROXY_HOSTS }, { ...VIA, KUBERNETES_SERVICE_HOST: '10.96.0.1' }),
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
