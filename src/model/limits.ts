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
