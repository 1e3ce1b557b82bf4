import { groupsOf } from '../../model/group-by.ts'
import { byCodeUnit } from '../../text/numbers.ts'
import { expectedHolderOf } from '../case-addresses.ts'
import { addressesOf, dnsReasonOf, isAnswer, isErrorAnswer, isFailure, kindOf, kindText } from '../dns-answers.ts'
import {
  type AddressVerdict,
  areDifferentServices,
  at,
  atHost,
  type Case,
  type Context,
  each,
  failing,
  listed,
  verdict,
} from '../verdict.ts'

const PINNED_EXAMPLES = {
  'A name of Private Link': { lines: 'line N of /etc/hosts', isPrivateName: 'yes' },
  'Any other name': { lines: 'line N of /etc/hosts', isPrivateName: 'no' },
}

const failure = failing('DNS', 'endpoint')

/** The addresses of names. In order of evaluation. */
export const DNS = {
  DNS_SERVER_FAILS: verdict<'servers' | 'reason'>({
    severity: 'warning',
    /** Name servers that answer nothing, while others do: each lookup may wait for them. */
    find({ seen: { endpoints } }) {
      const answers = endpoints.flatMap(({ dns = [] }) => dns)
      const names = [...new Set(answers.map(({ server }) => server))]
      const isSilent = (error?: string) => isFailure(error) && !isErrorAnswer(error)
      const silent = names.filter((name) => answers.every(({ server, a }) => server !== name || isSilent(a.error)))
      if (silent.length === 0 || silent.length === names.length) return []
      const reason = answers.find(({ server }) => server === silent[0])?.a.error ?? ''
      return [atHost({ servers: silent.join(', '), reason: dnsReasonOf(reason) })]
    },
    what: ({ facts }) =>
      `the name server ${facts.servers} does not answer (${facts.reason}), so each lookup may take seconds`,
    fix: 'Remove it from the name servers of this host, or open port 53 to it.',
    title: 'one of the name servers does not answer',
    means: 'The others answer, but programs ask the servers in order and wait for the silent one first.',
  }),
  DNS_SERVER_ERROR: verdict<'server' | 'reason'>({
    severity: 'warning',
    /** Errors of one name server about names that another one answers. */
    find: each((one) => {
      const { dns = [] } = one.seen
      if (!dns.some(isAnswer)) return undefined
      return dns
        .filter(({ a }) => isErrorAnswer(a.error))
        .map(({ server, a }) => at(one, { server, reason: dnsReasonOf(a.error ?? '') }))
    }),
    what: ({ hosts, facts: { server, reason } }) =>
      `the name server ${server} answers ${reason} for ${hosts}, which another name server of this host resolves`,
    fix: ({ facts: { server } }) =>
      `Correct the forwarders of ${server}, or remove it from the name servers of this host. Whenever the other one does not answer in time, ${server} is asked, and the name fails.`,
    examples: { '': { server: 'SERVER' } },
    title: 'one of the name servers answers a name with an error',
    means:
      'Another name server of this host resolves the name. Programs ask the servers in order, and the next one if one does not answer, so the name fails from time to time.',
  }),
  SEARCH_LIST_ANSWERS: failure<'domain' | 'ndots'>({
    find({ cases, seen: { ndots } }) {
      return cases.flatMap((one) => {
        const { host, dns = [], searched } = one.seen
        const isGiven = (address: string) => one.addresses.some((own) => own.address === address)
        const instead = searched?.find(({ addresses }) => addresses.some(isGiven))
        if (instead === undefined || dns.some((server) => addressesOf(server).some(isGiven))) return []
        return [at(one, { domain: instead.name.slice(host.length + 1), ndots: String(ndots ?? 1) }, one.addresses)]
      })
    },
    what: ({ hosts, addresses, verb, facts: { domain, ndots } }) =>
      `the search list of this host finds ${hosts} below ${domain} (${addresses}), in place of the ${verb('name itself', 'names themselves')}: ndots is ${ndots}, and a name with fewer dots is first tried below ${domain}`,
    fix: ({ facts: { domain } }) =>
      `Remove the wildcard record from ${domain}, or ${domain} from the search list, or set ndots to 1 in /etc/resolv.conf (in a pod: dnsConfig).`,
    examples: { '': { domain: 'DOMAIN' } },
    title: 'the search list answers in place of a name',
    means:
      'Names with fewer dots than ndots are first tried with each domain of the search list; in a pod, these are names with fewer than five dots. A wildcard record in such a domain answers for all of them.',
  }),
  CAPTIVE_PORTAL: failure<'address'>({
    find(context) {
      const unproved = context.cases.filter(
        ({ seen, addresses }) => seen.tls?.trust !== 'public' && addresses.length === 1,
      )
      return groupsOf(unproved, ({ addresses: [only] }) => only?.address ?? '').flatMap((some) => {
        const strangers = some.filter((one) => one.addresses.every((its) => expectedHolderOf(one, its) === undefined))
        const [{ addresses }] = some
        const [address = ''] = addresses.map((only) => only.address)
        // Private endpoints may share the address of a forwarder, and another verdict covers a DNS filter.
        const isUsual = strangers.every(({ zone }) => zone !== undefined) || context.classOf(address) === 'nowhere'
        return areDifferentServices(strangers) && !isUsual ? [at(some, { address }, addresses)] : []
      })
    },
    what: ({ hosts, facts }) =>
      `DNS answers ${facts.address} for ${hosts}: the services do not share an address, so a captive portal or a DNS filter answers`,
    fix: 'If this network has a captive portal, sign in with a browser, or have this host exempted from the portal. Otherwise use the name servers of your organization, or allow the names in the DNS filter.',
    title: 'one address answers for names of different services',
    means:
      'A captive portal answers every name with its own address until somebody signs in. Some DNS filters answer with the address of a page about the block.',
  }),
  HOSTS_FILE_WRONG: failure<'lines' | 'answers' | 'isPrivateName'>({
    find: each((one, context) => (isWrong(one) ? pinned(one, context) : undefined)),
    what: ({ hosts, addresses, facts: { lines, answers } }) =>
      `${lines} gives ${hosts} the address ${addresses}, where the service does not answer; the name servers answer ${answers}`,
    fix: ({ hosts, facts: { lines, isPrivateName } }) =>
      isPrivateName === 'yes'
        ? `Correct the address of ${hosts} in ${lines}: the DNS configuration of the private endpoint shows it in the Azure portal. Do not remove the name: without a private zone it would become public.`
        : `Remove ${hosts} from ${lines}.`,
    examples: PINNED_EXAMPLES,
    title: 'a line of the hosts file has a wrong address',
    means:
      'Programs take the address of a name from the hosts file and do not ask the name servers. The line has another address than the name servers give, and the service does not answer there.',
  }),
  DNS_DISAGREES: failure<'answers' | 'example'>({
    find(context) {
      const sides = context.cases.flatMap((one) => {
        const answers = (one.seen.dns ?? []).filter(isAnswer)
        const kinds = groupsOf(answers, (answer) => kindOf(answer, context))
        if (kinds.length < 2) return []
        // Equal sides for several names have one cause.
        const servers = kinds.map((same) => same.map(({ server }) => server).join(', '))
        const texts = answers.map((answer) => `${answer.server} ${kindText(answer, context)}`)
        return [{ side: servers.toSorted(byCodeUnit).join(' | '), one, answers: texts.join('; ') }]
      })
      return groupsOf(sides, ({ side }) => side).flatMap((same) => {
        const [first] = same
        const facts = { answers: first.answers, example: first.one.endpoint.host }
        return same.map(({ one }) => at(one, facts, one.addresses))
      })
    },
    what: ({ hosts, verb, facts: { answers, example } }) =>
      `the name servers of this host disagree about ${hosts}: ${verb('', `for ${example}, `)}${answers}`,
    fix: 'Use only name servers that give the same answers: remove the other ones, or make them forward the names.',
    title: 'the name servers of this host disagree',
    means:
      'One server knows the names, or the private zone, and another does not. Which one is asked changes with every failure, so agents work for hours and then stop.',
  }),
  CNAME_LOOP: failure<'names'>({
    find: each((one) => {
      if (one.addresses.length > 0) return undefined
      const chains = (one.seen.dns ?? []).map(({ cnames }) => [one.seen.host, ...cnames])
      const loop = chains.find((names) => new Set(names).size < names.length)
      return loop === undefined ? undefined : at(one, { names: loop.join(' -> ') })
    }),
    what: ({ hosts, facts: { names } }) => `${hosts} has no address, because its canonical names are a loop: ${names}`,
    fix: ({ hosts }) =>
      `Remove the CNAME record that leads back, from the zone on your DNS servers that has ${hosts} or a name after it.`,
    title: 'canonical names lead back to themselves',
    means: 'A CNAME record leads to a name that leads back, so there is no address at the end.',
  }),
  DNS_ERROR: failure<'servers' | 'reason'>({
    find: each((one) => {
      const { dns = [] } = one.seen
      const first = dns.find(({ a }) => isErrorAnswer(a.error))
      if (one.addresses.length > 0 || first === undefined || dns.some(isAnswer)) return undefined
      const reason = first.a.error ?? ''
      const servers = dns.filter(({ a }) => a.error === reason).map(({ server }) => server)
      return at(one, { servers: servers.join(', '), reason: dnsReasonOf(reason) })
    }),
    what: ({ hosts, facts: { servers, reason } }) => `${servers} answers ${reason} for ${hosts}`,
    fix: ({ facts: { servers, reason } }) =>
      reason === 'REFUSED'
        ? `${servers} does not serve this host: add this host to the clients that the name server allows, or use another name server.`
        : `${servers} is reached, but cannot resolve the name: check its forwarders and the log of the name server. 168.63.129.16 answers only inside of a virtual network.`,
    examples: {
      'The server refuses': { servers: 'SERVER', reason: 'REFUSED' },
      'Any other error': { servers: 'SERVER', reason: 'SERVFAIL' },
    },
    title: 'a name server answers with an error',
    means:
      'SERVFAIL: the server asked another one, such as a forwarder, and got no usable answer. REFUSED: the server does not answer this host. In both cases the path to the name server is open.',
  }),
  DNS_FAILS: failure<'servers' | 'reason'>({
    find: each((one) => {
      const { lookup, dns = [] } = one.seen
      if (one.addresses.length > 0) return undefined
      const failed = dns.filter(({ a }) => isFailure(a.error))
      const names = (some: typeof dns) => some.map(({ server }) => server).join(', ')
      if (dns.some((server) => addressesOf(server).length > 0)) {
        if (!isFailure(lookup?.error)) return undefined
        // The resolver waited too long for one of its servers.
        return at(one, {
          servers: names(failed.length > 0 ? failed : dns),
          reason: dnsReasonOf(lookup?.error ?? ''),
        })
      }
      if (failed.length < dns.length || (dns.length === 0 && !isFailure(lookup?.error))) return undefined
      return at(one, { servers: names(dns), reason: dnsReasonOf(failed[0]?.a.error ?? lookup?.error ?? '') })
    }),
    what: ({ hosts, facts: { reason, servers } }) =>
      `${hosts} cannot be looked up${servers === '' ? '' : ` at ${servers}`}: ${reason}`,
    fix: 'Open UDP and TCP port 53 to the name servers, or correct the list of name servers of this host (/etc/resolv.conf; in a pod, the forwarders of CoreDNS).',
    title: 'the name servers do not answer',
    means:
      'The host asks its name servers and gets no answer, SERVFAIL or REFUSED. Whether the name exists is not known.',
  }),
  DNS_FILTERED: failure({
    find: each((one, context) =>
      // An endpoint that is an address was not looked up.
      one.addresses.some(({ address }) => address !== one.seen.host && context.classOf(address) === 'nowhere')
        ? at(one, {}, one.addresses)
        : undefined,
    ),
    what: ({ hosts, addresses }) => `DNS answers ${addresses} for ${hosts}: a DNS filter blocks the name`,
    fix: ({ hosts }) => `Allow ${hosts} in the DNS filter.`,
    title: 'a DNS filter blocks a name',
    means: 'The answer is 0.0.0.0 or a loopback address, which DNS filters give for blocked names.',
  }),
  LOOKUP_DIFFERS: failure({
    find: each((one, context) => {
      const { dns = [], hostsFile = [] } = one.seen
      // Other verdicts cover the hosts file.
      if (!dns.some((server) => addressesOf(server).length > 0) || hostsFile.length > 0) return undefined
      // Two questions for a public name may get other addresses of the same service, so only the class counts.
      const kinds = new Set<string | undefined>(dns.filter(isAnswer).map((answer) => kindOf(answer, context)))
      return one.addresses.every(({ address }) => !kinds.has(context.classOf(address)))
        ? at(one, {}, one.addresses)
        : undefined
    }),
    what: ({ hosts, addresses }) =>
      `programs on this host do not get for ${hosts} what its name servers answer${addresses === '' ? '' : `, but ${addresses}`}`,
    fix: 'Restart the local DNS cache, such as nscd or systemd-resolved; if that does not help, see what else the line "hosts:" of /etc/nsswitch.conf asks.',
    title: 'programs on this host get another answer than its name servers give',
    means:
      'A local cache, or another source of names that /etc/nsswitch.conf lists, answers in place of the name servers.',
  }),
  HOSTS_FILE_USED: failure<'lines' | 'answers' | 'isPrivateName'>({
    severity: 'warning',
    settles: 'layer',
    find: each((one, context) => {
      // Microsoft's page advises a line for each private endpoint where there is no private zone.
      const isAdvised = one.zone !== undefined && one.addresses.every(({ isPrivate }) => isPrivate)
      return isWrong(one) || isAdvised ? undefined : pinned(one, context)
    }),
    what: ({ hosts, addresses, verb, facts: { lines, answers } }) =>
      `${hosts} ${verb('has its', 'have their')} address from ${lines} (${addresses}), and the name servers answer ${answers}; ${verb('it works', 'they work')} today`,
    fix: ({ hosts, facts: { lines, isPrivateName } }) =>
      isPrivateName === 'yes'
        ? `Give ${hosts} the addresses of the private endpoint only, in ${lines}. Do not remove the name: without a private zone it would become public.`
        : `Remove ${hosts} from ${lines}: Microsoft moves the service without notice, and the line stays behind.`,
    examples: PINNED_EXAMPLES,
    title: 'a name has its address from the hosts file',
    means:
      'Programs do not ask the name servers about a name that is in the hosts file. The address works today, but the name servers answer with another one.',
  }),
  NAME_UNKNOWN: failure<'servers'>({
    find: each((one) => {
      const { lookup, dns = [] } = one.seen
      if (one.addresses.length > 0 || (lookup === undefined && dns.length === 0)) return undefined
      return at(one, { servers: dns.map(({ server }) => server).join(', ') })
    }),
    what: ({ hosts, facts: { servers } }) =>
      `DNS does not know an address of ${hosts}${servers === '' ? '' : ` (asked: ${servers})`}`,
    fix: 'If a private zone on your DNS servers hides the name, add the record to the zone. If this network resolves no public names, forward them. Check --location if the name has a region in it.',
    title: 'DNS does not know a name',
    means:
      'The name servers answer that the name does not exist, or that it has no address. A private DNS zone without the record hides the public name: such a zone answers for everything below it.',
  }),
}

