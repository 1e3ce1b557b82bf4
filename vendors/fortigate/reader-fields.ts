import type { Entry, Place, Value } from 'tagwall/reader'

/** How the reader treats the fields of a table. A field in no list is not understood. */
export interface TableFields {
  /** Fields that select the traffic. */
  readonly read: ReadonlySet<string>
  /** Fields that change the traffic in ways that are not evaluated, unless they are off or empty. */
  readonly limiting: ReadonlySet<string>
  /** Fields that do not affect the allowed traffic: looks, logs, inspection, translation, quality of service. */
  readonly harmless: ReadonlySet<string>
}

/** The words of a text. */
const words = (text: string): ReadonlySet<string> => new Set(text.match(/\S+/g))
const tableOf = (read: string, harmless: string, limiting = ''): TableFields => ({
  read: words(read),
  limiting: words(limiting),
  harmless: words(harmless),
})

const LOOKS = 'uuid comment color visibility fabric-object tagging'

const POLICY_FIELDS = tableOf(
  `name srcintf dstintf srcaddr dstaddr srcaddr6 dstaddr6 srcaddr-negate dstaddr-negate srcaddr6-negate
    dstaddr6-negate service service-negate action schedule status match-vip ztna-ems-tag-negate`,
  `uuid comments label global-label policyid internet-service-name internet-service-group
    internet-service-custom internet-service-custom-group internet-service-id internet-service-src-name
    internet-service-src-group internet-service-src-custom internet-service-src-custom-group internet-service-src-id
    internet-service6-name internet-service6-group internet-service6-custom internet-service6-custom-group
    internet-service6-src-name internet-service6-src-group internet-service6-src-custom
    internet-service6-src-custom-group internet-service-negate internet-service-src-negate internet-service6-negate
    internet-service6-src-negate ztna-tags-match-logic reputation-direction reputation-direction6 rtp-nat rtp-addr
    send-deny-packet firewall-session-dirty schedule-timeout policy-expiry-date policy-expiry-date-utc tos tos-negate
    anti-replay tcp-session-without-syn geoip-anycast geoip-match dynamic-shaping passive-wan-health-measurement
    app-monitor utm-status inspection-mode http-policy-redirect ssh-policy-redirect ztna-policy-redirect
    webproxy-profile profile-type profile-group profile-protocol-options ssl-ssh-profile av-profile webfilter-profile
    dnsfilter-profile emailfilter-profile dlp-profile file-filter-profile ips-sensor application-list voip-profile
    ips-voip-filter sctp-filter-profile diameter-filter-profile virtual-patch-profile icap-profile videofilter-profile
    waf-profile ssh-filter-profile casb-profile logtraffic logtraffic-start log-http-transaction capture-packet
    auto-asic-offload np-acceleration wanopt wanopt-detection wanopt-passive-opt wanopt-profile wanopt-peer webcache
    webcache-https webproxy-forward-server traffic-shaper traffic-shaper-reverse per-ip-shaper nat fixedport
    port-preserve port-random ippool poolname poolname6 pcp-poolname session-ttl vlan-cos-fwd vlan-cos-rev inbound outbound
    natinbound natoutbound fec wccp ntlm-guest ntlm-enabled-browsers fsso-agent-for-ntlm auth-path email-collect
    vpntunnel natip diffserv-copy diffserv-forward diffserv-reverse diffservcode-forward diffservcode-rev
    tcp-mss-sender tcp-mss-receiver gtp-profile pfcp-profile auth-cert auth-redirect-addr redirect-url
    identity-based-route block-notification custom-log-fields replacemsg-override-group timeout-send-rst
    captive-portal-exempt decrypted-traffic-mirror dsri radius-mac-auth-bypass radius-ip-auth-bypass
    delay-tcp-npu-session sgt cifs-profile dlp-sensor mms-profile fsso wsso rsso ssl-mirror ssl-mirror-intf
    dscp-negate dscp-value spamfilter-profile scan-botnet-connections delay-tcp-npu-sessoin casi-profile`,
  `groups users fsso-groups internet-service internet-service-src internet-service6
    internet-service6-src nat64 nat46 ztna-status ztna-ems-tag ztna-ems-tag-secondary ztna-geo-tag
    ztna-device-ownership network-service-dynamic network-service-src-dynamic reputation-minimum
    reputation-minimum6 src-vendor-mac policy-expiry tos-mask vlan-filter sgt-check ntlm disclaimer
    match-vip-only permit-any-host permit-stun-host pcp-inbound pcp-outbound devices application app-category
    url-category app-group dscp-match learning-mode`,
)

/** Fields that hold a list of names or ranges; the others hold one value, of one word or several. */
export const LISTS =
  words(`member exclude-member srcintf dstintf srcaddr dstaddr srcaddr6 dstaddr6 service tcp-portrange
  udp-portrange sctp-portrange udplite-portrange groups users fsso-groups`)

/** True for a field by which a policy is about some of the traffic only, or about more. */
export const isLimiting = (field: string) => POLICY_FIELDS.limiting.has(field)

