import type { Endpoint } from './endpoint.ts'

/** The facts of each finding of `doctor`, by code. Texts, so that equal findings of several hosts become one. */
export interface DoctorFacts {
  PROXY_UNREACHABLE: { readonly proxy: string; readonly reason: string }
  PROXY_NEEDS_LOGIN: { readonly proxy: string }
  PROXY_REFUSES: { readonly proxy: string; readonly status: string }
  DNS_FAILS: { readonly servers: string; readonly reason: string }
  NAME_UNKNOWN: { readonly servers: string }
  DNS_FILTERED: Record<never, never>
  LOOKUP_DIFFERS: { readonly searched: string }
  DNS_DISAGREES: { readonly answers: string }
  PRIVATE_AND_PUBLIC: { readonly private: string }
  PRIVATELINK_IS_PUBLIC: { readonly zone: string }
  /** `isAsked`: with --private-link, or because the other names are private; otherwise the policy only suggests it. */
  NOT_PRIVATE: { readonly zone: string; readonly isAsked: 'yes' | 'no'; readonly policy: string }
  UNEXPECTEDLY_PRIVATE: Record<never, never>
  PRIVATE_THROUGH_PROXY: { readonly entries: string; readonly proxy: string }
  PUBLIC_IPV6: Record<never, never>
  NO_RULE_ALLOWS: { readonly tags: string; readonly port: string; readonly policy: string; readonly isReached: YesNo }
  IN_NO_TAG: {
    readonly expected: string
    readonly published: string
    readonly days: string
    readonly isWhole: YesNo
    readonly isReached: YesNo
  }
  ALLOWED_BUT_DROPPED: { readonly rule: string; readonly published: string }
  PRIVATE_DROPPED: Record<never, never>
  CONNECTION_REFUSED: { readonly rule: string }
  NO_ROUTE: { readonly code: string }
  TLS_CUT: { readonly reason: string }
  NOT_TLS: Record<never, never>
  TLS_TOO_OLD: { readonly code: string }
  TLS_INSPECTED: { readonly issuer: string; readonly trust: 'host' | 'none' }
  WRONG_CERTIFICATE: { readonly names: string; readonly issuer: string }
  CERTIFICATE_DATES: { readonly from: string; readonly to: string }
  CHAIN_INCOMPLETE: { readonly issuer: string }
  BLOCK_PAGE: { readonly status: string; readonly title: string }
  NO_RESPONSE: { readonly reason: string }
  CLOCK_OFF: { readonly seconds: string; readonly direction: 'fast' | 'slow' }
  NEITHER_PRIVATE_NOR_TAGGED: { readonly expected: string; readonly published: string }
  DNS_SERVER_FAILS: { readonly servers: string; readonly reason: string }
  CLUSTER_THROUGH_PROXY: { readonly address: string }
  IPV6_DROPPED: Record<never, never>
  NOT_CHECKED: Record<never, never>
  IPV6_NO_ROUTE: Record<never, never>
  FEATURE_WITHOUT_PRIVATE_LINK: { readonly feature: string; readonly what: string }
}

type YesNo = 'yes' | 'no'
export type DoctorCode = keyof DoctorFacts
export type DoctorSeverity = 'error' | 'warning' | 'info'

