import { eachHandshake, reasonOf, type Verdict } from '../verdict.ts'

export const tlsCut: Verdict<'TLS_CUT', 'reason'> = {
  code: 'TLS_CUT',
  severity: 'error',
  layer: 'TLS',
  settles: 'layer',
  find: eachHandshake(({ error }) => (error === undefined ? undefined : { reason: reasonOf(error) })),
  say: ({ hosts, verb, facts }) => ({
    what: `${hosts} ${verb('accepts', 'accept')} TCP, but not TLS: ${facts.reason}. A firewall that filters by name accepts the connection of a blocked host and cuts it here`,
    fix: `Allow ${hosts} by name on that firewall too; the rules by address are not enough there.`,
  }),
  title: 'the connection opens, but TLS does not',
  means:
    'A TCP connection alone proves nothing: firewalls that filter by name must accept it to see the name in the handshake, and cut it then.',
}
