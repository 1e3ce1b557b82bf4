import { isAnswer } from '../dns-answers.ts'
import type { Case, Verdict } from '../verdict.ts'

/** A step that takes longer is worth a word: agents have timeouts of some seconds for all steps together. */
const SLOW_MS = 2000

const HINTS = {
  DNS: 'Look at the load and the forwarders of the name servers of this host.',
  TCP: 'Packets are lost or wait on the way: look at the load of the firewall, VPN or line.',
  TLS: 'A device that inspects TLS is slow, or packets are lost: look at the firewall or VPN on the way.',
  HTTP: 'A proxy or an inspecting device is slow, or packets are lost: look at the devices on the way.',
} as const
type Step = keyof typeof HINTS

export const slow: Verdict<'SLOW', 'step' | 'seconds'> = {
  code: 'SLOW',
  severity: 'warning',
  find({ all }) {
    return (Object.keys(HINTS) as Step[]).flatMap((step) => {
      const late = all.filter((one) => timeOf(one, step) >= SLOW_MS)
      if (late.length === 0) return []
      const most = Math.max(...late.map((one) => timeOf(one, step)))
      return [
        { hosts: late.map(({ name }) => name), addresses: [], facts: { step, seconds: (most / 1000).toFixed(1) } },
      ]
    })
  },
  say: ({ hosts, facts: { step, seconds } }) => ({
    what: `${step} takes up to ${seconds} seconds for ${hosts}`,
    fix: HINTS[step as Step],
  }),
  title: 'a step works, but takes seconds',
  means:
    'Each endpoint was reached, but one of the steps to it took two seconds or more. Agents and installers give up after some seconds, and then work today and fail tomorrow.',
}

/** The milliseconds of a step that worked; 0 if it did not, because another finding says so. */
function timeOf({ seen: { lookup, dns = [], tcp = [], tls, http } }: Case, step: Step): number {
  const largest = (all: readonly (number | undefined)[]) => Math.max(0, ...all.map((one = 0) => one))
  // Behind a silent name server every lookup is slow.
  const own = dns.every(isAnswer) && lookup?.error === undefined ? [lookup?.ms] : []
  if (step === 'DNS') return largest([...own, ...dns.filter(isAnswer).map(({ ms }) => ms)])
  if (step === 'TCP') return largest(tcp.filter(({ result }) => result === 'open').map(({ ms }) => ms))
  return step === 'TLS' ? largest(tls?.error ? [] : [tls?.ms]) : largest(http?.error ? [] : [http?.ms])
}
