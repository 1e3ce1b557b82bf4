import { addressesOf } from '../dns-answers.ts'
import { at, each, type Verdict } from '../verdict.ts'

export const searchListAnswers: Verdict<'SEARCH_LIST_ANSWERS', 'domain'> = {
  code: 'SEARCH_LIST_ANSWERS',
  severity: 'error',
  layer: 'DNS',
  settles: 'endpoint',
  find: each((one) => {
    const { host, dns = [], searched } = one.seen
    const isGiven = (address: string) => one.addresses.some((own) => own.address === address)
    const instead = searched?.find(({ addresses }) => addresses.some(isGiven))
    if (instead === undefined || dns.some((server) => addressesOf(server).some(isGiven))) return undefined
    return at(one, { domain: instead.name.slice(host.length + 1) }, one.addresses)
  }),
  say: ({ hosts, addresses, verb, facts: { domain } }) => ({
    what: `the search list of this host finds ${hosts} below ${domain} (${addresses}), in place of the ${verb('name itself', 'names themselves')}`,
    fix: `Remove the wildcard record from ${domain}, or ${domain} from the search list (in a pod: dnsConfig with ndots: 1).`,
  }),
  title: 'the search list answers in place of a name',
  means:
    'Names with fewer dots than ndots are first tried with each domain of the search list; in a pod, these are names with fewer than five dots. A wildcard record in such a domain answers for all of them.',
}