/** The values of a field; none if it is unset. */
export const valuesOf = ({ fields }: Entry, field: string): readonly Value[] => fields.get(field) ?? []

export const textsOf = (entry: Entry, field: string): string[] => valuesOf(entry, field).map(({ text }) => text)

/** Tables whose entries are read by name only: they hold no remote addresses, or unknown ones. */
const NAMES_ONLY = [
  ...['vip', 'vip6', 'vipgrp', 'vipgrp6'].map((name) => `firewall ${name}`),
  ...['system external-resource', 'system interface'],
]

/** The tables that the reader knows. */
export const TABLES: ReadonlyMap<string, TableFields | undefined> = new Map([
  [
    'firewall address',
    // Only the fields that are read count for the types that hold addresses; the other types are noted where they are used.
    tableOf(
      'type subnet start-ip end-ip wildcard',
      `${LOOKS} allow-routing associated-interface cache-ttl clearpass-spt country end-mac epg-name filter
    fqdn fsso-group hw-model hw-vendor interface list macaddr node-ip-only obj-id obj-tag obj-type organization os
    policy-group route-tag sdn sdn-addr-type sdn-tag sso-attribute-value start-mac sub-type subnet-name sw-version
    tag-detection-level tag-type tenant wildcard-fqdn`,
    ),
  ],
  [
    'firewall address6',
    tableOf(
      'type ip6 start-ip end-ip',
      `${LOOKS} cache-ttl country end-mac epg-name filter fqdn host host-type list macaddr obj-id route-tag
    sdn sdn-addr-type sdn-tag start-mac subnet-segment template tenant`,
    ),
  ],
  ['firewall addrgrp', tableOf('member exclude exclude-member', `${LOOKS} type allow-routing`, 'category')],
  ['firewall addrgrp6', tableOf('member exclude exclude-member', `${LOOKS} type allow-routing`)],
  [
    'firewall service custom',
    tableOf(
      'protocol protocol-number tcp-portrange udp-portrange sctp-portrange udplite-portrange icmptype icmpcode',
      `${LOOKS} category proxy explicit-proxy helper tcp-halfclose-timer tcp-halfopen-timer
    tcp-timewait-timer tcp-rst-timer udp-idle-timer session-ttl check-reset-range app-category application`,
      'iprange fqdn app-service-type',
    ),
  ],
  ['firewall service group', tableOf('member', `${LOOKS} proxy explicit-proxy`)],
  ['firewall policy', POLICY_FIELDS],
  ...NAMES_ONLY.map((name) => [name, undefined] as const),
  ['system zone', tableOf('interface', 'description intrazone tagging')],
])

const sdwanMember = tableOf('interface zone', '')

/** Tables within an unread table. */
export const INNER_TABLES: ReadonlyMap<string, TableFields> = new Map([
  ['system sdwan members', sdwanMember],
  ['system virtual-wan-link members', sdwanMember],
])

/** The table of the policies. */
export const POLICY = 'firewall policy'

/** The reason why a line is invalid within an object; undefined if it is valid. */
export function reasonAgainst(fields: TableFields, path: string, words: readonly string[]): string | undefined {
  const [verb, name] = words
  const given = words.length - 2
  if (name === undefined || (verb !== 'unset' && given === 0)) return 'has no value'
  if (verb === 'unset' && given > 0) return 'is not understood'
  if (![fields.read, fields.limiting, fields.harmless].some((names) => names.has(name))) return 'is not understood'
  const isDouble = path === POLICY && given > 1 && SINGLE.has(name)
  return isDouble ? 'has more than one value' : undefined
}

/** Fields of a policy that take one value. */
const SINGLE = words(`name action schedule status service-negate srcaddr-negate dstaddr-negate srcaddr6-negate
  dstaddr6-negate`)

/** Commands within an entry. */
export const FIELD_VERBS = new Set(['set', 'append', 'unset', 'unselect'])

/** Sets, extends or empties a field of an entry; true if it has other values then. */
export function putField({ fields }: Entry, isLimiting: boolean, words: readonly string[], place: Place): boolean {
  const [verb, name = '', ...given] = words
  const texts = given.filter((text) => text !== '')
  const values = texts.map((text) => ({ text, place }))
  const known = fields.get(name)
  if (isLimiting && verb !== 'append' && isOff(given)) fields.delete(name)
  else if (verb === 'append' && known) {
    for (const value of values) known.push(value)
    return values.length > 0
  } else if (verb === 'unselect') fields.set(name, known?.filter(({ text }) => !texts.includes(text)) ?? [])
  else fields.set(name, values)
  return !haveSameTexts(known, fields.get(name))
}

/** True if two fields have the same values, in the same order. */
const haveSameTexts = (before: readonly Value[] | undefined, after: readonly Value[] | undefined) =>
  before?.length === after?.length && (before ?? []).every(({ text }, at) => text === after?.[at]?.text)

/** True if a limiting field limits nothing: each value is empty, `disable`, zero or `default`. */
function isOff(values: readonly string[]): boolean {
  return values.every((value) => ['', 'disable', '0', '0x00', 'default'].includes(value))
}
