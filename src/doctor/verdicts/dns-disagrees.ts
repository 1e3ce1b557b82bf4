import { byCodeUnit } from '../../text/order.ts'
import { isAnswer, kindOf, kindText } from '../dns-answers.ts'
import { at, type Verdict } from '../verdict.ts'

export const dnsDisagrees: Verdict<'DNS_DISAGREES', 'answers' | 'example'> = {
  code: 'DNS_DISAGREES',
  severity: 'error',
  layer: 'DNS',
  settles: 'endpoint',
  find({ cases, context }) {
    const sides = cases.flatMap((one) => {
      const answers = (one.seen.dns ?? []).filter(isAnswer)
      const kinds = [...new Set(answers.map((answer) => kindOf(answer, context)))]
      if (kinds.length < 2) return []
      // Equal sides for several names have one cause.
      const side = kinds
        .map((kind) => answers.filter((answer) => kindOf(answer, context) === kind).map(({ server }) => server))
        .map((servers) => servers.join(', '))
        .toSorted(byCodeUnit)
        .join(' | ')
      return [
        { side, one, answers: answers.map((answer) => `${answer.server} ${kindText(answer, context)}`).join('; ') },
      ]
    })
    return [...new Set(sides.map(({ side }) => side))].flatMap((side) => {
      const same = sides.filter((one) => one.side === side)
      const [first] = same
      if (first === undefined) return []
      const facts = { answers: first.answers, example: first.one.endpoint.host }
      return same.map(({ one }) => at(one, facts, one.addresses))
    })
  },
  say: ({ hosts, verb, facts: { answers, example } }) => ({
    what: `the name servers of this host disagree about ${hosts}: ${verb('', `for ${example}, `)}${answers}`,
    fix: 'Use only name servers that give the same answers: remove the other ones, or make them forward the names.',
  }),
  title: 'the name servers of this host disagree',
  means:
    'One server knows the names, or the private zone, and another does not. Which one is asked changes with every failure, so agents work for hours and then stop.',
}
