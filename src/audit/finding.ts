import type { Note } from '../model/reading.ts'
import type { Audit, Excess, Missing, Opening, Outside, Unresolved } from './values.ts'

/** A finding of an audit. */
export type AuditFinding =
  | { readonly kind: 'missing'; readonly entry: Missing }
  | { readonly kind: 'stale' | 'wider'; readonly entry: Excess }
  | { readonly kind: 'opened'; readonly entry: Opening }
  | { readonly kind: 'outside'; readonly entry: Outside }
  | { readonly kind: 'unresolved'; readonly entry: Unresolved }
  | { readonly kind: 'not-understood'; readonly entry: Note }

export const AUDIT_FINDING_KINDS = [
  'missing',
  'stale',
  'wider',
  'opened',
  'outside',
  'unresolved',
  'not-understood',
] as const satisfies readonly AuditFinding['kind'][]

/** All findings of an audit; rules outside the policy only if it is strict. */
export function findingsOf(audit: Audit, isStrict: boolean): AuditFinding[] {
  return [
    ...audit.missing.map((entry) => ({ kind: 'missing', entry }) as const),
    ...audit.stale.map((entry) => ({ kind: 'stale', entry }) as const),
    ...audit.wider.map((entry) => ({ kind: 'wider', entry }) as const),
    ...audit.opened.map((entry) => ({ kind: 'opened', entry }) as const),
    ...(isStrict ? audit.outside.map((entry) => ({ kind: 'outside', entry }) as const) : []),
    ...audit.unresolved.map((entry) => ({ kind: 'unresolved', entry }) as const),
    ...audit.notes.map((entry) => ({ kind: 'not-understood', entry }) as const),
  ]
}
