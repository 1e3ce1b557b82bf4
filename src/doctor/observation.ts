/** The observations of `doctor` on one host: plain data, as JSON. Verdicts are made from it alone. */
export interface Observations {
  readonly format: 'tagwall-observations-1'
  /** When, by the clock of the host: YYYY-MM-DDTHH:MM:SSZ. */
  readonly made: string
  readonly location?: string | undefined
  readonly features?: readonly string[] | undefined
  /** The name servers of the host, in its order. */
  readonly servers: readonly string[]
  /** The search list of the resolver, and the dots that a name must have to be tried first as it is. */
  readonly search?: readonly string[] | undefined
  readonly ndots?: number | undefined
  /** HOST:PORT of the proxy in HTTPS_PROXY, without user and password. */
  readonly proxy?: string | undefined
  readonly noProxy?: string | undefined
  /** The address of the API server, in a pod. */
  readonly cluster?: string | undefined
  readonly endpoints: readonly EndpointObservation[]
}

/** The observations of one endpoint, layer by layer. A layer that was not reached is absent. */
export interface EndpointObservation {
  readonly host: string
  readonly port: number
  /**
   * The addresses that programs on this host get; absent if the system was not asked, because its first name server is silent.
   */
  readonly lookup?: Answer | undefined
  /** The answers of each name server for the name itself. */
  readonly dns?: readonly ServerAnswer[] | undefined
  /** Names completed from the search list that have addresses, although the name itself was meant. */
  readonly searched?: readonly { readonly name: string; readonly addresses: readonly string[] }[] | undefined
  /** The lines of the hosts file that have the name. */
  readonly hostsFile?: readonly HostsLine[] | undefined
  /** The answer of the proxy to CONNECT; absent without a proxy. */
  readonly proxy?: ProxyAnswer | undefined
  /** One connection to each address. */
  readonly tcp?: readonly Connection[] | undefined
  readonly tls?: Handshake | undefined
  readonly http?: Response | undefined
  /** The time of the whole run was over before this endpoint. */
  readonly skipped?: boolean | undefined
}

/** A line of the hosts file: its number, from 1, and its address. */
export interface HostsLine {
  readonly file: string
  readonly line: number
  readonly address: string
}

/** Addresses, or the code of the failure: ENOTFOUND, ENODATA, ETIMEOUT, ESERVFAIL, ... */
export interface Answer {
  readonly addresses: readonly string[]
  readonly error?: string | undefined
  /** The duration in milliseconds. */
  readonly ms?: number | undefined
}

export interface ServerAnswer {
  readonly server: string
  readonly a: Answer
  readonly aaaa: Answer
  /** The chain of canonical names, in order. */
  readonly cnames: readonly string[]
  /** The duration in milliseconds. */
  readonly ms?: number | undefined
}

export interface ProxyAnswer {
  /** The status of CONNECT. */
  readonly status?: number | undefined
  /** The proxy itself was not reached: the code. */
  readonly error?: string | undefined
}

export interface Connection {
  readonly address: string
  /** `open`, or the code of the failure. */
  readonly result: string
  /** The duration in milliseconds. */
  readonly ms?: number | undefined
}

export interface Handshake {
  /** Absent through a proxy. */
  readonly address?: string | undefined
  /** The handshake did not finish: the code. */
  readonly error?: string | undefined
  readonly protocol?: string | undefined
  /** The roots that verify the chain: the public ones, only those of this host, or none. */
  readonly trust?: 'public' | 'host' | 'none' | undefined
  /** The reason why the public roots do not verify it. */
  readonly problem?: string | undefined
  /** From the server's own certificate upwards. */
  readonly chain?: readonly SeenCertificate[] | undefined
  /** After a handshake without an answer: hellos of some sizes, and `answered` or the code of the failure. */
  readonly sizes?: readonly { readonly bytes: number; readonly result: string }[] | undefined
  /** The duration in milliseconds. */
  readonly ms?: number | undefined
}

export interface SeenCertificate {
  readonly subject: string
  readonly issuer: string
  /** The organization of the issuer. */
  readonly by?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** The names in it; of the server's own certificate only. */
  readonly names?: string | undefined
}

export interface Response {
  /** No response: the code. */
  readonly error?: string | undefined
  readonly status?: number | undefined
  readonly server?: string | undefined
  readonly date?: string | undefined
  readonly type?: string | undefined
  readonly location?: string | undefined
  readonly title?: string | undefined
  /** The duration in milliseconds. */
  readonly ms?: number | undefined
}
