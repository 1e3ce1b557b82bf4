import { at, each, reasonOf, type Verdict } from '../verdict.ts'

const REASONS = {
  ENOTFOUND: 'its name is unknown',
  EAI_AGAIN: 'its name could not be looked up',
  EHOSTUNREACH: 'no route to it',
  ENETUNREACH: 'no route to it',
  CLOSED: 'it closed the connection',
}

export const proxyUnreachable: Verdict<'PROXY_UNREACHABLE', 'proxy' | 'reason'> = {
  code: 'PROXY_UNREACHABLE',
  severity: 'error',
  layer: 'proxy',
  settles: 'endpoint',
  find: each((one, { proxy }) => {
    const error = one.seen.proxy?.error
    return error === undefined ? undefined : at(one, { proxy, reason: reasonOf(error, REASONS) })
  }),
  say: ({ facts }) => ({
    what: `the proxy ${facts.proxy} of HTTPS_PROXY cannot be reached: ${facts.reason}`,
    fix: 'Correct HTTPS_PROXY, or allow this host to reach the proxy.',
  }),
  title: 'the proxy of HTTPS_PROXY cannot be reached',
  means:
    'Nothing that goes through the proxy works. Programs without a proxy setting may still work, if the firewall lets them out.',
}
