import { linesText } from '../text/lines.ts'
import { plural } from '../text/numbers.ts'
import type { Created } from './pull-request.ts'

/** The outcome for the pull request: `closed` stays closed, `kept` has a title that a person wrote, `pushed` is left to the push. */
export type PullRequestOutcome = 'opened' | 'updated' | 'up to date' | 'kept' | 'closed' | 'pushed'

/** The pull request of the branch. */
interface ProposedPullRequest extends Created {
  readonly outcome: PullRequestOutcome
}

/** The result of `propose`. */
export interface Proposed {
  /** `nothing`: the files are as in the checkout. `there`: the branch has this change. `closed`: a person closed its pull request. */
  readonly outcome: 'nothing' | 'would push' | 'pushed' | 'there' | 'closed'
  readonly branch: string
  /** Of the report. */
  readonly title: string
  /** Undefined if nothing was asked or is known, as in a dry run. */
  readonly pullRequest: ProposedPullRequest | undefined
  /** Files of the report that git ignores. */
  readonly ignored: readonly string[]
}

/** One sentence without a line end. */
function sentenceOf({ outcome, branch, title, pullRequest, ignored }: Proposed): string {
  const what = pullRequest && PULL_REQUEST[pullRequest.outcome](pullRequest.number)
  const note =
    ignored.length > 0 ? ` (git ignores ${plural(ignored.length, 'file')} of the report, such as ${ignored[0]})` : ''
  return `${[BRANCH[outcome](branch, title), what].filter((part) => part !== undefined).join('; ')}${note}`
}

/** The sentence, the address of the pull request if it is known, and for a new change where to read on. */
export function proposedText(proposed: Proposed): string {
  const address = proposed.pullRequest?.address
  const lines = [sentenceOf(proposed), address, proposed.outcome === 'pushed' ? AFTER_MERGE : undefined]
  return linesText(lines.filter((line) => line !== undefined))
}

const AFTER_MERGE = 'after the merge, load the rules and audit the devices: docs/automation.md'

export function proposedJson({ outcome, branch, title, pullRequest, ignored }: Proposed) {
  const { number = null, address = null } = pullRequest ?? {}
  return {
    outcome,
    branch,
    title,
    pullRequest: pullRequest ? { outcome: pullRequest.outcome, number, address } : null,
    ignored,
  }
}

const BRANCH: Readonly<Record<Proposed['outcome'], (branch: string, title: string) => string | undefined>> = {
  nothing: () => 'nothing changed, so there is nothing to propose',
  'would push': (branch, title) => `would push to ${branch}: ${title}`,
  pushed: (branch, title) => `pushed to ${branch}: ${title}`,
  there: (branch) => `${branch} already has this change`,
  closed: () => undefined,
}

const PULL_REQUEST: Readonly<Record<PullRequestOutcome, (number: string | undefined) => string | undefined>> = {
  opened: (number) => (number === undefined ? 'opened a pull request' : `opened pull request ${number}`),
  updated: (number) => `updated pull request ${number}`,
  'up to date': (number) => `pull request ${number} is up to date`,
  kept: (number) => `pull request ${number} keeps its title and text, which a person wrote`,
  pushed: () => undefined,
  closed: (number) => `pull request ${number} for this change was closed and stays closed`,
}
