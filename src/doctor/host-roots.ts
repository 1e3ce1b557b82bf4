import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as tls from 'node:tls'
import { throwDenial } from '../errors.ts'

// Where Go, and so the Arc agents, look for the authorities of a host: https://go.dev/src/crypto/x509/root_linux.go
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

/** True if an authority of this host, or of `files`, signed the last certificate of a chain, or is it. */
export function isTrustedHere(chain: readonly Buffer[], files: readonly string[]): boolean {
  const last = chain.at(-1)
  if (last === undefined) return false
  const known = authorities(files)
  try {
    const top = new X509Certificate(last)
    return known.some(
      (one) => one.fingerprint256 === top.fingerprint256 || (top.checkIssued(one) && top.verify(one.publicKey)),
    )
  } catch {
    return false
  }
}

function authorities(files: readonly string[]): X509Certificate[] {
  const texts = [...files, ...BUNDLES].flatMap(textOf)
  // Node 22.15 and later know the store of Windows and macOS.
  const { getCACertificates } = tls as { getCACertificates?: (kind: 'system') => string[] }
  const own = texts.flatMap((text) => text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [])
  return [...own, ...(getCACertificates?.('system') ?? [])].flatMap(certificateOf)
}

function textOf(file: string): string[] {
  try {
    return [readFileSync(file, 'utf8')]
  } catch (error) {
    throwDenial(error)
    return []
  }
}

function certificateOf(pem: string): X509Certificate[] {
  try {
    return [new X509Certificate(pem)]
  } catch {
    return []
  }
}
