import { at, each, type Verdict } from '../verdict.ts'

export const proxyNeedsLogin: Verdict<'PROXY_NEEDS_LOGIN', 'proxy'> = {
  code: 'PROXY_NEEDS_LOGIN',
  severity: 'error',
  layer: 'proxy',
  settles: 'endpoint',
  find: each((one, { proxy }) => (one.seen.proxy?.status === 407 ? at(one, { proxy }) : undefined)),
  say: ({ facts }) => ({
    what: `the proxy ${facts.proxy} asks for a user and a password (407)`,
    fix: 'Set HTTPS_PROXY to http://USER:PASSWORD@HOST:PORT, with % @ : / of the password as %25 %40 %3A %2F, and give the agents the same: az connectedk8s update --proxy-https URL.',
  }),
  title: 'the proxy asks for a user and a password',
  means:
    'The proxy answers CONNECT with status 407. Arc agents take user and password from the URL of the proxy; special characters must be percent-encoded.',
}
