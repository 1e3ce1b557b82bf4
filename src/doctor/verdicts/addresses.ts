import { groupsOf } from '../../model/group-by.ts'
import { daysBetween } from '../../text/dates.ts'
import { plural } from '../../text/numbers.ts'
import {
  areTagsKnown,
  expectedHolderOf,
  isReached,
  isUntagged,
  notAllowedOf,
  publicInsteadOf,
  publicOf,
  reachedText,
} from '../case-addresses.ts'
import { passesPrivateLink } from '../dns-answers.ts'
import { mixtureOf } from '../private-link.ts'
import { type AddressVerdict, at, atHost, each, eachOf, failing, listed, verdict } from '../verdict.ts'

/** Virtual networks may use public addresses; then no tag holds them. */
const isOwnPossible = (some: readonly AddressVerdict[]): 'yes' | 'no' =>
  some.some(({ tags }) => tags.length === 0) ? 'yes' : 'no'

/** The record may be older than the snapshot that it is judged by. */
const ageText = (days: number): string =>
  days < 0 ? `${plural(-days, 'day')} newer than the record` : `${plural(days, 'day')} old`

const ownText = (is: string): string =>
  is === 'yes' ? ' If these are addresses of a network of your own, name it: --own-network CIDR.' : ''

const failure = failing('address', 'addresses')

