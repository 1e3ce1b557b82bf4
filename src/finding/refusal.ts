import { UserErrors } from '../errors.ts'
import { explainAll, type Finding } from './finding.ts'

/** Findings that forbid what was asked. Its code is that of the first. */
export class Refusal extends UserErrors {
  override name = 'Refusal'

  constructor(
    heading: string,
    readonly findings: readonly Finding[],
    texts: readonly string[] = explainAll(findings),
  ) {
    super(heading, texts, { code: findings[0]?.code as string })
  }
}
