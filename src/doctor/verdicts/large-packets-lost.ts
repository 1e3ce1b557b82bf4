import { formatCount } from '../../text/numbers.ts'
import { eachHandshake, type Verdict } from '../verdict.ts'

/** Anything but silence shows that the packet arrived. */
const ANSWERS = ['answered', 'CLOSED', 'ECONNRESET']

export const largePacketsLost: Verdict<'LARGE_PACKETS_LOST', 'passed' | 'lost'> = {
  code: 'LARGE_PACKETS_LOST',
  severity: 'error',
  layer: 'TLS',
  settles: 'layer',
  find: eachHandshake(({ error, sizes = [] }) => {
    const passed = sizes.filter(({ result }) => ANSWERS.includes(result)).map(({ bytes }) => bytes)
    if (error !== 'ETIMEDOUT' || passed.length === 0) return undefined
    const most = Math.max(...passed)
    const lost = sizes.map(({ bytes }) => bytes).filter((bytes) => bytes > most)
    return { passed: String(most), lost: lost.length === 0 ? '' : String(Math.min(...lost)) }
  }),
  say({ hosts, verb, facts: { passed, lost } }) {
    const bytes = (text: string) => `${formatCount(Number(text))} bytes`
    const detail = `a message of ${bytes(passed)} is answered, ${lost === '' ? 'the whole handshake' : `one of ${bytes(lost)}`} is not`
    return {
      what: `${hosts} ${verb('answers', 'answer')} small packets, but large packets are lost: ${detail}. The path has a smaller MTU than the hosts at its ends believe`,
      fix: `Turn on MSS clamping at the VPN gateway or firewall${lost === '' ? '' : ` (an MSS of ${bytes(passed)} is certain to pass)`}, or lower the MTU of the tunnel, and let the ICMP message "fragmentation needed" (type 3, code 4) through.`,
    }
  },
  title: 'large packets are lost on the way',
  means:
    'Connections open, because their first packets are small, and hang with the first large packet, usually in the TLS handshake. A tunnel on the way takes smaller packets than the network before it, and a firewall drops the ICMP messages that would say so. A firewall that filters by name drops small packets with the name too. Some old firewalls drop only long TLS hellos, as new programs send them.',
}
