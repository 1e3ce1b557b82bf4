import { FAMILIES } from '../address/family.ts'
import { ACTIONS, DIRECTIONS, PROTOCOLS } from './traffic.ts'

// The words of a manifest that have a meaning here.

/** Our words that a vendor may have its own for; `-` stands between the ports of a range. */
export const WORDS = [...ACTIONS, ...DIRECTIONS, ...PROTOCOLS, ...FAMILIES, '-'] as const
export type Word = (typeof WORDS)[number]

/** The kinds of vendors, in the order of lists, and what a list calls them. */
export const VENDOR_KINDS = {
  firewall: 'firewalls and routers',
  host: 'hosts',
  cloud: 'Azure',
  code: 'infrastructure as code',
  cluster: 'clusters',
  data: 'lists and data for other programs',
  other: 'others',
} as const
export type VendorKind = keyof typeof VENDOR_KINDS

export const NAME_KINDS = ['rule', 'set', 'service'] as const
export type NameKind = (typeof NAME_KINDS)[number]

/** The kinds of files that a device loads: full files, a delta, or a cleanup. */
export const LOAD_KINDS = ['full', 'delta', 'cleanup'] as const
export type LoadKind = (typeof LOAD_KINDS)[number]

/** Things that a device always has: commands make them again, and never remove them. */
const LASTING_SOURCES = ['directions', 'families', 'once'] as const
/** The list of the view that a template of items is for. */
export const ITEM_SOURCES = [
  ...([
    'objects',
    'groups',
    'sets',
    'wholeSets',
    'services',
    'rules',
    'entries',
    'chains',
    'policyRules',
    'remotes',
    'cover',
  ] as const),
  ...LASTING_SOURCES,
] as const
export type ItemSource = (typeof ITEM_SOURCES)[number]

export const isLasting = (each: ItemSource) => LASTING_SOURCES.some((one) => one === each)
