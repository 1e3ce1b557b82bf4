import { addressesOf, isAnswer, kindOf } from '../dns-answers.ts'
import { at, each, type Verdict } from '../verdict.ts'

export const lookupDiffers: Verdict<'LOOKUP_DIFFERS'> = {
  code: 'LOOKUP_DIFFERS',
  severity: 'error',
  layer: 'DNS',
  settles: 'endpoint',
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
  say: ({ hosts, addresses }) => ({
    what: `programs on this host do not get for ${hosts} what its name servers answer${addresses === '' ? '' : `, but ${addresses}`}`,
    fix: 'Restart the local DNS cache, such as nscd or systemd-resolved; if that does not help, see what else the line "hosts:" of /etc/nsswitch.conf asks.',
  }),
  title: 'programs on this host get another answer than its name servers give',
  means:
    'A local cache, or another source of names that /etc/nsswitch.conf lists, answers in place of the name servers.',
}
