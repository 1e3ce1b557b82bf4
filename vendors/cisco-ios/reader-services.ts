import { type ServiceDialect, serviceOf } from '../_cisco/services.ts'
import { portsOf } from './reader-ports.ts'

/** How IOS writes protocols and groups of services. */
export const SERVICES: ServiceDialect = {
  what: 'a group',
  protocols: { ip: { protocol: 'any' }, ipv6: { protocol: 'any' }, icmp: { protocol: 'icmp' } },
  others: new Set('ahp eigrp esp gre hbh igmp igrp ipinip nos ospf pcp pim sctp'.split(' ')),
  // ICMP by its numbers, of which one is about the other family.
  noOthers: [1, 58],
  portsOf,
  isService: ({ kind }) => kind === 'service' || kind === 'v6-service',
  read: (words) => serviceOf(words, SERVICES),
}
