import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate authority made for this run, and a certificate of it for localhost. All PEM. */
export interface Certificates {
  readonly ca: string
  readonly cert: string
  readonly key: string
}

/** Undefined where there is no openssl command (3 or newer). */
export const CERTIFICATES: Certificates | undefined = makeCertificates()
export const WITHOUT_OPENSSL = 'no openssl command (3 or newer) to make a test CA with'

function makeCertificates(): Certificates | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'tagwall-ca-'))
  const openssl = (...argv: string[]) => execFileSync('openssl', argv, { cwd: folder, stdio: 'pipe' })
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  try {
    writeFileSync(join(folder, 'empty.cnf'), '[req]\ndistinguished_name=dn\n[dn]\n')
    const request = ['req', '-x509', '-config', 'empty.cnf', ...fresh]
    const extension = (text: string) => ['-addext', text]
    openssl(
      ...request,
      '-subj',
      '/CN=tagwall test CA',
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      ...extension('basicConstraints=critical,CA:TRUE'),
    )
    openssl(
      ...request,
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-subj',
      '/CN=localhost',
      '-keyout',
      'key.pem',
      '-out',
      'cert.pem',
      ...extension('basicConstraints=CA:FALSE'),
      ...extension('subjectAltName=DNS:localhost,IP:127.0.0.1'),
    )
    const read = (name: string) => readFileSync(join(folder, name), 'utf8')
    return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') }
  } catch {
    return undefined
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
