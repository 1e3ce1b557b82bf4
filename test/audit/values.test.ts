import { expect, test } from 'vitest'
import { AUDIT_FINDING_KINDS, type Audit, findingsOf } from '../../src/audit/values.ts'

test('findings of an audit in one order, with outside rules only if it is strict', () => {
  const entry = (kind: string) => [{ kind }]
  const audit = {
    ...{ missing: entry('missing'), stale: entry('stale'), wider: entry('wider'), opened: entry('opened') },
    ...{ outside: entry('outside'), unresolved: entry('unresolved'), notes: entry('not-understood') },
  } as unknown as Audit
  const kinds = (isStrict: boolean) =>
    findingsOf(audit, isStrict).map(({ kind, entry }) => {
      expect(entry).toEqual({ kind })
      return kind
    })
  expect(kinds(true)).toEqual([...AUDIT_FINDING_KINDS])
  expect(kinds(false)).toEqual(AUDIT_FINDING_KINDS.filter((kind) => kind !== 'outside'))
})
