import { expectedHolderOf, isReached, notAllowedOf, reachedText } from '../case-addresses.ts'
import { at, each, listed, type Verdict } from '../verdict.ts'

export const notInItsTag: Verdict<'NOT_IN_ITS_TAG', 'tags' | 'expected' | 'published' | 'isReached'> = {
  code: 'NOT_IN_ITS_TAG',
  severity: 'error',
  layer: 'address',
  settles: 'addresses',
  find: each((one, context) => {
    const expected = one.endpoint.tags
    const elsewhere = notAllowedOf(one, context).filter(
      (address) => address.tags.length > 0 && expected.length > 0 && expectedHolderOf(one, address) === undefined,
    )
    return elsewhere.map((address) =>
      at(
        one,
        {
          tags: address.tags.join(', '),
          expected: expected.join(' or '),
          published: context.published,
          isReached: isReached(one, [address]),
        },
        [address],
      ),
    )
  }),
  say: ({ hosts, addresses, verbOfAddresses, facts: { tags, expected, published, isReached } }) => ({
    what: `${addresses} of ${hosts} ${verbOfAddresses('is', 'are')} not in ${expected}, where ${hosts} belongs, but in ${listed(tags.split(', '))} (${published})${reachedText(isReached)}`,
    fix: `Run "tagwall update": Microsoft may have moved the service. If the address is still outside of ${expected}, check DNS: compare with another name server. Do not allow the address: other customers of Azure may hold it.`,
  }),
  title: 'an address is in another tag than its service',
  means:
    'The table of endpoints names the tags that hold the addresses of the host, and this address is in another one. Either the snapshot is older than the address, or DNS gives a wrong address, perhaps of a machine that any customer of Azure can rent. A rule for that tag would open all of these machines.',
}
