import { DOCTOR_CODES, type DoctorCode } from '../../model/diagnosis.ts'
import type { Explanation } from '../../model/explanation.ts'

interface Help {
  /** One line. */
  readonly title: string
  readonly means: string
}

const PAGE = 'docs/doctor.md'
const PRIVATE_LINK = 'https://learn.microsoft.com/azure/azure-arc/kubernetes/private-link'
const ENDPOINTS = 'https://learn.microsoft.com/azure/azure-arc/kubernetes/network-requirements'

// Every code has a text, or this does not compile. What to do depends on the hosts, so doctor prints it.
const HELP: Readonly<Record<DoctorCode, Help>> = {
  PROXY_UNREACHABLE: {
    title: 'the proxy of HTTPS_PROXY cannot be reached',
    means:
      'Nothing that goes through the proxy works. Programs without a proxy setting may still work, if the firewall lets them out.',
  },
  PROXY_NEEDS_LOGIN: {
    title: 'the proxy asks for a user and a password',
    means:
      'The proxy answers CONNECT with status 407. Arc agents take user and password from the URL of the proxy; special characters must be percent-encoded.',
  },
  PROXY_REFUSES: {
    title: 'the proxy does not connect to a host',
    means:
      'The proxy answers CONNECT with a status other than 2xx. 403: its rules forbid the host. 502, 503 and 504: the proxy itself does not reach the host, so its own firewall needs the rules of the policy.',
  },
  DNS_FAILS: {
    title: 'the name servers do not answer',
    means:
      'The host asks its name servers and gets no answer, SERVFAIL or REFUSED. Whether the name exists is not known.',
  },
  NAME_UNKNOWN: {
    title: 'DNS does not know a name',
    means:
      'The name servers answer that the name does not exist, or that it has no address. A private DNS zone without the record hides the public name: such a zone answers for everything below it.',
  },
  DNS_FILTERED: {
    title: 'a DNS filter blocks a name',
    means: 'The answer is 0.0.0.0 or a loopback address, which DNS filters give for blocked names.',
  },
  LOOKUP_DIFFERS: {
    title: 'programs on this host get another answer than its name servers give',
    means:
      '/etc/hosts, a local cache, or the search list answers in place of the name servers. In a pod, names with fewer than five dots are first tried with each domain of the search list, and a wildcard record there answers for all of them.',
  },
  DNS_DISAGREES: {
    title: 'the name servers of this host disagree',
    means:
      'One server knows the private zone, and another does not. Which one is asked changes with every failure, so agents work for hours and then stop.',
  },
  DNS_SERVER_FAILS: {
    title: 'one of the name servers does not answer',
    means: 'The others answer, but programs ask the servers in order and wait for the silent one first.',
  },
  PRIVATE_AND_PUBLIC: {
    title: 'some names of Private Link are private, and some are public',
    means:
      'Arc agents refuse the mixture: "No indication of Private Link Scope but found private endpoint" (AZCM0026). Resources with and without Private Link cannot share a virtual network or a DNS zone.',
  },
  PRIVATELINK_IS_PUBLIC: {
    title: 'a privatelink name leads to a public address',
    means:
      'The public DNS leads the name to privatelink.ZONE, so a private endpoint exists somewhere. The private zone would answer with its address, but the name servers of this host do not ask it. Only 168.63.129.16, inside a virtual network that the zone is linked to, knows the zone.',
  },
  NOT_PRIVATE: {
    title: 'a name that Private Link should make private is public',
    means: 'No privatelink name is on the way to the address, so no private endpoint is known to this DNS.',
  },
  UNEXPECTEDLY_PRIVATE: {
    title: 'a name is private, although Private Link is not used',
    means:
      'A private zone answers on this network. Agents that are not connected through its Private Link scope refuse that (AZCM0026).',
  },
  PRIVATE_THROUGH_PROXY: {
    title: 'a name of Private Link goes through the proxy',
    means:
      'The proxy looks the name up itself, usually in public DNS, so the private endpoint is not used. NO_PROXY must list the domains. An entry that begins with a dot matches only what is below it.',
  },
  CLUSTER_THROUGH_PROXY: {
    title: 'the API server of the cluster goes through the proxy',
    means: 'In a pod, NO_PROXY must list the address of the API server, .svc, .cluster.local and the service range.',
  },
  PUBLIC_IPV6: {
    title: 'a private name has a public IPv6 address',
    means:
      'The private zone has no AAAA record, and the public one still answers. Programs that prefer IPv6 leave the private network.',
  },
  NEITHER_PRIVATE_NOR_TAGGED: {
    title: 'an address is neither private nor in the expected tag',
    means: 'A virtual network may use public addresses of its own, and then this is as it should be.',
  },
  NO_RULE_ALLOWS: {
    title: 'only a tag that no rule allows holds the address',
    means:
      'The firewall that this policy makes drops the connection. If it works today, something else lets it through.',
  },
  IN_NO_TAG: {
    title: 'no tag of the document holds the address',
    means:
      'Microsoft may have moved the service after the snapshot, the answer of DNS may be wrong, or the snapshot does not keep the tag, because no rule uses it.',
  },
  ALLOWED_BUT_DROPPED: {
    title: 'a rule allows the address, but nothing answers',
    means:
      'The policy is right, and the device is not: the rules were not loaded, they are older than the snapshot, or another rule comes first. "tagwall audit" compares what the device runs with the policy.',
  },
  PRIVATE_DROPPED: {
    title: 'a private endpoint does not answer',
    means:
      'The name is right. The path is not: VPN or ExpressRoute, a route back, or the network security group of the subnet.',
  },
  CONNECTION_REFUSED: {
    title: 'the connection is refused at once',
    means: 'The services do not refuse connections. A firewall that rejects, instead of dropping, does.',
  },
  NO_ROUTE: {
    title: 'this host has no route to the address',
    means:
      'The kernel or a router says so at once. A network that reaches the internet through a proxy only looks like this.',
  },
  IPV6_DROPPED: {
    title: 'IPv6 is dropped, and IPv4 works',
    means:
      'The host has a route for IPv6, but nothing answers. Programs that try IPv6 first wait before they use IPv4.',
  },
  IPV6_NO_ROUTE: {
    title: 'this host has no route for IPv6',
    means: 'Programs notice at once and use IPv4. This is information, not a problem.',
  },
  TLS_CUT: {
    title: 'the connection opens, but TLS does not',
    means:
      'A TCP connection alone proves nothing: firewalls that filter by name must accept it to see the name in the handshake, and cut it then.',
  },
  NOT_TLS: {
    title: 'something answers that does not speak TLS',
    means: 'A captive portal or a transparent proxy answers in plain text.',
  },
  TLS_TOO_OLD: {
    title: 'only an old version of TLS is possible',
    means: 'The services accept TLS 1.2 and 1.3. A device on the way does not.',
  },
  TLS_INSPECTED: {
    title: 'a device inspects TLS',
    means:
      'The certificate comes from a private authority. Agents trust it only if they are told to; a host that trusts it is not enough for agents in pods.',
  },
  WRONG_CERTIFICATE: {
    title: 'the certificate is for another name',
    means: 'A public authority issued it, but for another machine: the address is wrong.',
  },
  CERTIFICATE_DATES: {
    title: 'the certificate is not valid now',
    means: 'Either the clock of this host is wrong, or a device on the way answers with an old certificate.',
  },
  CHAIN_INCOMPLETE: {
    title: "Microsoft's chain of certificates lacks its bridge",
    means:
      'Since January 2026 some servers use new roots of Microsoft and omit the cross-certificate to an older root. Stores without the new roots cannot verify them.',
  },
  BLOCK_PAGE: {
    title: 'a device on the way answers in place of the service',
    means: 'Whoever answers cannot prove to be the service, and answers with a page, a redirect or an error.',
  },
  NO_RESPONSE: {
    title: 'TLS works, but no response comes',
    means:
      'The service proved who it is, so the packets after that are lost or cut: an inspecting device, or a path with a smaller MTU.',
  },
  CLOCK_OFF: {
    title: 'the clock of this host is off by more than five minutes',
    means:
      'Microsoft Entra ID refuses tokens that seem to be from the past or the future. The Date of the services is compared with the clock.',
  },
  NOT_CHECKED: {
    title: 'the time was over before an endpoint was checked',
    means:
      'Many endpoints failed slowly. The whole run is limited to about half a minute for each second of --timeout.',
  },
  FEATURE_WITHOUT_PRIVATE_LINK: {
    title: 'a feature does not work with Private Link',
    means: "Microsoft's page lists it as a limitation, so its endpoints are not needed.",
  },
}

export const DOCTOR_NAMES = Object.keys(DOCTOR_CODES) as DoctorCode[]

/** Explains one finding of `doctor`. */
export function doctorHelpOf(code: DoctorCode): Explanation {
  const { title, means } = HELP[code]
  return {
    kind: 'finding',
    name: code,
    title,
    paragraphs: [means, 'What to do depends on the host: "tagwall doctor" prints it below the finding.'],
    sources: [PAGE, /PRIVATE/.test(code) ? PRIVATE_LINK : ENDPOINTS],
  }
}
