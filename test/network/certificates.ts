import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate, or several of a chain, and the key of the first. All PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** A certificate authority made for this run, and a certificate of it for localhost. All PEM. */
export interface Certificates extends Certificate {
  readonly ca: string
}

export interface Wish {
  readonly subject: string
  /** Whose key signs it; itself, if nobody's. */
  readonly by?: Certificate
  /** For a host; else an authority. */
  readonly names?: string
  readonly days?: number
  /** A key that there is already. */
  readonly key?: string
}

/** A certificate made to order. */
export function issue({ subject, by, names, days = 2, key }: Wish): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'tagwall-ca-'))
  const file = (name: string, text: string) => writeFileSync(join(folder, name), text)
  try {
    file('empty.cnf', '[req]\ndistinguished_name=dn\n[dn]\n')
    if (by) {
      file('ca.pem', by.cert)
      file('ca.key', by.key)
    }
    if (key) file('key.pem', key)
    const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'key.pem']
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-config', 'empty.cnf', '-days', String(days), '-subj', subject, '-out', 'cert.pem'],
        ...(key ? ['-key', 'key.pem'] : fresh),
        ...(by ? ['-CA', 'ca.pem', '-CAkey', 'ca.key'] : []),
        ...['-addext', names ? 'basicConstraints=CA:FALSE' : 'basicConstraints=critical,CA:TRUE'],
        ...(names ? ['-addext', `subjectAltName=${names}`] : []),
      ],
      { cwd: folder, stdio: 'pipe' },
    )
    return {
      cert: readFileSync(join(folder, 'cert.pem'), 'utf8'),
      key: readFileSync(join(folder, 'key.pem'), 'utf8'),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const LOCALHOST = 'DNS:localhost,IP:127.0.0.1,IP:127.0.0.2'

/** The authority that the tests trust. Undefined where there is no openssl command (3 or newer). */
export const AUTHORITY: Certificate | undefined = tried(() => issue({ subject: '/CN=tagwall test CA' }))
export const CERTIFICATES: Certificates | undefined =
  AUTHORITY &&
  tried(() => ({
    ca: AUTHORITY.cert,
    ...issue({ subject: '/CN=localhost', by: AUTHORITY, names: LOCALHOST }),
  }))
export const WITHOUT_OPENSSL = 'no openssl command (3 or newer) to make a test CA with'

/** A chain as download.microsoft.com has it since January 2026, and the bridge to an old root that some servers leave out. */
export function microsoft(kind: 'RSA' | 'ECC') {
  const subject = (name: string) => `/C=US/O=Microsoft Corporation/CN=${name}`
  const root = issue({ subject: subject(`Microsoft TLS ${kind} Root G2`) })
  const bridge = issue({
    subject: subject(`Microsoft TLS ${kind} Root G2`),
    by: AUTHORITY as Certificate,
    key: root.key,
  })
  const between = issue({ subject: subject(`Microsoft TLS G2 ${kind} CA OCSP 02`), by: root })
  const leaf = issue({ subject: subject('download.microsoft.com'), by: between, names: LOCALHOST })
  return {
    leaf,
    withoutBridge: { cert: leaf.cert + between.cert, key: leaf.key },
    whole: { cert: leaf.cert + between.cert + bridge.cert, key: leaf.key },
  }
}

function tried<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}
