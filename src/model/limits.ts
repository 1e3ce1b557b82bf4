/** Limits that count fitted rules. */
export const RULE_LIMITS = [
  'rules',
  'objects',
  'familyObjects',
  'groups',
  'groupMembers',
  'sets',
  'setPrefixes',
  'wholeSetPrefixes',
  'entries',
  'prefixesPerSide',
  'addressUnits',
  'portSlots',
  'portEntries',
  'commentTags',
] as const
/** Limits that count the files of a target. */
export const FILE_LIMITS = ['bytes', 'objectBytes', 'lines', 'totalLines', 'requestEntries'] as const
export const LIMITS = [...RULE_LIMITS, ...FILE_LIMITS] as const
export type LimitName = (typeof LIMITS)[number]

/** The count of each limit, for a sentence. */
export const LIMIT_MEANING: Readonly<Record<LimitName, string>> = {
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
  bytes: 'bytes in one file',
  objectBytes: 'bytes in one object',
  requestEntries: 'entries in one request',
  lines: 'lines in one file',
  totalLines: 'lines in all files together',
}
