import { at, each, type Verdict } from '../verdict.ts'

export const nameUnknown: Verdict<'NAME_UNKNOWN', 'servers'> = {
  code: 'NAME_UNKNOWN',
  severity: 'error',
  layer: 'DNS',
  settles: 'endpoint',
  find: each((one) => {
    const { lookup, dns = [] } = one.seen
    if (one.addresses.length > 0 || (lookup === undefined && dns.length === 0)) return undefined
    return at(one, { servers: dns.map(({ server }) => server).join(', ') })
  }),
  say: ({ hosts, facts: { servers } }) => ({
    what: `DNS does not know an address of ${hosts}${servers === '' ? '' : ` (asked: ${servers})`}`,
    fix: 'If a private zone on your DNS servers hides the name, add the record to the zone. If this network resolves no public names, forward them. Check --location if the name has a region in it.',
  }),
  title: 'DNS does not know a name',
  means:
    'The name servers answer that the name does not exist, or that it has no address. A private DNS zone without the record hides the public name: such a zone answers for everything below it.',
}
