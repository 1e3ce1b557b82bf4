import type { DoctorFinding } from '../../model/diagnosis.ts'
import { formatCount } from '../../model/text/numbers.ts'

/** What is wrong, and the command or setting that fixes it. */
export interface Advice {
  readonly what: string
  readonly fix: string
}

/** The sentences for a finding. Texts of the network in it are made safe where they are printed. */
export function adviceOf(finding: DoctorFinding): Advice {
  const hosts = listed(finding.hosts.map(withoutPort))
  const addresses = listed(finding.addresses)
  const are = finding.hosts.length === 1 ? 'is' : 'are'
  switch (finding.code) {
    case 'PROXY_UNREACHABLE':
      return {
        what: `the proxy ${finding.facts.proxy} of HTTPS_PROXY cannot be reached: ${finding.facts.reason}`,
        fix: 'Correct HTTPS_PROXY, or allow this host to reach the proxy.',
      }
    case 'PROXY_NEEDS_LOGIN':
      return {
        what: `the proxy ${finding.facts.proxy} asks for a user and a password (407)`,
        fix: 'Set HTTPS_PROXY to http://USER:PASSWORD@HOST:PORT, with % @ : / of the password as %25 %40 %3A %2F, and give the agents the same: az connectedk8s update --proxy-https URL.',
      }
    case 'PROXY_REFUSES':
      return {
        what: `the proxy ${finding.facts.proxy} does not connect to ${hosts}: status ${finding.facts.status}${finding.facts.status.startsWith('5') ? ', so the proxy itself cannot reach the host' : ''}`,
        fix: finding.facts.status.startsWith('5')
          ? "Check the proxy's own DNS and firewall; the rules of the policy belong on its way out."
          : `Allow CONNECT to ${hosts} on the proxy.`,
      }
    case 'DNS_FAILS':
      return {
        what: `${hosts} cannot be looked up: ${finding.facts.reason}${finding.facts.servers === '' ? '' : `, from ${finding.facts.servers}`}`,
        fix: 'Open UDP and TCP port 53 to the name servers, or correct the list of name servers of this host (/etc/resolv.conf; in a pod, the forwarders of CoreDNS).',
      }
    case 'CLOCK_OFF':
      return {
        what: `the clock of this host is ${formatCount(Number(finding.facts.seconds))} seconds ${finding.facts.direction}, so tokens are refused`,
        fix: 'Set the clock, and keep it with NTP: timedatectl set-ntp true (Windows: w32tm /resync).',
      }
    case 'PRIVATE_AND_PUBLIC':
      return {
        what: `private and public answers are mixed: ${hosts} ${are} public, but ${listed(finding.facts.private.split(', '))} ${finding.facts.private.includes(', ') ? 'are' : 'is'} private. Arc agents refuse the mixture (AZCM0026)`,
        fix: `With Private Link, make ${hosts} private too: link the private zone to the network that answers, and forward the name to it. Without, remove the private zones from the DNS that this host uses.`,
      }
    case 'PRIVATE_THROUGH_PROXY':
      return {
        what: `${hosts} ${finding.hosts.length === 1 ? 'goes' : 'go'} through the proxy ${finding.facts.proxy}, so the private endpoint is not used`,
        fix: `Add to NO_PROXY: ${finding.facts.entries} (az connectedk8s update --proxy-skip-range, azcmagent config set proxy.bypass Arc).`,
      }
    case 'PRIVATELINK_IS_PUBLIC':
      return {
        what: `${hosts} ${are} public (${addresses}), although the name passes a privatelink name: the private endpoint exists, but this DNS does not ask the private zone`,
        fix: `Forward ${finding.facts.zone} to a DNS forwarder or private resolver in the virtual network, which asks 168.63.129.16; and link the zone privatelink.${finding.facts.zone} to that network.`,
      }
    case 'NOT_PRIVATE':
      return notPrivate(hosts, addresses, are, finding.facts)
    case 'UNEXPECTEDLY_PRIVATE':
      return {
        what: `${hosts} ${are} private (${addresses}), although Private Link is not used. Agents without a Private Link scope refuse that (AZCM0026)`,
        fix: 'Remove the private zones from the DNS that this host uses, or connect the agents with the scope of that private endpoint.',
      }
    case 'DNS_DISAGREES':
      return {
        what: `the name servers of this host disagree about ${hosts}: ${finding.facts.answers}`,
        fix: 'Use only name servers that give the same answers: remove the other ones, or make them forward the name.',
      }
    case 'LOOKUP_DIFFERS':
      return finding.facts.searched === ''
        ? {
            what: `programs on this host do not get for ${hosts} what its name servers answer${addresses === '' ? '' : `, but ${addresses}`}`,
            fix: 'Remove the entry from /etc/hosts, and restart the local DNS cache.',
          }
        : {
            what: `the search list of this host finds ${finding.facts.searched} in place of ${hosts}: ${addresses}`,
            fix: 'Remove the wildcard from that domain, or the domain from the search list (in a pod: dnsConfig with ndots: 1).',
          }
    case 'DNS_FILTERED':
      return {
        what: `DNS answers ${addresses} for ${hosts}: a DNS filter blocks the name`,
        fix: `Allow ${hosts} in the DNS filter.`,
      }
    case 'NAME_UNKNOWN':
      return {
        what: `DNS does not know an address of ${hosts}${finding.facts.servers === '' ? '' : ` (asked: ${finding.facts.servers})`}`,
        fix: 'If a private zone on your DNS servers hides the name, add the record to the zone. If this network resolves no public names, forward them. Check --location if the name has a region in it.',
      }
    case 'PUBLIC_IPV6':
      return {
        what: `${hosts} ${are} private over IPv4, but public over IPv6 (${addresses}), and agents may prefer IPv6`,
        fix: 'Remove the AAAA records from the answers for the private zone, or turn IPv6 off on this host.',
      }
    case 'NO_RULE_ALLOWS':
      return {
        what: `${addresses} of ${hosts} ${finding.addresses.length === 1 ? 'is' : 'are'} only in ${finding.facts.tags}, which no rule of ${finding.facts.policy} allows on tcp ${finding.facts.port}${reached(finding.facts.isReached)}`,
        fix: `Add a rule for the tag to the policy: tags: [${finding.facts.tags.split(', ')[0]}], ports: [${finding.facts.port}]; then run "tagwall build" and load the rules.`,
      }
    case 'IN_NO_TAG':
      return inNoTag(hosts, addresses, finding.addresses.length, finding.facts)
    case 'ALLOWED_BUT_DROPPED':
      return {
        what: `rule ${finding.facts.rule} allows ${addresses} of ${hosts}, but nothing answers: the packets are dropped`,
        fix: `The firewall does not have the rules of ${finding.facts.published}, or another rule comes first: load them, and see what it runs with "tagwall audit VENDOR FILE".`,
      }
    case 'PRIVATE_DROPPED':
      return {
        what: `the private endpoint ${addresses} of ${hosts} does not answer: the packets are dropped`,
        fix: 'Check the VPN or ExpressRoute to its virtual network, the route back, and the network security group of its subnet: tcp 443 from this host.',
      }
    case 'CONNECTION_REFUSED':
      return {
        what: `the connection to ${addresses} of ${hosts} is refused at once${finding.facts.rule === '' ? '' : `, although rule ${finding.facts.rule} allows it`}`,
        fix: 'A firewall on the way or on this host rejects it: look for a REJECT rule, and load the rules of the policy ("tagwall audit VENDOR FILE" compares).',
      }
    case 'NO_ROUTE':
      return {
        what: `there is no route to ${addresses} of ${hosts} (${finding.facts.code})`,
        fix: 'Add a default route, or set HTTPS_PROXY if this network reaches the internet through a proxy only.',
      }
    case 'TLS_INSPECTED':
      return {
        what: `the certificate of ${hosts} is issued by ${quoted(finding.facts.issuer)}, which is not a public authority${finding.facts.trust === 'host' ? ', but this host trusts it' : ''}: a device inspects TLS`,
        fix: 'Exempt these hosts from inspection. Otherwise give the agents the certificate of the authority: az connectedk8s connect --proxy-cert FILE. The Arc gateway works without inspection only.',
      }
    case 'BLOCK_PAGE':
      return {
        what: `${hosts} ${are} answered by a device on the way, not by the service: status ${finding.facts.status}${finding.facts.title === '' ? '' : `, ${quoted(finding.facts.title)}`}`,
        fix: `Allow ${hosts} on the web filter or proxy.`,
      }
    case 'TLS_CUT':
      return {
        what: `${hosts} ${finding.hosts.length === 1 ? 'accepts' : 'accept'} TCP, but not TLS: ${finding.facts.reason}. A firewall that filters by name accepts the connection of a blocked host and cuts it here`,
        fix: `Allow ${hosts} by name on that firewall too; the rules by address are not enough there.`,
      }
    case 'NOT_TLS':
      return {
        what: `${hosts} ${finding.hosts.length === 1 ? 'does' : 'do'} not speak TLS: something else answers`,
        fix: 'Look for a captive portal or a transparent proxy that answers in plain HTTP, and allow the hosts there.',
      }
    case 'TLS_TOO_OLD':
      return {
        what: `only a TLS older than 1.2 is possible to ${hosts} (${finding.facts.code}): a device on the way downgrades it`,
        fix: 'Update that device, or exempt these hosts from inspection. The services accept TLS 1.2 and 1.3.',
      }
    case 'WRONG_CERTIFICATE':
      return {
        what: `the certificate of ${hosts} is for ${quoted(finding.facts.names)}, issued by ${quoted(finding.facts.issuer)}: another machine answers`,
        fix: 'Check DNS and /etc/hosts for a wrong address, and address translation on the way.',
      }
    case 'CERTIFICATE_DATES':
      return {
        what: `the certificate of ${hosts} is valid from ${finding.facts.from} to ${finding.facts.to}, and not by the clock of this host`,
        fix: 'Set the clock of this host. If it is right, a device on the way answers with an old certificate.',
      }
    case 'CHAIN_INCOMPLETE':
      return {
        what: `the certificate of ${hosts} ends at ${quoted(finding.facts.issuer)}, a new root of Microsoft, and the server does not send the bridge to an older one. Nothing is wrong with your network`,
        fix: 'Install the root certificates "Microsoft TLS RSA Root G2" and "Microsoft TLS ECC Root G2" on this host (update ca-certificates), or try again: other servers of the service send the bridge.',
      }
    case 'NO_RESPONSE':
      return {
        what: `${hosts} ${finding.hosts.length === 1 ? 'completes' : 'complete'} TLS, but ${finding.hosts.length === 1 ? 'gives' : 'give'} no HTTP response: ${finding.facts.reason}`,
        fix: 'Look for a device that cuts connections after the handshake, or a path that loses large packets (lower the MTU of the tunnel).',
      }
    case 'NEITHER_PRIVATE_NOR_TAGGED':
      return {
        what: `${addresses} of ${hosts} is neither private nor in ${finding.facts.expected} of ${finding.facts.published}`,
        fix: 'Nothing, if your virtual network uses public addresses of its own; otherwise run "tagwall update", and check the DNS zone.',
      }
    case 'DNS_SERVER_FAILS':
      return {
        what: `the name server ${finding.facts.servers} does not answer (${finding.facts.reason}), so each lookup may take seconds`,
        fix: 'Remove it from the name servers of this host, or open port 53 to it.',
      }
    case 'CLUSTER_THROUGH_PROXY':
      return {
        what: `the API server of this cluster, ${finding.facts.address}, goes through the proxy`,
        fix: `Add to NO_PROXY: ${finding.facts.address},.svc,.cluster.local and the service range of the cluster (az connectedk8s update --proxy-skip-range).`,
      }
    case 'IPV6_DROPPED':
      return {
        what: `${hosts} ${are} reached over IPv4, but packets over IPv6 are dropped, and programs wait for them first`,
        fix: 'Load the IPv6 rules of the policy too, or turn IPv6 off on this host.',
      }
    case 'NOT_CHECKED':
      return { what: `${hosts} ${are} not checked: the time was over`, fix: 'Run again with a smaller --timeout.' }
    case 'IPV6_NO_ROUTE':
      return {
        what: 'this host has no route for IPv6; IPv4 works',
        fix: 'Nothing: programs notice at once and use IPv4.',
      }
    case 'FEATURE_WITHOUT_PRIVATE_LINK':
      return {
        what: `${finding.facts.what} (${finding.facts.feature}) does not work with Private Link, so its endpoints do not count`,
        fix: 'Nothing, or connect the cluster without Private Link.',
      }
    default:
      return unreachable(finding)
  }
}

