import { expect, test } from 'vitest'
import { type Proposed, proposedJson, proposedText } from '../../src/propose/outcome.ts'
import { HOSTS } from '../../src/propose/pull-request.ts'

const ADDRESS = 'https://git.example/pull/7'
const pull = (outcome: NonNullable<Proposed['pullRequest']>['outcome'], number?: string, address?: string) => ({
  pullRequest: { outcome, number, address },
})
const AT = `${ADDRESS}\n`
const NEXT = 'after the merge, load the rules and audit the devices: docs/automation.md\n'

test.for<[given: Partial<Proposed>, text: string]>([
  [{ outcome: 'nothing' }, 'nothing changed, so there is nothing to propose\n'],
  [
    { outcome: 'nothing', ignored: ['rules/a.txt'] },
    'nothing changed, so there is nothing to propose (git ignores 1 file of the report, such as rules/a.txt)\n',
  ],
  [{ outcome: 'would push' }, 'would push to tagwall/update: Adds 32 addresses\n'],
  [{ outcome: 'there' }, 'tagwall/update already has this change\n'],
  [{ outcome: 'pushed' }, `pushed to tagwall/update: Adds 32 addresses\n${NEXT}`],
  [
    { outcome: 'pushed', ...pull('opened') },
    `pushed to tagwall/update: Adds 32 addresses; opened a pull request\n${NEXT}`,
  ],
  [
    { outcome: 'pushed', ...pull('opened', '7', ADDRESS) },
    `pushed to tagwall/update: Adds 32 addresses; opened pull request 7\n${AT}${NEXT}`,
  ],
  [
    { outcome: 'pushed', ...pull('updated', '7', ADDRESS) },
    `pushed to tagwall/update: Adds 32 addresses; updated pull request 7\n${AT}${NEXT}`,
  ],
  [{ outcome: 'pushed', ...pull('pushed', '7', ADDRESS) }, `pushed to tagwall/update: Adds 32 addresses\n${AT}${NEXT}`],
  [
    { outcome: 'there', ...pull('up to date', '7') },
    'tagwall/update already has this change; pull request 7 is up to date\n',
  ],
  [
    { outcome: 'there', ...pull('kept', '7', ADDRESS) },
    `tagwall/update already has this change; pull request 7 keeps its title and text, which a person wrote\n${AT}`,
  ],
  [
    { outcome: 'closed', ...pull('closed', '7', ADDRESS) },
    `pull request 7 for this change was closed and stays closed\n${AT}`,
  ],
])('%j', ([given, text]) => {
  const proposed = {
    ...{ branch: 'tagwall/update', title: 'Adds 32 addresses', pullRequest: undefined, ignored: [] },
    ...(given as Pick<Proposed, 'outcome'>),
  }
  expect(proposedText(proposed)).toBe(text)
  const { number = null, address = null } = given.pullRequest ?? {}
  expect(proposedJson(proposed).pullRequest).toEqual(
    given.pullRequest ? { outcome: given.pullRequest.outcome, number, address } : null,
  )
})

test.for<[repository: string | undefined, address: string | undefined]>([
  ['https://dev.azure.com/org/project/_git/repo', 'https://dev.azure.com/org/project/_git/repo/pullrequest/7'],
  ['https://org.visualstudio.com/project/_git/repo', 'https://org.visualstudio.com/project/_git/repo/pullrequest/7'],
  ['https://git.example/repo.git', undefined],
  [undefined, undefined],
])('a pull request of Azure DevOps at %s is at %s', ([repository, address]) => {
  const request = { title: '', body: '', bodyFile: '', branch: '', base: undefined, repository }
  expect(HOSTS['azure-devops'].addressOf('7', request)).toBe(address)
})
