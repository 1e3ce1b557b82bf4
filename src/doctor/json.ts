import type { FindingJson } from '../finding/finding.ts'
import { labelOf } from '../model/delta.ts'
import { type EndpointVerdict, tlsOf } from './diagnose.ts'
import { adviceOf, type DoctorFinding, severityOf } from './findings.ts'
import type { DoctorReport } from './text.ts'

/** A diagnosis with its observations, which `doctor --read` reads again. */
export function doctorJson({ diagnosis, seen, policy, document, withoutLocation }: DoctorReport) {
  const { privateLink, endpoints, findings } = diagnosis
  return {
    policy,
    document: labelOf(document),
    privateLink: { used: privateLink.isUsed, because: privateLink.because, host: privateLink.host ?? null },
    findings: findings.map(findingJson),
    endpoints: endpoints.map(endpointJson),
    withoutLocation,
    observations: seen,
  }
}

function findingJson(finding: DoctorFinding): FindingJson {
  const { what, fix } = adviceOf(finding)
  const { code, hosts, addresses, facts } = finding
  return { code, severity: severityOf(finding), message: what, fix, facts: { hosts, addresses, ...facts } }
}

function endpointJson(verdict: EndpointVerdict) {
  const { endpoint, state, layer, addresses, seen, codes } = verdict
  return {
    host: endpoint.host,
    port: endpoint.port,
    purpose: endpoint.purpose,
    state,
    layer: layer ?? null,
    codes,
    proxied: seen.proxy !== undefined,
    answers: addresses.map(({ address, isPrivate, rules, tags, result }) => ({
      address,
      private: isPrivate,
      rules,
      tags,
      result: result ?? null,
    })),
    tls: tlsOf(verdict) ?? null,
    status: seen.http?.status ?? null,
  }
}
