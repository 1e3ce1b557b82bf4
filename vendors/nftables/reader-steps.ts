import { describe, describeMap, type Environment } from './reader-conditions.ts'
import {
  both,
  type Described,
  type Doubt,
  described,
  EVERY_CONNECTION,
  EVERYTHING,
  ofFamily,
  SOMETHING,
} from './reader-keys.ts'
import type { Reject, Rule, Verdict } from './reader-types.ts'

/** A verdict and its conditions. A verdict map has several steps, whose conditions do not overlap. */
export interface Step extends Described {
  readonly rule: Rule
  readonly verdict: Verdict
}

/** The steps of a rule for new TCP and UDP connections; none for a rule that only counts or marks. */
export function stepsOf(rule: Rule, environment: Environment): Step[] {
  let found: Described = EVERYTHING
  let isUnknown = false
  let goesOn = false
  const doubt = (reason: string, more: Omit<Doubt, 'reason'> = {}) => {
    found = { ...found, doubts: [...found.doubts, { reason, ...more }] }
  }
  const part = () => {
    found = both(found, SOMETHING)
  }
  const end = (verdict: Verdict): Step[] => [{ rule, ...found, verdict }]

  const last = rule.clauses.findIndex(({ kind }) => kind === 'verdict')
  if (last >= 0 && last < rule.clauses.length - 1) {
    doubt('has more after its verdict, which is not understood')
    part()
  }
  for (const clause of rule.clauses) {
    switch (clause.kind) {
      case 'match':
        found = both(found, describe(clause, environment))
        break
      case 'map':
        return describeMap(clause, environment).map(({ verdict, ...own }) => ({ rule, ...both(found, own), verdict }))
      case 'verdict':
        found = both(found, rejectable(clause.reject))
        return end(clause.verdict)
      case 'part':
      case 'changes':
        part()
        break
      case 'diverts':
        doubt('redirects connections, which is not followed', { isOutbound: true })
        return end({ kind: clause.isEnd ? 'accept' : 'continue' })
      case 'untracks':
        doubt('takes connections out of tracking, which is not followed')
        goesOn = true
        break
      case 'doubt':
        doubt(clause.reason)
        return end({ kind: 'either' })
      case 'unknown':
        doubt(`has ${clause.text}, which is not understood`)
        isUnknown = true
        part()
        break
      case 'pass':
        break
    }
  }
  // An unknown clause may have been a verdict.
  if (isUnknown) return end({ kind: 'either' })
  return goesOn ? end({ kind: 'continue' }) : []
}

/** The connections that a reject has an answer for. */
function rejectable(reject: Reject | undefined): Described {
  if (reject === 'ipv4' || reject === 'ipv6') return described([ofFamily(reject)])
  return reject === 'tcp' ? described([{ ...EVERY_CONNECTION, protocol: 'tcp' }]) : EVERYTHING
}
