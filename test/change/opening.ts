/** A rule "Web" of the policy newly opens something. */
export const OPENING = {
  opens: true,
  isNew: true,
  cause: 'policy',
  from: undefined,
  to: 'Web',
  direction: 'outbound',
  list: undefined,
} as const
