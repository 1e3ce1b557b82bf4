import { type ServiceDialect, serviceOf } from '../_cisco/services.ts'
import { portsOf } from './reader-ports.ts'

/** The syntax of protocols and groups of services in IOS. */
export const SERVICES: ServiceDialect = {
  what: 'a group',
  protocols: { ip: { protocol: 'any' }, ipv6: { protocol: 'any' }, icmp: { protocol: 'icmp' } },
  others: new Set('ahp eigrp esp gre hbh igmp igrp ipinip nos ospf pcp pim sctp'.split(' ')),
  // The protocol numbers of ICMP; one of them belongs to the other family.
  noOthers: [1, 58],
  portsOf,
  isService: ({ kind }) => kind === 'service' || kind === 'v6-service',
  read: (words) => serviceOf(words, SERVICES),
}
