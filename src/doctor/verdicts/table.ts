import { allowedButDropped } from './allowed-but-dropped.ts'
import { blockPage } from './block-page.ts'
import { captivePortal } from './captive-portal.ts'
import { certificateDates } from './certificate-dates.ts'
import { chainIncomplete } from './chain-incomplete.ts'
import { clockOff } from './clock-off.ts'
import { clusterThroughProxy } from './cluster-through-proxy.ts'
import { connectionRefused } from './connection-refused.ts'
import { deviceRejects } from './device-rejects.ts'
import { dnsDisagrees } from './dns-disagrees.ts'
import { dnsError } from './dns-error.ts'
import { dnsFails } from './dns-fails.ts'
import { dnsFiltered } from './dns-filtered.ts'
import { dnsServerFails } from './dns-server-fails.ts'
import { featureWithoutPrivateLink } from './feature-without-private-link.ts'
import { hostsFileUsed } from './hosts-file-used.ts'
import { hostsFileWrong } from './hosts-file-wrong.ts'
import { inNoTag } from './in-no-tag.ts'
import { intermediateMissing } from './intermediate-missing.ts'
import { ipv6Dropped } from './ipv6-dropped.ts'
import { ipv6NoRoute } from './ipv6-no-route.ts'
import { largePacketsLost } from './large-packets-lost.ts'
import { lookupDiffers } from './lookup-differs.ts'
import { nameUnknown } from './name-unknown.ts'
import { neitherPrivateNorTagged } from './neither-private-nor-tagged.ts'
import { noResponse } from './no-response.ts'
import { noRoute } from './no-route.ts'
import { noRuleAllows } from './no-rule-allows.ts'
import { notChecked } from './not-checked.ts'
import { notInItsTag } from './not-in-its-tag.ts'
import { notPrivate } from './not-private.ts'
import { notTls } from './not-tls.ts'
import { nothingChecked } from './nothing-checked.ts'
import { privateAndPublic } from './private-and-public.ts'
import { privateDropped } from './private-dropped.ts'
import { privateNoRoute } from './private-no-route.ts'
import { privateThroughProxy } from './private-through-proxy.ts'
import { privatelinkIsPublic } from './privatelink-is-public.ts'
import { proxyNeedsLogin } from './proxy-needs-login.ts'
import { proxyRefuses } from './proxy-refuses.ts'
import { proxyUnreachable } from './proxy-unreachable.ts'
import { publicIPv6 } from './public-ipv6.ts'
import { searchListAnswers } from './search-list-answers.ts'
import { slow } from './slow.ts'
import { tlsCut } from './tls-cut.ts'
import { tlsInspected } from './tls-inspected.ts'
import { tlsTooOld } from './tls-too-old.ts'
import { unexpectedlyPrivate } from './unexpectedly-private.ts'
import { wrongCertificate } from './wrong-certificate.ts'

/**
 * Every verdict, in order of evaluation: the first failure of an endpoint is reported, and its consequences are not. It is
 * also the order of what to fix first, among findings that are equally bad.
 */
export const VERDICTS = [
  clockOff,
  // The proxy resolves the names itself.
  privateThroughProxy,
  proxyUnreachable,
  proxyNeedsLogin,
  proxyRefuses,
  clusterThroughProxy,
  // DNS
  dnsServerFails,
  captivePortal,
  hostsFileWrong,
  dnsDisagrees,
  dnsError,
  dnsFails,
  dnsFiltered,
  searchListAnswers,
  lookupDiffers,
  hostsFileUsed,
  nameUnknown,
  // Addresses
  privateAndPublic,
  privatelinkIsPublic,
  neitherPrivateNorTagged,
  notPrivate,
  unexpectedlyPrivate,
  publicIPv6,
  notInItsTag,
  noRuleAllows,
  inNoTag,
  featureWithoutPrivateLink,
  // Connections
  allowedButDropped,
  privateDropped,
  connectionRefused,
  deviceRejects,
  privateNoRoute,
  noRoute,
  ipv6Dropped,
  ipv6NoRoute,
  // TLS
  tlsTooOld,
  notTls,
  largePacketsLost,
  tlsCut,
  certificateDates,
  wrongCertificate,
  chainIncomplete,
  intermediateMissing,
  tlsInspected,
  // HTTP
  blockPage,
  noResponse,
  slow,
  nothingChecked,
  notChecked,
] as const

export type DoctorCode = (typeof VERDICTS)[number]['code']
