import { spawnSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseObservations } from '../../src/doctor/observation-schema.ts'
import { doctorScript } from '../../src/doctor/script.ts'
import { folderWith, tagwall } from '../cli/harness.ts'
import { DOCUMENT, diagnosed, lines, POLICY, TABLE, TABLE_TEXT } from './harness.ts'

// The script runs in a real shell, with getent, nslookup and curl of the test's own, which print what the real ones print.

const NSLOOKUP = `#!/bin/sh
printf 'Server:\\t\\t%s\\nAddress:\\t%s#53\\n\\n' "$3" "$3"
case "$1:$2" in
  -type=a:gbl.his.arc.test.) printf 'gbl.his.arc.test\\tcanonical name = gbl.privatelink.his.arc.test.\\nName:\\tgbl.privatelink.his.arc.test\\nAddress: 10.1.0.5\\n' ;;
  -type=a:dp.config.test.) printf 'Name:\\tdp.config.test\\nAddress: 10.1.0.6\\n' ;;
  -type=a:login.test.) printf 'Name:\\tlogin.test\\nAddress: 20.190.128.7\\n' ;;
  -type=a:images.test.) printf '** server cannot find images.test: NXDOMAIN\\n' ;;
  *) printf '*** No answer\\n' ;;
esac
`
const GETENT = `#!/bin/sh
case "$2" in
  gbl.his.arc.test) echo '10.1.0.5 STREAM gbl'; echo '10.1.0.5 DGRAM' ;;
  dp.config.test) echo '10.1.0.6 STREAM dp' ;;
  login.test) echo '20.190.128.7 STREAM login' ;;
  *) exit 2 ;;
esac
`
const VERBOSE = `* SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384
*  subject: CN=%s
*  start date: Jan  1 00:00:00 2025 GMT
*  expire date: Jan  1 00:00:00 2027 GMT
*  issuer: C=US; O=DigiCert Inc; CN=DigiCert "$(id)" CA
< HTTP/2 404
< 
`
const CURL = `#!/bin/sh
for url; do :; done
case "$*" in
  *login.test*) printf 'curl: (28) Failed to connect: Connection timed out\\n' >&2; printf '\\nTAGWALL 000 000 0.000000 0.000000 0.000000 4.000000\\n'; exit 28 ;;
esac
case "$*" in *gbl*) ip=10.1.0.5 ;; *) ip=10.1.0.6 ;; esac
printf '${VERBOSE.replaceAll('\n', '\\n').replaceAll('"', '\\"')}' "$ip" >&2
printf 'HTTP/2 404\\r\\nDate: Wed, 26 Nov 2025 13:00:01 GMT\\r\\ncontent-type: text/html\\r\\n\\r\\n'
printf '\\nTAGWALL 000 404 0.006000 0.016000 0.051500 0.060000\\n'
`
const DATE = '#!/bin/sh\necho 2025-11-26T13:00:00Z\n'

const ENDPOINTS = TABLE.endpoints.filter(({ feature }) => feature === undefined)
const script = doctorScript({ endpoints: ENDPOINTS, timeout: 1.5, location: 'westeurope', features: ['connect'] })

/** The output of the script with these tools only, in a shell. */
function printed(tools: Readonly<Record<string, string>>, shell: string, env: NodeJS.ProcessEnv = {}): string {
  const folder = folderWith(Object.fromEntries(Object.entries(tools).map(([name, text]) => [`bin/${name}`, text])))
  for (const name of Object.keys(tools)) chmodSync(join(folder, 'bin', name), 0o755)
  const { stdout, stderr, status } = spawnSync(shell, ['-s'], {
    input: script,
    encoding: 'utf8',
    timeout: 100_000,
    env: { ...env, PATH: `${join(folder, 'bin')}:${process.env.PATH}` },
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout
}

const TOOLS = { nslookup: NSLOOKUP, getent: GETENT, curl: CURL, date: DATE }
const SHELLS = ['sh', 'bash', 'dash'].filter((shell) => spawnSync(shell, ['-c', 'true']).status === 0)

describe('the script', () => {
  test.for(SHELLS)('prints observations in %s', (shell) => {
    const seen = parseObservations(printed(TOOLS, shell), 'seen.json')
    expect(seen).toMatchObject({ made: '2025-11-26T13:00:00Z', location: 'westeurope', features: ['connect'] })
    const [gbl, , login, images] = seen.endpoints
    expect(gbl).toEqual({
      host: 'gbl.his.arc.test',
      port: 443,
      lookup: { addresses: ['10.1.0.5'], ms: expect.any(Number) },
      dns: seen.servers.map((server) => ({
        server,
        a: { addresses: ['10.1.0.5'] },
        aaaa: { addresses: [], error: 'ENODATA' },
        cnames: ['gbl.privatelink.his.arc.test'],
      })),
      tcp: [{ address: '10.1.0.5', result: 'open', ms: 6 }],
      tls: {
        address: '10.1.0.5',
        protocol: 'TLSv1.3',
        trust: 'public',
        chain: [
          {
            subject: '10.1.0.5',
            issuer: 'DigiCert (id) CA',
            by: 'DigiCert Inc',
            from: 'Jan  1 00:00:00 2025 GMT',
            to: 'Jan  1 00:00:00 2027 GMT',
          },
        ],
        ms: 10,
      },
      http: { status: 404, date: 'Wed, 26 Nov 2025 13:00:01 GMT', type: 'text/html', server: '', ms: 35 },
    })
    expect(login?.tcp).toEqual([{ address: '20.190.128.7', result: 'ETIMEDOUT' }])
    expect(images?.lookup).toEqual({ addresses: [], error: 'ENOTFOUND' })
    expect(lines(diagnosed(seen)).map((line) => line.split(':')[0])).toEqual([
      'NAME_UNKNOWN',
      'ALLOWED_BUT_DROPPED',
      'FEATURE_WITHOUT_PRIVATE_LINK',
    ])
  })

  test.for(SHELLS)('records all of a long NO_PROXY in %s', (shell) => {
    const NO_PROXY = [...Array.from({ length: 300 }, (_, index) => `host-${index}.corp.test`), '10.96.0.1'].join(',')
    const env = { HTTPS_PROXY: 'http://proxy.test:3128', NO_PROXY, KUBERNETES_SERVICE_HOST: '10.96.0.1' }
    const seen = parseObservations(printed(TOOLS, shell, env), 'seen.json')
    expect(seen).toMatchObject({ proxy: 'proxy.test:3128', noProxy: NO_PROXY, cluster: '10.96.0.1' })
    expect(lines(diagnosed(seen)).filter((line) => line.startsWith('CLUSTER_THROUGH_PROXY'))).toEqual([])
  })

  test('is printed by --script, and --read gives the verdicts on what it printed', async () => {
    const folder = folderWith({
      'tagwall.yaml': POLICY,
      'endpoints.json': TABLE_TEXT,
      'document.json': DOCUMENT,
      // As kubectl may frame it.
      'seen.json': `Defaulted container "a" out of: a, b\n${printed(TOOLS, 'sh')}`,
    })
    const argv = ['doctor', '--script', '--timeout', '1.5', '--location', 'West Europe', '--features', 'connect']
    const asked = await tagwall(folder, argv)
    expect(asked.code).toBe(0)
    expect(asked.out).toContain("\n  'login.test' 443 '/openid' \\\n")
    const read = await tagwall(folder, ['doctor', '--read', 'seen.json', '--snapshot', 'document.json'])
    expect(read).toMatchObject({ code: 1, err: '' })
    expect(read.out).toContain('1. NAME_UNKNOWN: ')
  })
})
