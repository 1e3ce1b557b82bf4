import { failedOf, isDropped } from '../case-addresses.ts'
import { at, each, type Verdict } from '../verdict.ts'

export const allowedButDropped: Verdict<'ALLOWED_BUT_DROPPED', 'rule' | 'published'> = {
  code: 'ALLOWED_BUT_DROPPED',
  severity: 'error',
  layer: 'TCP',
  settles: 'addresses',
  find: each((one, { published }) =>
    failedOf(one)
      .filter((address) => isDropped(address) && !address.isPrivate && address.rules.length > 0)
      .map((address) => at(one, { rule: address.rules[0] ?? '', published }, [address])),
  ),
  say: ({ hosts, addresses, facts: { rule, published } }) => ({
    what: `rule ${rule} allows ${addresses} of ${hosts}, but nothing answers: the packets are dropped`,
    fix: `The firewall does not have the rules of ${published}, or another rule comes first: load them, and check the device with "tagwall audit VENDOR FILE".`,
  }),
  title: 'a rule allows the address, but nothing answers',
  means:
    'The policy allows the address, but the device does not: its rules were not loaded or are older than the snapshot, or another rule comes first. "tagwall audit" compares the running configuration with the policy.',
}
