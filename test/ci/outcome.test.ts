import { expect, test } from 'vitest'
import { type Proposed, proposedJson, proposedText } from '../../src/propose/outcome.ts'
import { azureAddress } from '../../src/propose/pull-request.ts'
import { expectPage } from '../golden-page.ts'

const ADDRESS = 'https://git.example/pull/7'
const pull = (outcome: NonNullable<Proposed['pullRequest']>['outcome'], number?: string, address?: string) => ({
  pullRequest: { outcome, number, address },
})

const OUTCOMES: readonly Partial<Proposed>[] = [
  { outcome: 'nothing' },
  { outcome: 'nothing', ignored: ['rules/a.txt'] },
  { outcome: 'would push' },
  { outcome: 'there' },
  { outcome: 'pushed' },
  { outcome: 'pushed', ...pull('opened') },
  { outcome: 'pushed', ...pull('opened', '7', ADDRESS) },
  { outcome: 'pushed', ...pull('updated', '7', ADDRESS) },
  { outcome: 'pushed', ...pull('pushed', '7', ADDRESS) },
  { outcome: 'there', ...pull('up to date', '7') },
  { outcome: 'there', ...pull('kept', '7', ADDRESS) },
  { outcome: 'closed', ...pull('closed', '7', ADDRESS) },
]

test('an outcome is told', async () => {
  await expectPage(
    'outcomes.txt',
    OUTCOMES.map((given) => {
      const proposed = {
        ...{ branch: 'tagwall/update', title: 'Adds 32 addresses', pullRequest: undefined, ignored: [] },
        ...(given as Pick<Proposed, 'outcome'>),
      }
      const { number = null, address = null } = given.pullRequest ?? {}
      expect(proposedJson(proposed).pullRequest).toEqual(
        given.pullRequest ? { outcome: given.pullRequest.outcome, number, address } : null,
      )
      return [JSON.stringify(given), proposedText(proposed)]
    }),
  )
})

test.for<[repository: string | undefined, address: string | undefined]>([
  ['https://dev.azure.com/org/project/_git/repo', 'https://dev.azure.com/org/project/_git/repo/pullrequest/7'],
  ['https://org.visualstudio.com/project/_git/repo', 'https://org.visualstudio.com/project/_git/repo/pullrequest/7'],
  ['https://git.example/repo.git', undefined],
  [undefined, undefined],
])('a pull request of Azure DevOps at %s is at %s', ([repository, address]) => {
  const request = { title: '', body: '', bodyFile: '', branch: '', base: undefined, repository }
  expect(azureAddress('7', request)).toBe(address)
})
