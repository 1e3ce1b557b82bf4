import { at, each, type Verdict } from '../verdict.ts'

export const privateThroughProxy: Verdict<'PRIVATE_THROUGH_PROXY', 'entries' | 'proxy'> = {
  code: 'PRIVATE_THROUGH_PROXY',
  severity: 'error',
  layer: 'proxy',
  settles: 'endpoint',
  find: each((one, { privateLink, noProxyEntries, proxy }) =>
    one.seen.proxy !== undefined && one.zone !== undefined && privateLink.isUsed
      ? at(one, { entries: noProxyEntries, proxy })
      : undefined,
  ),
  say: ({ hosts, verb, facts }) => ({
    what: `${hosts} ${verb('goes', 'go')} through the proxy ${facts.proxy}, so the private endpoint is not used`,
    fix: `Add to NO_PROXY: ${facts.entries} (az connectedk8s update --proxy-skip-range, azcmagent config set proxy.bypass Arc).`,
  }),
  title: 'a name of Private Link goes through the proxy',
  means:
    'The proxy looks the name up itself, usually in public DNS, so the private endpoint is not used. NO_PROXY must list the domains. An entry that begins with a dot matches only subdomains.',
}
