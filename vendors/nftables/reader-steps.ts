import { type Condition, EVERY_CONNECTION, ofFamily, product } from './reader-boxes.ts'
import { type Described, describe, describeMap, type Environment } from './reader-conditions.ts'
import type { Reject, Rule, Verdict } from './reader-types.ts'

/** A part of a rule that may change its effect in ways that are not evaluated. */
export interface Doubt {
  readonly reason: string
  /** True if the doubt affects outbound traffic only. */
  readonly isOutbound?: boolean
  /** True if the doubt cannot allow traffic, so it is no finding. */
  readonly isHarmless?: boolean
}

/** A verdict and its conditions. A verdict map has several steps, whose conditions do not overlap. */
export interface Step {
  readonly rule: Rule
  readonly conditions: readonly Condition[]
  readonly verdict: Verdict
  readonly doubts: readonly Doubt[]
}

/** The steps of a rule for new TCP and UDP connections; none for a rule that only counts or marks. */
export function stepsOf(rule: Rule, environment: Environment): Step[] {
  let conditions: readonly Condition[] = [EVERY_CONNECTION]
  const doubts: Doubt[] = []
  let isUnknown = false
  let goesOn = false
  const narrow = ({ conditions: own, problems, remarks }: Described) => {
    conditions = product(conditions, own)
    doubts.push(...problems.map((reason) => ({ reason })))
    doubts.push(...remarks.map((reason) => ({ reason, isHarmless: true })))
  }
  const part = () => {
    conditions = conditions.map((condition): Condition => ({ ...condition, part: 'other' }))
  }
  const end = (verdict: Verdict): Step[] => [{ rule, conditions, verdict, doubts }]

  const last = rule.clauses.findIndex(({ kind }) => kind === 'verdict')
  if (last >= 0 && last < rule.clauses.length - 1) {
    doubts.push({ reason: 'has more after its verdict, which is not understood' })
    part()
  }
  for (const clause of rule.clauses) {
    switch (clause.kind) {
      case 'match':
        narrow(describe(clause, environment))
        break
      case 'map':
        return describeMap(clause, environment).map(({ conditions: own, problems, remarks, verdict }) => ({
          rule,
          conditions: product(conditions, own),
          verdict,
          doubts: [
            ...doubts,
            ...problems.map((reason) => ({ reason })),
            ...remarks.map((reason) => ({ reason, isHarmless: true })),
          ],
        }))
      case 'verdict':
        narrow({ conditions: rejectable(clause.reject), problems: [], remarks: [] })
        return end(clause.verdict)
      case 'part':
      case 'changes':
        part()
        break
      case 'diverts':
        doubts.push({ reason: 'redirects connections, which is not followed', isOutbound: true })
        return end({ kind: clause.isEnd ? 'accept' : 'continue' })
      case 'untracks':
        doubts.push({ reason: 'takes connections out of tracking, which is not followed' })
        goesOn = true
        break
      case 'doubt':
        doubts.push({ reason: clause.reason })
        return end({ kind: 'either' })
      case 'unknown':
        doubts.push({ reason: `has ${clause.text}, which is not understood` })
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
function rejectable(reject: Reject | undefined): readonly Condition[] {
  if (reject === 'ipv4' || reject === 'ipv6') return [ofFamily(reject)]
  return [reject === 'tcp' ? { ...EVERY_CONNECTION, protocol: 'tcp' } : EVERY_CONNECTION]
}
