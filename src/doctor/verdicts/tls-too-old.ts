import { eachHandshake, type Verdict } from '../verdict.ts'

export const tlsTooOld: Verdict<'TLS_TOO_OLD', 'code'> = {
  code: 'TLS_TOO_OLD',
  severity: 'error',
  layer: 'TLS',
  settles: 'layer',
  find: eachHandshake(({ error = '', protocol = '' }) => {
    if (/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION/.test(error)) return { code: error }
    return protocol === 'TLSv1' || protocol === 'TLSv1.1' ? { code: protocol } : undefined
  }),
  say: ({ hosts, facts }) => ({
    what: `only a TLS older than 1.2 is possible to ${hosts} (${facts.code}): a device on the way downgrades it`,
    fix: 'Update that device, or exempt these hosts from inspection. The services accept TLS 1.2 and 1.3.',
  }),
  title: 'only an old version of TLS is possible',
  means: 'The services accept TLS 1.2 and 1.3. A device on the way does not.',
}
