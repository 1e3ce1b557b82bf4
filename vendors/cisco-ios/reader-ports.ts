import type { OperatorSyntax } from 'tagwall/reader'

/** The names of ports on IOS. Those of TCP and UDP do not contradict each other, but for a few that are for one of them only. */
const SHARED: Readonly<Record<string, number>> = {
  ...{ discard: 9, domain: 53, echo: 7, 'pim-auto-rp': 496, sunrpc: 111, tacacs: 49, talk: 517, time: 37 },
}
const TCP: Readonly<Record<string, number>> = {
  ...SHARED,
  ...{ bgp: 179, chargen: 19, cmd: 514, daytime: 13, drip: 3949, exec: 512, finger: 79, ftp: 21, 'ftp-data': 20 },
  ...{ gopher: 70, hostname: 101, ident: 113, irc: 194, klogin: 543, kshell: 544, login: 513, lpd: 515, msrpc: 135 },
  ...{ nntp: 119, 'onep-plain': 15001, 'onep-tls': 15002, pop2: 109, pop3: 110, smtp: 25, syslog: 514, telnet: 23 },
  ...{ uucp: 540, whois: 43, www: 80 },
}
const UDP: Readonly<Record<string, number>> = {
  ...SHARED,
  ...{ biff: 512, bootpc: 68, bootps: 67, dnsix: 195, isakmp: 500, 'mobile-ip': 434, nameserver: 42 },
  ...{ 'netbios-dgm': 138, 'netbios-ns': 137, 'netbios-ss': 139, 'non500-isakmp': 4500, ntp: 123, rip: 520 },
  ...{ ripv6: 521, snmp: 161, snmptrap: 162, syslog: 514, tftp: 69, who: 513, xdmcp: 177 },
}

/** The syntax of a protocol's ports: an entry has up to ten. */
export const portsOf = (protocol: string): OperatorSyntax => ({
  names: protocol === 'udp' ? UDP : TCP,
  areSeveral: true,
})