/** Every code, in the order of what to fix first: how bad it is, and the layer that it is about. */
export const DOCTOR_CODES = {
  PROXY_UNREACHABLE: ['error', 'proxy'],
  PROXY_NEEDS_LOGIN: ['error', 'proxy'],
  DNS_FAILS: ['error', 'DNS'],
  CLOCK_OFF: ['error', undefined],
  PRIVATE_AND_PUBLIC: ['error', undefined],
  PRIVATE_THROUGH_PROXY: ['error', 'proxy'],
  PRIVATELINK_IS_PUBLIC: ['error', 'address'],
  NOT_PRIVATE: ['error', 'address'],
  UNEXPECTEDLY_PRIVATE: ['error', 'address'],
  DNS_DISAGREES: ['error', 'DNS'],
  LOOKUP_DIFFERS: ['error', 'DNS'],
  DNS_FILTERED: ['error', 'DNS'],
  NAME_UNKNOWN: ['error', 'DNS'],
  PUBLIC_IPV6: ['error', 'address'],
  PROXY_REFUSES: ['error', 'proxy'],
  NO_RULE_ALLOWS: ['error', 'address'],
  IN_NO_TAG: ['error', 'address'],
  ALLOWED_BUT_DROPPED: ['error', 'TCP'],
  PRIVATE_DROPPED: ['error', 'TCP'],
  CONNECTION_REFUSED: ['error', 'TCP'],
  NO_ROUTE: ['error', 'TCP'],
  TLS_INSPECTED: ['error', 'TLS'],
  BLOCK_PAGE: ['error', 'HTTP'],
  TLS_CUT: ['error', 'TLS'],
  NOT_TLS: ['error', 'TLS'],
  TLS_TOO_OLD: ['error', 'TLS'],
  WRONG_CERTIFICATE: ['error', 'TLS'],
  CERTIFICATE_DATES: ['error', 'TLS'],
  CHAIN_INCOMPLETE: ['error', 'TLS'],
  NO_RESPONSE: ['error', 'HTTP'],
  NEITHER_PRIVATE_NOR_TAGGED: ['warning', 'address'],
  DNS_SERVER_FAILS: ['warning', undefined],
  CLUSTER_THROUGH_PROXY: ['warning', undefined],
  IPV6_DROPPED: ['warning', 'TCP'],
  NOT_CHECKED: ['warning', undefined],
  IPV6_NO_ROUTE: ['info', undefined],
  FEATURE_WITHOUT_PRIVATE_LINK: ['info', undefined],
} as const satisfies Record<DoctorCode, readonly [DoctorSeverity, Layer | undefined]>

/** A reported problem of one or several hosts: facts only. The sentence comes last. */
export type DoctorFinding = {
  [Code in DoctorCode]: {
    readonly code: Code
    readonly facts: DoctorFacts[Code]
    /** HOST:PORT of each endpoint; empty if it is about the whole host. */
    readonly hosts: readonly string[]
    readonly addresses: readonly string[]
  }
}[DoctorCode]

/** What works although the policy does not say so is a warning. */
export function severityOf(finding: DoctorFinding): DoctorSeverity {
  const isReached = 'isReached' in finding.facts && finding.facts.isReached === 'yes'
  return isReached ? 'warning' : DOCTOR_CODES[finding.code][0]
}

export const LAYERS = ['proxy', 'DNS', 'address', 'TCP', 'TLS', 'HTTP'] as const
export type Layer = (typeof LAYERS)[number]

/** The state of one endpoint. */
export interface EndpointVerdict {
  readonly endpoint: Endpoint
  readonly state: 'fails' | 'check' | 'works' | 'not needed' | 'not checked'
  /** The first layer with a problem. */
  readonly layer: Layer | undefined
  readonly addresses: readonly AddressVerdict[]
  readonly isProxied: boolean
  readonly tls: { readonly protocol: string; readonly issuer: string } | undefined
  readonly status: number | undefined
  /** The codes of its findings, worst first. */
  readonly codes: readonly DoctorCode[]
}

/** Who holds an address, and what allows it. */
export interface AddressVerdict {
  readonly address: string
  readonly isPrivate: boolean
  /** The rules that allow it on the port. */
  readonly rules: readonly string[]
  /** The tags of the document that hold it. */
  readonly tags: readonly string[]
  /** `open`, or the code of the failure; undefined if it was not tried. */
  readonly result: string | undefined
}

export interface Diagnosis {
  readonly privateLink: PrivateLink
  readonly endpoints: readonly EndpointVerdict[]
  /** In the order of what to fix first. */
  readonly findings: readonly DoctorFinding[]
}

/** Whether Private Link is in use, and how that was decided. */
export interface PrivateLink {
  readonly isUsed: boolean
  readonly because: 'asked' | 'answer' | 'nothing private'
  readonly host: string | undefined
  readonly address: string | undefined
}
