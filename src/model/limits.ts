/** Limits that count fitted rules, each with what it counts, for a sentence. */
const OF_RULES = {
  rules: 'rules',
  objects: 'address objects',
  familyObjects: 'address objects of one family',
  groups: 'groups',
  groupMembers: 'members in one group',
  sets: 'address lists',
  setPrefixes: 'prefixes of one family in one set',
  wholeSetPrefixes: 'prefixes of both families in one set',
  entries: 'entries in all rules together, one for each prefix and port or range',
  prefixesPerSide: 'prefixes on one side of all rules together',
  addressUnits: 'address units in one rule, where an IPv6 prefix takes four',
  portSlots: 'port slots in one rule, where a range takes two',
  portEntries: 'ports and ranges in one rule',
  commentTags: 'characters of tag names in one comment',
} as const

/** Limits that count the files of a target. */
const OF_FILES = {
  bytes: 'bytes in one file',
  objectBytes: 'bytes in one object',
  lines: 'lines in one file',
  totalLines: 'lines in all files together',
  requestEntries: 'entries in one request',
} as const

export type RuleLimit = keyof typeof OF_RULES
export type FileLimit = keyof typeof OF_FILES
export type LimitName = RuleLimit | FileLimit

export const LIMIT_MEANING: Readonly<Record<LimitName, string>> = { ...OF_RULES, ...OF_FILES }
export const RULE_LIMITS = Object.keys(OF_RULES) as RuleLimit[]
export const FILE_LIMITS = Object.keys(OF_FILES) as FileLimit[]
export const LIMITS: readonly LimitName[] = [...RULE_LIMITS, ...FILE_LIMITS]
