import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DOCUMENT } from '../cli/harness.ts'
import { checkout, NEWER, OLDER } from './checkout.ts'

const summaryOf = ({ home }: { home: string }) => readFileSync(join(home, 'temp/summary.md'), 'utf8')
const SUMMARY = '--summary "$RUNNER_TEMP/summary.md"'
const UPDATE = `tagwall update ${SUMMARY}`
const PROPOSE = `tagwall propose --to github --report "$RUNNER_TEMP/report" ${SUMMARY}`

test('a summary holds title and text of the report, and what was proposed, after what was there', () => {
  const job = checkout()
  writeFileSync(join(job.home, 'temp/summary.md'), 'Before.\n\n')
  const { status } = job.run(`${UPDATE} --report "$RUNNER_TEMP/report"; ${PROPOSE}`)
  expect(status).toBe(0)
  const read = (name: string) => readFileSync(join(job.home, 'temp/report', name), 'utf8')
  const title = read('title.txt').trim()
  expect(summaryOf(job)).toBe(
    `Before.\n\n## ${title}\n\n${read('body.md').replace(/^\*\*.*\*\*\n\n/, '')}\n` +
      `## tagwall propose\n\n\`\`\`text\npushed to tagwall/update: ${title}; opened pull request 7\nhttps://github.example/o/r/pull/7\nafter the merge, load the rules and audit the devices: docs/automation.md\n\`\`\`\n\n`,
  )
})

test('a summary needs no report, and says that nothing changed', () => {
  const job = checkout()
  const { status } = job.run(UPDATE, { DOCUMENT: join(job.home, OLDER) })
  expect(status).toBe(0)
  expect(summaryOf(job)).toBe(
    '## tagwall update: nothing changed\n\n```text\nsnapshots/public/2025-10-06.json already has this content: nothing to store\n```\n\n',
  )
  // The record of the last check is a file of the run.
  expect(job.git('status', '--porcelain', ':!snapshots/.tagwall-checked.json')).toBe('')
})

test("a guard's sentence is the summary of the job that it fails", () => {
  const job = checkout()
  writeFileSync(join(job.home, NEWER), DOCUMENT.replace('"52.60.113.64/27"', '"10.60.113.64/27"'))
  const { status, stderr } = job.run(UPDATE)
  expect(status).toBe(2)
  const sentences = stderr.slice(stderr.indexOf('tagwall: ')).trim()
  expect(sentences).toContain('--accept special-use')
  expect(summaryOf(job)).toBe(`## tagwall update failed\n\n\`\`\`text\n${sentences}\n\`\`\`\n\n`)
})

test('so is the sentence of propose', () => {
  const job = checkout()
  const { status, stderr } = job.run(PROPOSE)
  expect(status).toBe(2)
  expect(summaryOf(job)).toBe(`## tagwall propose failed\n\n\`\`\`text\n${stderr.trim()}\n\`\`\`\n\n`)
})

test('a token that a program prints is in no summary', () => {
  const job = checkout()
  job.run('tagwall update --report "$RUNNER_TEMP/report"')
  writeFileSync(join(job.work, '.git/hooks/pre-push'), '#!/bin/sh\necho "with $GH_TOKEN"\nexit 1\n', { mode: 0o755 })
  expect(job.run(PROPOSE, { GH_TOKEN: 'planted-0123456789' }).status).toBe(2)
  expect(summaryOf(job)).toMatch(/failed to push some refs to '.*' with \*\*\*\n```\n\n$/)
})

test('a summary that cannot be written is refused before anything is done', () => {
  const job = checkout()
  mkdirSync(join(job.home, 'temp/summary.md'))
  const { status, stdout, stderr } = job.run(UPDATE)
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr.replaceAll(job.home, 'HOME')).toBe(
    "tagwall: --summary HOME/temp/summary.md cannot be written: EISDIR: illegal operation on a directory, open 'HOME/temp/summary.md'\n",
  )
  expect(job.git('status', '--porcelain')).toBe('')
})
