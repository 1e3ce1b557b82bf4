import type { Help } from './help.ts'
import { PAGE, TAGS_PAGE, WIDEN } from './sources.ts'

/** Help for warnings about a policy that compiles, for widening, and for the age of the last check. */
export const ADVICE_HELP = {
  DEPENDENCY_MISSING: {
    title: 'a tag needs another tag that has no rule',
    means:
      'Some services are reached through another service. For example, you cannot pull images from MicrosoftContainerRegistry unless AzureFrontDoor.FirstParty is allowed too.',
    do: 'Add a rule that allows the other tag outbound, on the same ports. This is only a warning, because another firewall may allow that tag.',
    sources: ['https://github.com/microsoft/containerregistry/pull/150', TAGS_PAGE],
  },
  GLOBAL_LEFT_OUT: {
    title: 'a rule with regional tags leaves out addresses that belong to no region',
    means:
      'A base tag holds more than all its regional tags together. In one document, MicrosoftContainerRegistry had 359 prefixes, and its 69 regional tags had 326.',
    do: 'Use the base tag, unless you know that your clients do not need these addresses.',
    sources: [TAGS_PAGE],
  },
  INBOUND_TAG: {
    title: 'a rule allows a service tag inbound',
    means:
      'A tag says which service owns the addresses, not who is calling: any Azure customer with a virtual machine, a function or a front door can have an address in it. Microsoft says that tags are not a security boundary. On a stateful firewall, replies to connections that your side opens need no inbound rule.',
    do: 'Keep the rule only if the service must call you, and authenticate the caller behind the firewall (token, certificate, header). The built-in policy allows Front Door inbound because Microsoft\'s page asks for it, without a reason. To leave it out, write your own policy ("tagwall init") and set direction: outbound.',
    sources: [
      'https://msrc.microsoft.com/blog/2024/06/improved-guidance-for-azure-network-service-tags/',
      'https://learn.microsoft.com/azure/azure-arc/kubernetes/private-link#network-configuration',
    ],
  },
  BUDGET_NOT_MET: {
    title: 'widening cannot reach so few prefixes',
    means:
      'Wider prefixes would hold addresses of "never", special-use addresses, or addresses for which a later rule says the opposite; or they would be shorter than "minPrefixLength".',
    do: 'Raise "maxPrefixes", or relax the constraint that the message names. "tagwall widen --curve" prints the price of every budget.',
    sources: [WIDEN],
  },
  TAGS_NOT_WIDENED: {
    title: 'a target that writes tags by name cannot be widened',
    means: 'The device resolves the tag itself, so the file has no prefixes to widen.',
    do: 'Remove "widen": a tag by name is a single entry. Or choose the option that makes the vendor write prefixes.',
    sources: [WIDEN],
  },
  NO_WITHIN: {
    title: 'the tag to widen within is not in the snapshot',
    means: 'Either the name is misspelt, or the snapshot was stored before the policy used that tag.',
    do: 'Correct the name, or store the document again with "tagwall fetch --from FILE".',
    sources: [WIDEN],
  },
  STALE: {
    title: 'the last check for a new document is too long ago',
    means:
      'Microsoft publishes new ranges at least a week before it uses them. Files carry the date of a Monday and appear two to nine days later, mostly on a Wednesday; some weeks have no file. More than 10 days after the last check, Azure may use addresses that your firewall does not know. The age of the newest snapshot says little: if no tag in use changes, nothing is stored, and up to 12 such weeks have followed each other. "update" and "fetch" record their last check in snapshots/.tagwall-checked.json, which is not committed. Without that file, for example in a fresh checkout, the warning appears when the newest stored change is 90 days old.',
    do: 'Run "tagwall update", and let a job run it every Thursday: "tagwall init" writes one.',
    sources: [TAGS_PAGE, PAGE],
  },
} as const satisfies Readonly<Record<string, Help>>
