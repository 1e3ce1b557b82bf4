import type { AddressVerdict, DoctorCode, DoctorFacts, DoctorFinding } from '../model/diagnosis.ts'
import { type Endpoint, zoneOf } from '../model/endpoint.ts'
import type { EndpointObservation } from '../model/observation.ts'
import { daysBetween } from '../model/text/dates.ts'
import { isIPv6 } from './address-class.ts'
import type { Context } from './context.ts'
import { nameOf } from './plan.ts'
import { passesPrivateLink } from './verdict-dns.ts'

/** What is wrong with the addresses of an endpoint. */
export function addressFindings(
  endpoint: Endpoint,
  seen: EndpointObservation,
  addresses: readonly AddressVerdict[],
  context: Context,
): DoctorFinding[] {
  const zone = zoneOf(endpoint.host, context.privateZones)
  const open = addresses.filter(({ isPrivate }) => !isPrivate)
  if (zone !== undefined && context.privateLink.isUsed) return notPrivate(endpoint, seen, addresses, zone, context)
  if (zone !== undefined) {
    const inside = addresses.filter(({ isPrivate }) => isPrivate)
    if (inside.length > 0) return context.isMixed ? [] : [finding('UNEXPECTEDLY_PRIVATE', endpoint, inside, {})]
    const isSuggested = context.asked === undefined && open.every(({ rules }) => rules.length === 0)
    if (isSuggested && open.length > 0)
      return [finding('NOT_PRIVATE', endpoint, open, { zone, isAsked: 'no', policy: context.policy })]
  }
  return notAllowed(endpoint, open, context)
}

/** A name of Private Link whose answer should be private. */
function notPrivate(
  endpoint: Endpoint,
  seen: EndpointObservation,
  addresses: readonly AddressVerdict[],
  zone: string,
  context: Context,
): DoctorFinding[] {
  const open = addresses.filter(({ isPrivate }) => !isPrivate)
  if (open.length === 0) return []
  const isFamily = open.every(({ address }) => isIPv6(address)) && open.length < addresses.length
  if (isFamily) return [finding('PUBLIC_IPV6', endpoint, open, {})]
  if (passesPrivateLink(seen)) return [finding('PRIVATELINK_IS_PUBLIC', endpoint, open, { zone })]
  const { tags, published } = context
  const isKnown = endpoint.tags.length > 0 && endpoint.tags.every((tag) => tags.includes(tag))
  if (isKnown && open.every((address) => address.tags.length === 0))
    return [finding('NEITHER_PRIVATE_NOR_TAGGED', endpoint, open, { expected: endpoint.tags.join(', '), published })]
  return [finding('NOT_PRIVATE', endpoint, open, { zone, isAsked: 'yes', policy: context.policy })]
}

/** Public addresses that no rule allows, by the tags that hold them. */
function notAllowed(endpoint: Endpoint, open: readonly AddressVerdict[], context: Context): DoctorFinding[] {
  // Without a route for IPv6, nobody uses those addresses.
  const isUnused = ({ address, result = 'open' }: AddressVerdict) =>
    isIPv6(address) && !['open', 'ETIMEDOUT'].includes(result)
  const without = open.filter((one) => one.rules.length === 0 && !isUnused(one))
  const [inTags, inNone] = [
    without.filter(({ tags }) => tags.length > 0),
    without.filter(({ tags }) => tags.length === 0),
  ]
  const isReached = (some: readonly AddressVerdict[]) =>
    some.some(({ result }) => result !== undefined && result !== 'open') ? 'no' : 'yes'
  const { published, made, isWhole, policy } = context
  const groups = grouped(inTags)
  return [
    ...[...groups].map(([tags, some]) =>
      finding('NO_RULE_ALLOWS', endpoint, some, {
        tags,
        port: String(endpoint.port),
        policy,
        isReached: isReached(some),
      }),
    ),
    ...(inNone.length === 0
      ? []
      : [
          finding('IN_NO_TAG', endpoint, inNone, {
            expected: endpoint.tags.join(', '),
            published,
            days: String(daysBetween(published, made.slice(0, 10))),
            isWhole: isWhole ? 'yes' : 'no',
            isReached: isReached(inNone),
          }),
        ]),
  ]
}

function grouped(addresses: readonly AddressVerdict[]): Map<string, AddressVerdict[]> {
  const groups = new Map<string, AddressVerdict[]>()
  for (const one of addresses) {
    const key = one.tags.join(', ')
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return groups
}

const finding = <Code extends DoctorCode>(
  code: Code,
  endpoint: Endpoint,
  some: readonly AddressVerdict[],
  facts: DoctorFacts[Code],
) =>
  ({
    code,
    hosts: [nameOf(endpoint)],
    addresses: some.map(({ address }) => address),
    facts,
  }) as unknown as DoctorFinding
