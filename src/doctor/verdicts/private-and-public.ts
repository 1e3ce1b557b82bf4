import { mixtureOf } from '../private-link.ts'
import { listed, type Verdict } from '../verdict.ts'

export const privateAndPublic: Verdict<'PRIVATE_AND_PUBLIC', 'private'> = {
  code: 'PRIVATE_AND_PUBLIC',
  severity: 'error',
  find(world) {
    const { inside, outside, isMixed } = mixtureOf(world)
    if (!isMixed) return []
    const addresses = outside.map(({ address }) => address)
    const facts = { private: inside.map(({ host }) => host).join(', ') }
    return [{ hosts: outside.map(({ name }) => name), addresses, facts }]
  },
  say({ hosts, verb, facts }) {
    const inside = facts.private.split(', ')
    return {
      what: `private and public answers are mixed: ${hosts} ${verb('is', 'are')} public, but ${listed(inside)} ${inside.length > 1 ? 'are' : 'is'} private. Arc agents refuse the mixture (AZCM0026)`,
      fix: `With Private Link, make ${hosts} private too: link the private zone to the network that answers, and forward the name to it. Without, remove the private zones from the DNS that this host uses.`,
    }
  },
  title: 'some names of Private Link are private, and some are public',
  means:
    'Arc agents refuse the mixture: "No indication of Private Link Scope but found private endpoint" (AZCM0026). Resources with and without Private Link cannot share a virtual network or a DNS zone.',
}
