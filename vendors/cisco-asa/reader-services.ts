import type { EntryService, Words } from 'tagwall/reader'
import type { Group } from '../_cisco/groups.ts'
import { protocolOf, type ServiceDialect, serviceOf } from '../_cisco/services.ts'
import { kit } from '../_kit/kit.ts'
import { PORTS } from './reader-ports.ts'

/** The ASA's syntax of services, groups of ports and groups of protocols. */
export const SERVICES: ServiceDialect = {
  what: 'an object',
  protocols: {
    ip: { protocol: 'any' },
    ...{ icmp: { protocol: 'icmp', family: 'ipv4' }, 1: { protocol: 'icmp', family: 'ipv4' } },
    ...{ icmp6: { protocol: 'icmp', family: 'ipv6' }, 58: { protocol: 'icmp', family: 'ipv6' } },
  },
  others: new Set('ah ahp eigrp esp gre igmp igrp ipinip ipsec nos ospf pcp pim pptp sctp snp'.split(' ')),
  noOthers: [0],
  portsOf: () => ({ names: PORTS }),
  isService: ({ kind }) => !kind.endsWith('network'),
  read,
}

function read(words: Words, { kind, protocol }: Group): readonly EntryService[] | undefined {
  const verb = words.next()
  if (kind === 'service' && verb === 'port-object') {
    const ports = kit.takePorts(words, { names: PORTS })
    const protocols =
      protocol === 'tcp-udp' ? (['tcp', 'udp'] as const) : ([protocol === 'udp' ? 'udp' : 'tcp'] as const)
    return typeof ports === 'string' ? undefined : protocols.map((one) => ({ protocol: one, ports, isPart: false }))
  }
  if (kind === 'protocol' && verb === 'protocol-object') {
    const service = protocolOf(words.next() ?? '', SERVICES)
    return service && [service]
  }
  const isService =
    (kind === 'service' && verb === 'service-object') || (kind === 'object service' && verb === 'service')
  return isService ? serviceOf(words, SERVICES) : undefined
}
