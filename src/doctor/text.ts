import { type DocumentLabel, formatLabel } from '../model/delta.ts'
import { type Color, formatTable, wrap } from '../text/lines.ts'
import { plural } from '../text/numbers.ts'
import { shortName } from './chosen-endpoints.ts'
import { type Diagnosis, type EndpointVerdict, tlsOf } from './diagnose.ts'
import { adviceOf, type DoctorFinding, layerOf, severityOf } from './findings.ts'
import type { Observations } from './observation-schema.ts'
import type { AddressVerdict, PrivateLink } from './verdict.ts'

/** A diagnosis, and its subject. */
export interface DoctorReport {
  readonly diagnosis: Diagnosis
  readonly seen: Observations
  readonly policy: string
  readonly document: DocumentLabel
  /** The date of the table of endpoints; undefined without one. */
  readonly tableDate: string | undefined
  /** Endpoints that are skipped because the region is unknown. */
  readonly withoutLocation: number
}

const SECTIONS: readonly [state: EndpointVerdict['state'], heading: string][] = [
  ['fails', 'does not work'],
  ['check', 'works, but look at it'],
  ['works', 'works'],
  ['not needed', 'not needed here'],
  ['not checked', 'not checked, or not to the end'],
]

const WIDTH = 110

/** The text of a diagnosis, for a terminal; a table that is wider than `width` loses its last column. */
export function doctorText(report: DoctorReport, color: Color, width?: number): string {
  const { diagnosis, seen, policy, document, tableDate, withoutLocation } = report
  const findings = diagnosis.findings.filter((finding) => severityOf(finding) !== 'info')
  const notes = diagnosis.findings.filter((finding) => severityOf(finding) === 'info')
  const head = [
    `policy ${policy} on ${formatLabel(document)}${tableDate === undefined ? '' : `; endpoints as of ${tableDate}`}`,
    ...(tableDate === undefined ? [] : [privateLinkText(diagnosis.privateLink)]),
    `name servers: ${seen.servers.join(', ') || 'none known'}; ${seen.proxy === undefined ? 'no proxy' : `proxy ${seen.proxy}`}`,
  ].map(inLine)
  const sections = SECTIONS.map(([state, heading]) => {
    const own = diagnosis.endpoints.filter((one) => one.state === state)
    const rows = own.map((one) =>
      ['', shortName(one.name), ...(state.startsWith('not') ? [one.endpoint.purpose] : lineOf(one))].map(inLine),
    )
    return own.length === 0 ? '' : `\n${color('bold', heading)}\n${formatTable(rows, { drop: [3], width })}`
  })
  const missing =
    withoutLocation > 0
      ? `\nnot checked: ${plural(withoutLocation, 'endpoint')} with a region in the name; add --location REGION, such as westeurope\n`
      : ''
  return [
    ...head.map((line, index) => `${index === 0 ? color('bold', line) : line}\n`),
    ...sections,
    missing,
    notes.length === 0 ? '' : `\n${notes.map(noteText).join('')}`,
    findingsText(findings, color),
  ].join('')
}

function privateLinkText({ isUsed, because, host, address }: PrivateLink): string {
  if (because === 'asked') return `Private Link: ${isUsed ? 'yes, as asked' : 'no, as asked'}`
  if (because === 'nothing private') return 'Private Link: no, because none of its names has an address here'
  return `Private Link: ${isUsed ? 'yes' : 'no'}, because ${host} is ${isUsed ? 'private' : 'public'} (${address})`
}

/** The layer of the failure and its finding, or who holds the address, who issued the certificate, and the status. */
function lineOf(verdict: EndpointVerdict): string[] {
  const { layer, codes, endpoint } = verdict
  const tls = tlsOf(verdict)
  const code = codes.find((one) => layerOf(one) === layer)
  if (layer === 'TLS' && tls && verdict.seen.tls?.trust !== 'public') return [`TLS: ${code}`, `issued by ${tls.issuer}`]
  if (layer !== undefined) return [`${layer}: ${code}`, whereText(verdict) || endpoint.purpose]
  return [whereText(verdict), endText(verdict)]
}

function whereText({ addresses, seen }: EndpointVerdict): string {
  if (seen.proxy !== undefined) return 'through the proxy'
  const open = addresses.find(({ result }) => result === 'open') ?? addresses[0]
  const more = addresses.length > 1 ? ` (and ${addresses.length - 1} more)` : ''
  return open === undefined ? '' : `${holdingText(open)}${more}`
}

function holdingText({ address, isPrivate, rules, tags }: AddressVerdict): string {
  if (isPrivate) return `${address} is private`
  if (tags[0] === undefined && rules.length === 0) return `${address} is public, in no known tag`
  return `${address} is in ${tags[0] ?? 'the prefixes of the policy'}${rules[0] === undefined ? '' : `: rule ${rules[0]} allows it`}`
}

function endText(verdict: EndpointVerdict): string {
  const [tls, status] = [tlsOf(verdict), verdict.seen.http?.status]
  const secure = tls ? `${tls.protocol.replace('TLSv', 'TLS ')} by ${tls.issuer}` : ''
  return [secure, status === undefined ? '' : `status ${status}`].filter(Boolean).join(', ')
}

/** A text of the network or of a record in one line, so it cannot look like another line of the output. */
const inLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')

const noteText = (finding: DoctorFinding) => `note: ${inLine(adviceOf(finding).what)}\n`

function findingsText(findings: readonly DoctorFinding[], color: Color): string {
  if (findings.length === 0)
    return '\nno findings: every endpoint answers. TCP alone would prove nothing, so TLS and HTTP were tried too\n'
  const blocks = findings.map((finding, index) => {
    const { what, fix } = adviceOf(finding)
    const number = `${index + 1}. `
    const style = severityOf(finding) === 'error' ? 'red' : 'bold'
    const first = hanging(`${finding.code}: ${what}`, number).replace(finding.code, color(style, finding.code))
    return `${first}${hanging(fix, `${' '.repeat(number.length)}-> `)}`
  })
  return `\n${color('bold', `${plural(findings.length, 'finding')}, in the order of what to fix first`)}\n${blocks.join('')}`
}

/** Wrapped lines; the first begins with `start`, and the others are indented as much. */
function hanging(text: string, start: string): string {
  const lines = wrap(inLine(text), WIDTH - start.length).split('\n')
  return lines.map((line, index) => `${index === 0 ? start : ' '.repeat(start.length)}${line}\n`).join('')
}