/** The addresses, before a connection. In order of evaluation. */
export const ADDRESSES = {
  PRIVATE_AND_PUBLIC: verdict<'private' | 'isOwn'>({
    severity: 'error',
    find(world) {
      const { inside, outside, isMixed } = mixtureOf(world)
      if (!isMixed) return []
      const names = inside.map(({ host }) => host).join(', ')
      return [at(outside, { private: names, isOwn: isOwnPossible(outside) }, outside)]
    },
    what: ({ hosts, verb, facts: { private: inside } }) =>
      `private and public answers are mixed: ${hosts} ${verb('is', 'are')} public, but ${listed(inside.split(', '))} ${inside.includes(', ') ? 'are' : 'is'} private. Arc agents refuse the mixture (AZCM0026)`,
    fix: ({ hosts, facts: { isOwn } }) =>
      `With Private Link, make ${hosts} private too: link the private zone to the network that answers, and forward the name to it. Without, remove the private zones from the DNS that this host uses.${ownText(isOwn)}`,
    examples: { '': { isOwn: 'yes' } },
    title: 'some names of Private Link are private, and some are public',
    means:
      'Arc agents refuse the mixture: "No indication of Private Link Scope but found private endpoint" (AZCM0026). Resources with and without Private Link cannot share a virtual network or a DNS zone.',
  }),
  PRIVATELINK_IS_PUBLIC: failure<'zone' | 'isOwn'>({
    settles: 'endpoint',
    find: each((one, context) => {
      const open = publicInsteadOf(one, context)
      return open.length > 0 && passesPrivateLink(one.seen)
        ? at(one, { zone: one.zone ?? '', isOwn: isOwnPossible(open) }, open)
        : undefined
    }),
    what: ({ hosts, addresses, verb }) =>
      `${hosts} ${verb('is', 'are')} public (${addresses}), although the name passes a privatelink name: the private endpoint exists, but this DNS does not ask the private zone`,
    fix: ({ facts: { zone, isOwn } }) =>
      `Forward ${zone} to a DNS forwarder or private resolver in the virtual network, which asks 168.63.129.16; and link the zone privatelink.${zone} to that network.${ownText(isOwn)}`,
    examples: { '': { zone: 'ZONE', isOwn: 'yes' } },
    title: 'a privatelink name leads to a public address',
    means:
      'The public DNS leads the name to privatelink.ZONE, so a private endpoint exists somewhere. The private zone would answer with its address, but the name servers of this host do not ask it. Only 168.63.129.16, inside a virtual network that the zone is linked to, knows the zone.',
  }),
  NEITHER_PRIVATE_NOR_TAGGED: failure<'expected' | 'published'>({
    severity: 'warning',
    settles: 'layer',
    find: each((one, context) => {
      const open = publicInsteadOf(one, context)
      if (open.length === 0 || !isUntagged(one, open, context)) return undefined
      return at(one, { expected: one.endpoint.tags.join(', '), published: context.ruleset.published }, open)
    }),
    what: ({ hosts, addresses, facts }) =>
      `${addresses} of ${hosts} is neither private nor in ${facts.expected} of ${facts.published}`,
    fix: 'If your virtual network uses public addresses of its own, name them: --own-network CIDR. Otherwise run "tagwall update", and check the DNS zone.',
    title: 'an address is neither private nor in the expected tag',
    means: 'If a virtual network uses its own public addresses, this is expected.',
  }),
  NOT_PRIVATE: failure<'zone' | 'isAsked' | 'policy' | 'isOwn'>({
    settles: 'endpoint',
    find: each((one, context) => {
      const { privateLink } = context
      const { policy } = context.ruleset
      const zone = one.zone ?? ''
      const open = publicInsteadOf(one, context)
      if (open.length > 0) return at(one, { zone, isAsked: 'yes', policy, isOwn: isOwnPossible(open) }, open)
      // Nothing says that Private Link is used, but the policy has no rule for the public addresses.
      if (zone === '' || privateLink.isUsed || privateLink.because === 'asked') return undefined
      const isSuggested = one.addresses.every(({ isPrivate, rules }) => !isPrivate && rules.length === 0)
      return isSuggested && one.addresses.length > 0
        ? at(one, { zone, isAsked: 'no', policy, isOwn: isOwnPossible(one.addresses) }, one.addresses)
        : undefined
    }),
    what: ({ hosts, addresses, verb, facts: { isAsked, policy } }) =>
      `${hosts} ${verb('is', 'are')} public (${addresses}), and no privatelink name is on the way: no private endpoint is known to this DNS${isAsked === 'yes' ? '' : `; no rule of ${policy} allows the public addresses`}`,
    fix: ({ facts: { zone, isAsked, isOwn } }) => {
      const link = `create the private endpoint of the Private Link scope, and forward ${zone} to its private zone (privatelink.${zone})`
      return isAsked === 'yes'
        ? `With Private Link, ${link}. Without, run with --no-private-link.${ownText(isOwn)}`
        : `If this host uses Private Link, ${link}. If it does not, use the policy for that: --policy arc-kubernetes-public.${ownText(isOwn)}`
    },
    examples: { '': { zone: 'ZONE', isAsked: 'no', isOwn: 'yes' } },
    title: 'a name that Private Link should make private is public',
    means: 'The name does not resolve through a privatelink name, so this DNS knows no private endpoint.',
  }),
  UNEXPECTEDLY_PRIVATE: failure({
    settles: 'endpoint',
    find(world) {
      if (world.privateLink.isUsed || mixtureOf(world).isMixed) return []
      return world.cases.flatMap((one) => {
        const inside = one.addresses.filter(({ isPrivate }) => isPrivate)
        return one.zone === undefined || inside.length === 0 ? [] : [at(one, {}, inside)]
      })
    },
    what: ({ hosts, addresses, verb }) =>
      `${hosts} ${verb('is', 'are')} private (${addresses}), although Private Link is not used. Agents without a Private Link scope refuse that (AZCM0026)`,
    fix: 'Remove the private zones from the DNS that this host uses, or connect the agents with the scope of that private endpoint.',
    title: 'a name is private, although Private Link is not used',
    means:
      'A private zone answers on this network. Agents that are not connected through its Private Link scope refuse that (AZCM0026).',
  }),
  PUBLIC_IPV6: failure({
    find: each((one, context) => {
      const open = publicInsteadOf(one, context, true)
      return open.length > 0 ? at(one, {}, open) : undefined
    }),
    what: ({ hosts, addresses, verb }) =>
      `${hosts} ${verb('is', 'are')} private over IPv4, but public over IPv6 (${addresses}), and agents may prefer IPv6`,
    fix: 'Remove the AAAA records from the answers for the private zone, or turn IPv6 off on this host.',
    title: 'a private name has a public IPv6 address',
    means:
      'The private zone has no AAAA record, and the public one still answers. Programs that prefer IPv6 leave the private network.',
  }),
  PRIVATE_INSTEAD_OF_TAG: failure<'expected' | 'isReached'>({
    find: each((one) => {
      const expected = one.endpoint.tags
      if (one.zone !== undefined || expected.length === 0 || passesPrivateLink(one.seen)) return undefined
      const inside = one.addresses.filter(({ isPrivate }) => isPrivate)
      if (inside.length === 0) return undefined
      return at(one, { expected: expected.join(' or '), isReached: isReached(one, inside) }, inside)
    }),
    what: ({ hosts, addresses, verb, facts: { expected, isReached } }) =>
      `${hosts} ${verb('is', 'are')} private (${addresses}); expected an address in ${expected}, because Private Link does not have ${verb('this name', 'these names')}${reachedText(isReached)}`,
    fix: ({ hosts }) =>
      `Look for the record of ${hosts} in a private zone or a DNS filter of your network, and remove it, unless it leads to a proxy or forwarder that you want there.`,
    title: 'a public name has a private address',
    means:
      'The service has public addresses only, so the DNS of this network answers with a machine of its own: a forwarder, a proxy or a wrong record.',
  }),
  NOT_IN_ITS_TAG: failure<'tags' | 'expected' | 'published' | 'rule' | 'isReached'>({
    find: eachOf(publicOf)((address, context, one) => {
      const expected = one.endpoint.tags
      if (address.tags.length === 0 || expected.length === 0 || expectedHolderOf(one, address)) return undefined
      // A rule for another tag may allow the address; a snapshot may lack the tag of the endpoint, because no rule uses it.
      const [rule = ''] = address.rules
      if (rule !== '' && !context.isWhole && !areTagsKnown(one, context)) return undefined
      return {
        tags: address.tags.join(', '),
        expected: expected.join(' or '),
        published: context.ruleset.published,
        rule,
        isReached: isReached(one, [address]),
      }
    }),
    what: ({ hosts, addresses, verbOfAddresses, facts: { tags, expected, published, rule, isReached } }) =>
      `${addresses} of ${hosts} ${verbOfAddresses('is', 'are')} not in ${expected}, where ${hosts} belongs, but in ${listed(tags.split(', '))} (${published})${rule === '' ? reachedText(isReached) : `; rule ${rule}, which is for another service, allows it`}`,
    fix: ({ facts: { expected } }) =>
      `Run "tagwall update": Microsoft may have moved the service. If the address is still outside of ${expected}, check DNS: compare with another name server. Do not allow the address: other customers of Azure may hold it.`,
    examples: { '': { expected: 'TAG' } },
    title: 'an address is in another tag than its service',
    means:
      'The table of endpoints names the tags that hold the addresses of the host, and this address is in another one. Either the snapshot is older than the address, or DNS gives a wrong address, perhaps of a machine that any customer of Azure can rent. A rule for that tag would open all of these machines.',
  }),
  NO_RULE_ALLOWS: failure<'tags' | 'tag' | 'port' | 'policy' | 'isReached'>({
    find: each((one, context) => {
      // Nobody knows which tag an endpoint of the command line belongs to.
      const isOwn = one.endpoint.tags.length === 0
      const held = notAllowedOf(one, context).flatMap((address) => {
        const tag = expectedHolderOf(one, address)
        return address.tags.length > 0 && (isOwn || tag !== undefined) ? [{ address, tag: tag ?? '' }] : []
      })
      return groupsOf(held, ({ address, tag }) => `${tag} ${address.tags.join(', ')}`).map((group) => {
        const [{ address, tag }] = group
        const some = group.map(({ address }) => address)
        const facts = {
          tags: address.tags.join(', '),
          tag,
          port: String(one.endpoint.port),
          policy: context.ruleset.policy,
          isReached: isReached(one, some),
        }
        return at(one, facts, some)
      })
    }),
    what: ({ hosts, addresses, verbOfAddresses, facts: { tags, policy, port, isReached } }) =>
      `${addresses} of ${hosts} ${verbOfAddresses('is', 'are')} only in ${tags}, which no rule of ${policy} allows on tcp ${port}${reachedText(isReached)}`,
    fix: ({ hosts, facts: { tag, port } }) =>
      tag === ''
        ? `Allow ${hosts} by name on the device. A rule for the tag would open everything that is in the tag.`
        : `Add a rule for the tag to the policy: tags: [${tag}], ports: [${port}]; then run "tagwall build" and load the rules.`,
    examples: { 'The tag of the service': { tag: 'TAG', port: 'PORT' }, 'Another tag': { tag: '' } },
    title: 'only a tag that no rule allows holds the address',
    means: 'A firewall with the rules of this policy drops the connection. If it works today, another rule allows it.',
  }),
  IN_NO_TAG: failure<'expected' | 'published' | 'days' | 'isWhole' | 'isReached'>({
    find: each((one, context) => {
      const { seen, isWhole } = context
      const { published } = context.ruleset
      const some = notAllowedOf(one, context).filter(({ tags }) => tags.length === 0)
      if (some.length === 0) return undefined
      const facts = {
        expected: one.endpoint.tags.join(', '),
        published,
        days: String(daysBetween(published, seen.made.slice(0, 10))),
        isWhole: isWhole ? 'yes' : 'no',
        isReached: isReached(one, some),
      }
      return at(one, facts, some)
    }),
    what: ({ hosts, addresses, verbOfAddresses, facts: { expected, published, days, isWhole, isReached } }) => {
      const scope = isWhole === 'yes' ? '' : ', which keeps only the tags in use'
      const wanted = expected === '' ? '' : `; expected in ${expected}`
      return `${addresses} of ${hosts} ${verbOfAddresses('is', 'are')} in no tag of the snapshot of ${published} (${ageText(Number(days))})${scope}${wanted}${reachedText(isReached)}`
    },
    fix: ({ hosts, facts: { expected } }) =>
      expected === ''
        ? `Allow ${hosts} by name on the device.`
        : 'Run "tagwall update", and load the rules. If the address is still in no tag then, check DNS.',
    examples: { 'The host has a tag': { expected: 'TAG' }, 'The host has no tag': { expected: '' } },
    title: 'no tag of the document holds the address',
    means:
      'Microsoft may have moved the service after the snapshot, the answer of DNS may be wrong, or the snapshot does not keep the tag, because no rule uses it.',
  }),
  FEATURE_WITHOUT_PRIVATE_LINK: verdict<'feature' | 'what'>({
    severity: 'info',
    find: ({ privateLink, withoutPrivateLink }) =>
      privateLink.isUsed ? withoutPrivateLink.map(({ feature, what }) => atHost({ feature, what })) : [],
    what: ({ facts }) =>
      `${facts.what} (${facts.feature}) does not work with Private Link, so its endpoints do not count`,
    fix: 'Nothing, or connect the cluster without Private Link.',
    title: 'a feature does not work with Private Link',
    means: "Microsoft's page lists it as a limitation, so its endpoints are not needed.",
  }),
}
