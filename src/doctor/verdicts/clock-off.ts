import { plural } from '../../text/numbers.ts'
import { atHost, type Verdict } from '../verdict.ts'

/** Tokens are refused when the clock is off by more. */
const MOST_SECONDS = 300

export const clockOff: Verdict<'CLOCK_OFF', 'seconds' | 'direction'> = {
  code: 'CLOCK_OFF',
  severity: 'error',
  /** The clock of the host against the Date of services that proved who they are: the middle one, because one may be wrong. */
  find({ seen: { made, endpoints } }) {
    const here = Date.parse(made)
    const differences = endpoints
      .filter(({ tls, http }) => tls?.trust === 'public' && http?.date !== undefined)
      .map(({ http }) => (here - Date.parse(http?.date as string)) / 1000)
      .filter((seconds) => !Number.isNaN(seconds))
      .sort((a, b) => a - b)
    const middle = differences[Math.floor((differences.length - 1) / 2)]
    if (middle === undefined || Math.abs(middle) <= MOST_SECONDS) return []
    return [atHost({ seconds: String(Math.round(Math.abs(middle))), direction: middle > 0 ? 'fast' : 'slow' })]
  },
  say: ({ facts }) => ({
    what: `the clock of this host is ${durationOf(Number(facts.seconds))} ${facts.direction}, so tokens are refused`,
    fix: 'Set the clock, and keep it with NTP: timedatectl set-ntp true (Windows: w32tm /resync).',
  }),
  title: 'the clock of this host is off by more than five minutes',
  means:
    'Microsoft Entra ID refuses tokens that seem to be from the past or the future. The Date of the services is compared with the clock.',
}

/** A duration in the largest unit that leaves at least two, such as `90 minutes`, or `2 hours`. */
function durationOf(seconds: number): string {
  const units: [size: number, name: string][] = [
    [31_556_952, 'year'],
    [86_400, 'day'],
    [3600, 'hour'],
  ]
  const [size, name] = units.find(([size]) => seconds >= 1.95 * size) ?? [60, 'minute']
  return plural(Math.round(seconds / size), name)
}
