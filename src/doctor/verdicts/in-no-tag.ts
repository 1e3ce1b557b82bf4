import { daysBetween } from '../../text/dates.ts'
import { plural } from '../../text/numbers.ts'
import { isReached, notAllowedOf, reachedText } from '../case-addresses.ts'
import { at, each, type Verdict } from '../verdict.ts'

export const inNoTag: Verdict<'IN_NO_TAG', 'expected' | 'published' | 'days' | 'isWhole' | 'isReached'> = {
  code: 'IN_NO_TAG',
  severity: 'error',
  layer: 'address',
  settles: 'addresses',
  find: each((one, context) => {
    const { published, made, isWhole } = context
    const some = notAllowedOf(one, context).filter(({ tags }) => tags.length === 0)
    if (some.length === 0) return undefined
    const facts = {
      expected: one.endpoint.tags.join(', '),
      published,
      days: String(daysBetween(published, made.slice(0, 10))),
      isWhole: isWhole ? 'yes' : 'no',
      isReached: isReached(one, some),
    }
    return at(one, facts, some)
  }),
  say({ hosts, addresses, verbOfAddresses, facts: { expected, published, days, isWhole, isReached } }) {
    const scope = isWhole === 'yes' ? '' : ', which keeps only the tags in use'
    const wanted = expected === '' ? '' : `; expected in ${expected}`
    return {
      what: `${addresses} of ${hosts} ${verbOfAddresses('is', 'are')} in no tag of the snapshot of ${published} (${plural(Number(days), 'day')} old)${scope}${wanted}${reachedText(isReached)}`,
      fix:
        expected === ''
          ? `Allow ${hosts} by name on the device.`
          : 'Run "tagwall update", and load the rules. If the address is still in no tag then, check DNS.',
    }
  },
  title: 'no tag of the document holds the address',
  means:
    'Microsoft may have moved the service after the snapshot, the answer of DNS may be wrong, or the snapshot does not keep the tag, because no rule uses it.',
}
