import { atHost, type Verdict } from '../verdict.ts'

export const nothingChecked: Verdict<'NOTHING_CHECKED'> = {
  code: 'NOTHING_CHECKED',
  severity: 'error',
  find: ({ all }) => (all.length === 0 ? [atHost({})] : []),
  say: () => ({
    what: 'no endpoint was checked: the record has none that matters here',
    fix: 'Make the record again, with the policy and the options that you read it with.',
  }),
  title: 'no endpoint was checked',
  means: 'A record without endpoints proves nothing.',
}
