import { at, each, type Verdict } from '../verdict.ts'

export const dnsFiltered: Verdict<'DNS_FILTERED'> = {
  code: 'DNS_FILTERED',
  severity: 'error',
  layer: 'DNS',
  settles: 'endpoint',
  find: each((one, context) =>
    one.addresses.some(({ address }) => context.classOf(address) === 'nowhere')
      ? at(one, {}, one.addresses)
      : undefined,
  ),
  say: ({ hosts, addresses }) => ({
    what: `DNS answers ${addresses} for ${hosts}: a DNS filter blocks the name`,
    fix: `Allow ${hosts} in the DNS filter.`,
  }),
  title: 'a DNS filter blocks a name',
  means: 'The answer is 0.0.0.0 or a loopback address, which DNS filters give for blocked names.',
}
