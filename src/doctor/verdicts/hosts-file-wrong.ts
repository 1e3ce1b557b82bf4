import { isWrong, otherAnswersOf, pinOf } from '../case-addresses.ts'
import { at, each, type Verdict } from '../verdict.ts'

export const hostsFileWrong: Verdict<'HOSTS_FILE_WRONG', 'lines' | 'answers'> = {
  code: 'HOSTS_FILE_WRONG',
  severity: 'error',
  layer: 'DNS',
  settles: 'endpoint',
  find: each((one) => {
    const pin = pinOf(one)
    const answers = otherAnswersOf(one)
    if (pin === undefined || answers.length === 0 || !isWrong(one)) return undefined
    return at(one, { lines: pin.lines, answers: answers.join(', ') }, pin.addresses)
  }),
  say: ({ hosts, addresses, facts: { lines, answers } }) => ({
    what: `${lines} gives ${hosts} the address ${addresses}, where the service does not answer; the name servers answer ${answers}`,
    fix: `Remove ${hosts} from ${lines}.`,
  }),
  title: 'a line of the hosts file has a wrong address',
  means:
    'Programs take the address of a name from the hosts file and do not ask the name servers. The line has another address than the name servers give, and the service does not answer there.',
}
