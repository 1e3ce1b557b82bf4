import { isWrong, otherAnswersOf, pinOf } from '../case-addresses.ts'
import { at, each, type Verdict } from '../verdict.ts'

export const hostsFileUsed: Verdict<'HOSTS_FILE_USED', 'lines' | 'answers'> = {
  code: 'HOSTS_FILE_USED',
  severity: 'warning',
  layer: 'DNS',
  settles: 'layer',
  find: each((one) => {
    const pin = pinOf(one)
    const answers = otherAnswersOf(one)
    if (pin === undefined || answers.length === 0 || isWrong(one)) return undefined
    // Without a private zone, a line for each private endpoint is what Microsoft's page advises.
    if (one.zone !== undefined && one.addresses.every(({ isPrivate }) => isPrivate)) return undefined
    return at(one, { lines: pin.lines, answers: answers.join(', ') }, pin.addresses)
  }),
  say: ({ hosts, addresses, verb, facts: { lines, answers } }) => ({
    what: `${hosts} ${verb('has its', 'have their')} address from ${lines} (${addresses}), and the name servers answer ${answers}; ${verb('it works', 'they work')} today`,
    fix: `Remove ${hosts} from ${lines}: Microsoft moves the service without notice, and the line stays behind.`,
  }),
  title: 'a name has its address from the hosts file',
  means:
    'Programs do not ask the name servers about a name that is in the hosts file. The address works today, but the name servers answer with another one.',
}
