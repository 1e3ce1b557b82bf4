import { largest } from '../../text/numbers.ts'
import { isPlain } from '../chosen-endpoints.ts'
import { isAnswer } from '../dns-answers.ts'
import { at, type Case, each, failing, quoted, reasonOf, verdict } from '../verdict.ts'

/** Network authentication required: https://www.rfc-editor.org/rfc/rfc6585#section-6 */
const SIGN_IN = 511
/** Forbidden, unavailable for legal reasons, unavailable: what web filters answer with. */
const BLOCKED = [403, 451, 503]

const REASONS = { ETIMEDOUT: 'no response in time', CLOSED: 'the connection was closed without a response' }

/** A step that takes longer is worth a word: agents have timeouts of some seconds for all steps together. */
const SLOW_MS = 2000

const HINTS = {
  DNS: 'Look at the load and the forwarders of the name servers of this host.',
  TCP: 'Packets are lost or wait on the way: look at the load of the firewall, VPN or line.',
  TLS: 'A device that inspects TLS is slow, or packets are lost: look at the firewall or VPN on the way.',
  HTTP: 'A proxy or an inspecting device is slow, or packets are lost: look at the devices on the way.',
} as const
type Step = keyof typeof HINTS
const STEPS = Object.keys(HINTS) as Step[]

const failure = failing('HTTP', 'layer')

/** Responses. In order of evaluation. */
export const HTTP = {
  BLOCK_PAGE: failure<'status' | 'title'>({
    find: each((one) => {
      const { http, tls } = one.seen
      // Any status from the service itself is an answer; a server without proof of its identity is not the service.
      if (http === undefined || http.error !== undefined || tls?.trust === 'public') return undefined
      const { status = 0, type = '', title = '' } = http
      // An inspecting device that lets the service through passes on its 404 and its redirects too.
      const isBlock = status === SIGN_IN || (/html/i.test(type) && BLOCKED.includes(status))
      return isBlock ? at(one, { status: String(status), title }) : undefined
    }),
    what: ({ hosts, verb, facts: { status, title } }) =>
      `${hosts} ${verb('is', 'are')} answered by a device on the way, not by the service: status ${status}${title === '' ? '' : `, ${quoted(title)}`}`,
    fix: ({ hosts, facts: { status } }) =>
      status === String(SIGN_IN)
        ? 'A captive portal asks for a sign-in: sign in with a browser, or have this host exempted from the portal.'
        : `Allow ${hosts} on the web filter or proxy.`,
    examples: { 'Status 511': { status: String(SIGN_IN) }, 'Any other status': { status: '403' } },
    title: 'a device on the way answers in place of the service',
    means: 'The host that answers cannot prove that it is the service, and sends a page, a redirect or an error.',
  }),
  NO_RESPONSE: failure<'reason' | 'isPlain'>({
    find: each((one) => {
      const { http, tls } = one.seen
      if (http?.error === undefined || (tls !== undefined && tls.trust !== 'public')) return undefined
      return at(one, { reason: reasonOf(http.error, REASONS), isPlain: isPlain(one.seen) ? 'yes' : 'no' })
    }),
    what: ({ hosts, verb, facts: { reason, isPlain } }) =>
      `${hosts} ${isPlain === 'yes' ? `${verb('accepts', 'accept')} TCP` : `${verb('completes', 'complete')} TLS`}, but ${verb('gives', 'give')} no HTTP response: ${reason}`,
    fix: 'Look for a device that cuts connections after the handshake, or a path that loses large packets (lower the MTU of the tunnel).',
    title: 'TLS works, but no response comes',
    means:
      'The service proved who it is, so the packets after that are lost or cut: an inspecting device, or a path with a smaller MTU.',
  }),
  SLOW: verdict<'step' | 'seconds'>({
    severity: 'warning',
    find({ all }) {
      return STEPS.flatMap((step) => {
        const late = all.filter((one) => timeOf(one, step) >= SLOW_MS)
        if (late.length === 0) return []
        return [at(late, { step, seconds: (largest(late.map((one) => timeOf(one, step))) / 1000).toFixed(1) })]
      })
    },
    what: ({ hosts, facts: { step, seconds } }) => `${step} takes up to ${seconds} seconds for ${hosts}`,
    fix: ({ facts: { step } }) => HINTS[step as Step],
    examples: Object.fromEntries(STEPS.map((step) => [step, { step }])),
    title: 'a step works, but takes seconds',
    means:
      'Each endpoint was reached, but one of the steps to it took two seconds or more. Agents and installers give up after some seconds, and then work today and fail tomorrow.',
  }),
}

/** The milliseconds of a step that worked; 0 if it did not, because another finding says so. */
function timeOf({ seen: { lookup, dns = [], tcp = [], tls, http } }: Case, step: Step): number {
  const most = (all: readonly (number | undefined)[]) => largest(all.map((one = 0) => one))
  // Behind a silent name server every lookup is slow.
  const own = dns.every(isAnswer) && lookup?.error === undefined ? [lookup?.ms] : []
  if (step === 'DNS') return most([...own, ...dns.filter(isAnswer).map(({ ms }) => ms)])
  if (step === 'TCP') return most(tcp.filter(({ result }) => result === 'open').map(({ ms }) => ms))
  return step === 'TLS' ? most(tls?.error ? [] : [tls?.ms]) : most(http?.error ? [] : [http?.ms])
}