/** The lines of the hosts file, such as `line 3 of /etc/hosts`, that give an endpoint addresses which no name server answers; if there are any. */
function pinned(one: Case, { privateLink, classOf }: Context) {
  const { hostsFile = [], dns = [] } = one.seen
  const used = hostsFile.filter(({ address }) => one.addresses.some((its) => its.address === address))
  const [first] = used
  const answers = [...new Set(dns.flatMap(addressesOf))]
  const isAnswered = one.addresses.some(({ address }) => answers.includes(address))
  if (first === undefined || answers.length === 0 || isAnswered) return undefined
  const numbers = [...new Set(used.map(({ line }) => String(line)))]
  const lines = `${numbers.length === 1 ? 'line' : 'lines'} ${listed(numbers)} of ${first.file}`
  const addresses = one.addresses.filter(({ address }) => used.some((its) => its.address === address))
  const isPublic = answers.some((address) => classOf(address) !== 'private')
  const isPrivateName = one.zone !== undefined && privateLink.isUsed && isPublic ? 'yes' : 'no'
  return at(one, { lines, answers: answers.join(', '), isPrivateName }, addresses)
}

/** True if no address responds, or another machine does. */
function isWrong({ seen: { tls }, addresses }: Case): boolean {
  const isFailed = ({ result }: AddressVerdict) => result !== undefined && result !== 'open'
  return addresses.every(isFailed) || tls?.error !== undefined || tls?.problem === 'ERR_TLS_CERT_ALTNAME_INVALID'
}