function notPrivate(
  hosts: string,
  addresses: string,
  are: string,
  { zone, isAsked, policy }: Extract<DoctorFinding, { code: 'NOT_PRIVATE' }>['facts'],
): Advice {
  const what = `${hosts} ${are} public (${addresses}), and no privatelink name is on the way: no private endpoint is known to this DNS`
  const link = `create the private endpoint of the Private Link scope, and forward ${zone} to its private zone (privatelink.${zone})`
  return isAsked === 'yes'
    ? { what, fix: `With Private Link, ${link}. Without, run with --no-private-link.` }
    : {
        what: `${what}; no rule of ${policy} allows the public addresses`,
        fix: `If this host uses Private Link, ${link}. If it does not, use the policy for that: --policy arc-kubernetes-public.`,
      }
}

function inNoTag(
  hosts: string,
  addresses: string,
  count: number,
  { expected, published, days, isWhole, isReached }: Extract<DoctorFinding, { code: 'IN_NO_TAG' }>['facts'],
): Advice {
  const is = count === 1 ? 'is' : 'are'
  const scope = isWhole === 'yes' ? '' : ', which keeps only the tags in use'
  const wanted = expected === '' ? '' : `; expected in ${expected}`
  return {
    what: `${addresses} of ${hosts} ${is} in no tag of the snapshot of ${published} (${days} ${days === '1' ? 'day' : 'days'} old)${scope}${wanted}${reached(isReached)}`,
    fix:
      expected === ''
        ? 'Find the tag with "tagwall lookup ADDRESS --from FILE" and a published document, and add a rule for it; or allow the host by name on the device.'
        : 'Run "tagwall update", and load the rules.',
  }
}

const reached = (isReached: 'yes' | 'no') => (isReached === 'yes' ? '; it works today through something else' : '')

const withoutPort = (name: string) => name.replace(/:443$/, '')

// More names than these help nobody; the lines above the findings have them all.
const MOST = 4

function listed(all: readonly string[]): string {
  const shown = all.slice(0, MOST)
  const more = all.length - shown.length
  if (more > 0) return `${shown.join(', ')} and ${more} more`
  const last = shown.pop() ?? ''
  return shown.length > 0 ? `${shown.join(', ')} and ${last}` : last
}

const quoted = (text: string) => JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}...` : text)

function unreachable(finding: never): never {
  throw new Error(`no sentence for ${JSON.stringify(finding)}`)
}
