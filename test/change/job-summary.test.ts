import { expect, test } from 'vitest'
import { jobSummary } from '../../src/change/tell/job-summary.ts'

// test/ci/summary.long.test.ts has whole summaries of jobs.

test('backticks in a sentence do not end the block', () => {
  expect(jobSummary('A', 'x ```` y')).toBe('## A\n\n`````text\nx ```` y\n`````\n\n')
})
