import { isNewRoot } from '../../document/download/connect.ts'
import { groupsOf } from '../../model/group-by.ts'
import { formatCount } from '../../text/numbers.ts'
import { isIPv6 } from '../address-class.ts'
import type { SeenCertificate } from '../observation-schema.ts'
import { areDifferentServices, at, eachOf, failing, quoted, reasonOf } from '../verdict.ts'

/** Anything but silence shows that the packet arrived. */
const ANSWERS = ['answered', 'CLOSED', 'ECONNRESET']

/** The organizations whose authorities issue the certificates of Azure: https://learn.microsoft.com/azure/security/fundamentals/azure-ca-details */
const AUTHORITIES = /^(?:Microsoft Corporation|DigiCert,? Inc|GlobalSign nv-sa|Entrust, Inc)\.?$/

const failure = failing('TLS', 'layer')

/** Asks about each handshake that was tried. */
const eachHandshake = eachOf(({ seen: { tls, tls6 } }) => [tls, tls6])

/** Handshakes. In order of evaluation. */
export const TLS = {
  TLS_TOO_OLD: failure<'code'>({
    find: eachHandshake(({ error = '', protocol = '' }) => {
      if (/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION/.test(error)) return { code: error }
      return protocol === 'TLSv1' || protocol === 'TLSv1.1' ? { code: protocol } : undefined
    }),
    what: ({ hosts, facts }) =>
      `only a TLS older than 1.2 is possible to ${hosts} (${facts.code}): a device on the way downgrades it`,
    fix: 'Update that device, or exempt these hosts from inspection. The services accept TLS 1.2 and 1.3.',
    title: 'only an old version of TLS is possible',
    means: 'The services accept TLS 1.2 and 1.3. A device on the way does not.',
  }),
  NOT_TLS: failure({
    find: eachHandshake(({ error = '' }) =>
      /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/.test(error) ? {} : undefined,
    ),
    what: ({ hosts, verb }) => `${hosts} ${verb('does', 'do')} not speak TLS: something else answers`,
    fix: 'Look for a captive portal or a transparent proxy that answers in plain HTTP, and allow the hosts there.',
    title: 'something answers that does not speak TLS',
    means: 'A captive portal or a transparent proxy answers in plain text.',
  }),
  LARGE_PACKETS_LOST: failure<'passed' | 'lost'>({
    find: eachHandshake(({ error, sizes = [] }) => {
      const passed = sizes.filter(({ result }) => ANSWERS.includes(result)).map(({ bytes }) => bytes)
      if (error !== 'ETIMEDOUT' || passed.length === 0) return undefined
      const most = Math.max(...passed)
      const lost = sizes.map(({ bytes }) => bytes).filter((bytes) => bytes > most)
      return { passed: String(most), lost: lost.length === 0 ? '' : String(Math.min(...lost)) }
    }),
    what: ({ hosts, verb, facts: { passed, lost } }) =>
      `${hosts} ${verb('answers', 'answer')} small packets, but large packets are lost: a message of ${bytesText(passed)} is answered, ${lost === '' ? 'the whole handshake' : `one of ${bytesText(lost)}`} is not. The path has a smaller MTU than the hosts at its ends believe`,
    fix: ({ facts: { passed, lost } }) =>
      `Turn on MSS clamping at the VPN gateway or firewall${lost === '' ? '' : ` (an MSS of ${bytesText(passed)} is certain to pass)`}, or lower the MTU of the tunnel, and let the ICMP message "fragmentation needed" (type 3, code 4) through.`,
    examples: { '': { lost: '' } },
    title: 'large packets are lost on the way',
    means:
      'Connections open, because their first packets are small, and hang with the first large packet, usually in the TLS handshake. A tunnel on the way takes smaller packets than the network before it, and a firewall drops the ICMP messages that would say so. A firewall that filters by name drops small packets with the name too. Some old firewalls drop only long TLS hellos, as new programs send them.',
  }),
  TLS_CUT: failure<'reason' | 'over'>({
    find: eachHandshake(({ error, address = '' }) =>
      error === undefined ? undefined : { reason: reasonOf(error), over: isIPv6(address) ? ' over IPv6' : '' },
    ),
    what: ({ hosts, verb, facts: { reason, over } }) =>
      `${hosts} ${verb('accepts', 'accept')} TCP${over}, but not TLS: ${reason}. A firewall that filters by name accepts the connection of a blocked host and cuts it here`,
    fix: ({ hosts, facts: { over } }) =>
      `Allow ${hosts} by name on that firewall too; the rules by address are not enough there.${over === '' ? '' : ' If only IPv6 fails, turning it off on this host helps too.'}`,
    examples: { '': { over: ' over IPv6' } },
    title: 'the connection opens, but TLS does not',
    means:
      'A TCP connection alone proves nothing: firewalls that filter by name must accept it to see the name in the handshake, and cut it then.',
  }),
  ONE_CERTIFICATE: failure<'subject' | 'issuer' | 'is511'>({
    settles: 'endpoint',
    find({ cases }) {
      const strangers = cases.flatMap((one) => {
        const [own] = one.seen.tls?.chain ?? []
        if (own === undefined || one.seen.tls?.trust === 'public' || isFor(own, one.endpoint.host)) return []
        return [{ one, own }]
      })
      const groups = groupsOf(strangers, ({ own }) => JSON.stringify([own.subject, own.issuer, own.from, own.to]))
      return groups.flatMap((same) => {
        const [{ own }] = same
        const some = same.map(({ one }) => one)
        if (!areDifferentServices(some)) return []
        const is511 = some.some(({ seen }) => seen.http?.status === 511) ? 'yes' : 'no'
        return [at(some, { subject: own.subject, issuer: own.issuer, is511 })]
      })
    },
    what: ({ hosts, facts: { subject, issuer, is511 } }) =>
      `${hosts} show the same certificate, for ${quoted(subject)}, issued by ${quoted(issuer)}: one machine answers in place of the services, such as a captive portal${is511 === 'yes' ? ' (it asks for a sign-in: status 511)' : ''}. It does not inspect TLS`,
    fix: 'If this network has a captive portal, sign in with a browser, or have this host exempted from the portal. Otherwise look for address translation on the way that leads the connections to this machine. Do not trust its certificate.',
    title: 'one certificate answers for names of different services',
    means:
      'A device that inspects TLS makes a certificate for each name. One certificate for all names is that of another machine, to which the network leads all connections: a captive portal, or a page about a block.',
  }),
  CERTIFICATE_DATES: failure<'from' | 'to'>({
    find: eachHandshake(({ trust, problem = '', chain: [own] = [] }) =>
      trust !== 'public' && /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/.test(problem)
        ? { from: own?.from ?? '', to: own?.to ?? '' }
        : undefined,
    ),
    what: ({ hosts, facts }) =>
      `the certificate of ${hosts} is valid from ${facts.from} to ${facts.to}, and not by the clock of this host`,
    fix: 'Set the clock of this host. If it is right, a device on the way answers with an old certificate.',
    title: 'the certificate is not valid now',
    means: 'Either the clock of this host is wrong, or a device on the way answers with an old certificate.',
  }),
  WRONG_CERTIFICATE: failure<'names' | 'issuer'>({
    find: eachHandshake(({ problem, chain = [] }) =>
      problem === 'ERR_TLS_CERT_ALTNAME_INVALID'
        ? { names: chain[0]?.names ?? '', issuer: chain.at(-1)?.issuer ?? '' }
        : undefined,
    ),
    what: ({ hosts, facts }) =>
      `the certificate of ${hosts} is for ${quoted(facts.names)}, issued by ${quoted(facts.issuer)}: another machine answers`,
    fix: 'Check DNS and /etc/hosts for a wrong address, and address translation on the way.',
    title: 'the certificate is for another name',
    means: 'A public authority issued it, but for another machine: the address is wrong.',
  }),
  CHAIN_INCOMPLETE: failure<'issuer'>({
    find: eachHandshake(({ trust, chain = [] }) => {
      const { by, issuer = '' } = chain.at(-1) ?? {}
      return trust !== 'public' && isNewRoot(by, issuer) ? { issuer } : undefined
    }),
    what: ({ hosts, facts }) =>
      `the certificate of ${hosts} ends at ${quoted(facts.issuer)}, a new root of Microsoft, and the server does not send the bridge to an older one. Nothing is wrong with your network`,
    fix: 'Install the root certificates "Microsoft TLS RSA Root G2" and "Microsoft TLS ECC Root G2" on this host (update ca-certificates), or try again: other servers of the service send the bridge.',
    title: "Microsoft's chain of certificates lacks its bridge",
    means:
      'Since January 2026 some servers use new roots of Microsoft and omit the cross-certificate to an older root. Stores without the new roots cannot verify them.',
  }),
  INTERMEDIATE_MISSING: failure<'issuer'>({
    find: eachHandshake(({ trust, problem = '', chain = [] }) => {
      const { by = '', issuer = '' } = chain.at(-1) ?? {}
      const isUnknown = /UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT/.test(problem)
      return trust !== 'public' && isUnknown && AUTHORITIES.test(by) ? { issuer } : undefined
    }),
    what: ({ hosts, facts }) =>
      `the certificate of ${hosts} is issued by ${quoted(facts.issuer)}, a public authority, but the certificate of that authority is missing: the server does not send it, or this host does not know its root`,
    fix: 'Update the root certificates of this host (ca-certificates). If the server omits the intermediate certificate, try again: other servers of the service send it. Install no certificate that a device on the way offers.',
    title: 'an intermediate certificate is missing',
    means:
      'A server must send its certificate and those up to a root that the host knows. Without one of them the certificate cannot be verified, although a public authority issued it. That is not inspection.',
  }),
  TLS_INSPECTED: failure<'issuer' | 'trust'>({
    find: eachHandshake(({ trust, chain = [] }) =>
      trust === 'public'
        ? undefined
        : { issuer: chain.at(-1)?.issuer ?? '', trust: trust === 'host' ? 'host' : 'none' },
    ),
    what: ({ hosts, facts }) =>
      `the certificate of ${hosts} is issued by ${quoted(facts.issuer)}, which is not a public authority${facts.trust === 'host' ? ', but this host trusts it' : ''}: a device inspects TLS`,
    fix: 'Exempt these hosts from inspection. Otherwise give the agents the certificate of the authority: az connectedk8s connect --proxy-cert FILE. The Arc gateway works without inspection only.',
    title: 'a device inspects TLS',
    means:
      'The certificate comes from a private authority. Agents trust it only if they are told to; a host that trusts it is not enough for agents in pods.',
  }),
}

/** True if a certificate has the name of a host. A record of the script has its subject only. */
function isFor({ subject, names }: SeenCertificate, host: string): boolean {
  const all = names ? [...names.matchAll(/DNS:([^,\s]+)/g)].map(([, name = '']) => name) : [subject]
  return all.some((name) => name === host || (name.startsWith('*.') && host.replace(/^[^.]*/, '*') === name))
}

const bytesText = (text: string) => `${formatCount(Number(text))} bytes`
