import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkout, NEWEST } from './checkout.ts'

const BRANCH = 'tagwall/update'
const UPDATE = 'tagwall update --report "$RUNNER_TEMP/report"'
const PROPOSE = 'tagwall propose --to github --report "$RUNNER_TEMP/report"'
const LIST = (state: string) => `gh pr list --head ${BRANCH} --state ${state} --limit 1 --json number --jq .[].number`

/** A checkout whose job has run once: the branch is pushed, and pull request 7 is open. */
function proposed() {
  const job = checkout()
  const { status, stderr } = job.run(`${UPDATE}\n${PROPOSE}`)
  expect({ status, stderr }).toMatchObject({ status: 0 })
  return job
}
const again = (job: ReturnType<typeof checkout>, env = {}) => {
  job.fresh()
  job.calls()
  return job.run(`${UPDATE}\n${PROPOSE}`, env)
}

test('pushes one commit with what update wrote, and opens a pull request with its title and body', () => {
  const job = proposed()
  const title = readFileSync(join(job.home, 'temp/report/title.txt'), 'utf8').trim()
  expect(job.calls()).toEqual([
    LIST('open'),
    `gh pr create --head ${BRANCH} --title ${title} --body-file HOME/temp/report/body.md`,
  ])
  const commit = job.remote(BRANCH)
  expect(job.git('log', '-1', '--format=%B%an <%ae>', commit)).toBe(
    `${title}\n\nProposed-by: tagwall\ntagwall <tagwall@users.noreply.github.com>`,
  )
  expect(job.git('rev-parse', `${commit}^`)).toBe(job.git('rev-parse', 'main'))
  expect(job.git('diff', '--name-status', 'main', commit).split('\n')).toEqual([
    'A\trules/plain.delta.added.txt',
    'A\trules/plain.delta.removed.txt',
    'M\trules/plain.txt',
    'A\tsnapshots/public/2025-11-10.json',
  ])
})

test('leaves index, branch and working tree as they are', () => {
  const job = checkout()
  job.run(UPDATE)
  const before = job.git('status', '--porcelain', '--branch')
  expect(job.run(PROPOSE).status).toBe(0)
  expect(job.git('status', '--porcelain', '--branch')).toBe(before)
})

test('without a change it neither pushes nor asks, also where there is no report', () => {
  const job = checkout()
  const { status, stderr } = job.run('tagwall propose --to github --report nowhere')
  expect({ status, stderr }).toEqual({ status: 0, stderr: 'nothing changed: nothing to propose\n' })
  expect([job.calls(), job.remote(BRANCH)]).toEqual([[], ''])
})

describe('the next run', () => {
  test('with the same change pushes nothing, and changes no pull request', () => {
    const job = proposed()
    const before = job.remote(BRANCH)
    const { status, stderr } = again(job)
    expect({ status, stderr }).toMatchObject({ status: 0 })
    expect(stderr).toMatch(/\ntagwall\/update holds this change already: nothing to push\n$/)
    expect([job.calls(), job.remote(BRANCH)]).toEqual([[LIST('open')], before])
  })

  test('leaves a closed pull request closed until the data changes, then opens one', () => {
    const job = proposed()
    job.state('open', '')
    again(job)
    expect(job.calls()).toEqual([LIST('open'), LIST('all')])
    again(job, { DOCUMENT: join(job.home, NEWEST) })
    expect(job.calls()).toEqual([LIST('open'), expect.stringMatching(/^gh pr create /)])
  })

  test('with newer data replaces the commit, and updates title and body of the open pull request', () => {
    const job = proposed()
    const before = job.remote(BRANCH)
    again(job, { DOCUMENT: join(job.home, NEWEST) })
    const title = readFileSync(join(job.home, 'temp/report/title.txt'), 'utf8').trim()
    expect(title).toContain('2025-11-17')
    expect(job.calls()).toEqual([LIST('open'), `gh pr edit 7 --title ${title} --body-file HOME/temp/report/body.md`])
    const commit = job.remote(BRANCH)
    expect(commit).not.toBe(before)
    expect(job.git('rev-parse', `${commit}^`)).toBe(job.git('rev-parse', 'main'))
  })

  test('with the same change on another base pushes nothing', () => {
    const job = proposed()
    const before = job.remote(BRANCH)
    job.fresh()
    job.run('echo hello > README; git add README; git -c user.name=Jo -c user.email=jo@example.com commit -qm Other')
    again(job)
    expect(job.remote(BRANCH)).toBe(before)
  })

  test('makes the pull request that an interrupted run did not', () => {
    const job = checkout()
    job.run(
      `${UPDATE}\nmv "$STATE/../bin/gh" "$STATE/../bin/gone"\n${PROPOSE} || true\nmv "$STATE/../bin/gone" "$STATE/../bin/gh"`,
      {
        PATH: `${join(job.home, 'bin')}:/usr/bin:/bin`,
      },
    )
    expect(job.remote(BRANCH)).not.toBe('')
    again(job)
    expect(job.calls()).toEqual([LIST('open'), LIST('all'), expect.stringMatching(/^gh pr create /)])
  })

  test('does not touch a branch that a person has put a commit on', () => {
    const job = proposed()
    job.fresh()
    job.run(
      `git fetch -q origin ${BRANCH}; git checkout -q FETCH_HEAD; echo mine > mine.txt; git add mine.txt
       git -c user.name=Jo -c user.email=jo@example.com commit -qm Mine; git push -q origin HEAD:${BRANCH}; git checkout -q main`,
    )
    const before = job.remote(BRANCH)
    const { status, stderr } = again(job, { DOCUMENT: join(job.home, NEWEST) })
    expect(status).toBe(2)
    expect(stderr).toMatch(
      /\ntagwall: the branch tagwall\/update at origin ends with a commit that is not of tagwall, and would be lost: merge or rename it, or choose another --branch; nothing was pushed\n$/,
    )
    expect(job.remote(BRANCH)).toBe(before)
  })

  test('works in a shallow checkout, and cuts no whole one', () => {
    const job = proposed()
    expect(job.run('git rev-parse --is-shallow-repository').stdout).toBe('false\n')
    again(job)
    expect(job.run('git rev-parse --is-shallow-repository').stdout).toBe('false\n')
    job.fresh()
    job.calls()
    const { status, stderr } = job.run(
      `git clone -q --depth 1 "file://$STATE/../origin.git" "$STATE/../shallow"; cd "$STATE/../shallow"; ${UPDATE}; ${PROPOSE}`,
    )
    expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringContaining('nothing to push') })
  })
})

describe('is refused with a sentence', () => {
  test.for<[script: string, message: string]>([
    ['tagwall propose --to github', "tagwall: required option '--report <dir>' not specified\n"],
    [
      'tagwall propose --report nowhere --to github',
      'tagwall: there is no HOME/work/nowhere/title.txt; run "tagwall update --report nowhere" before, and propose what it wrote\n',
    ],
    [
      'tagwall propose --report nowhere',
      'tagwall: this is none of the CI services that tagwall knows; say with --to: github, azure-devops, gitlab\n',
    ],
    ['cd / && tagwall propose --report nowhere --to github', 'tagwall: "git rev-parse --git-path" failed: '],
  ])('%s', ([script, message]) => {
    const job = checkout()
    job.run('tagwall update')
    const { status, stdout, stderr } = job.run(script)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr.replaceAll(job.home, 'HOME').slice(0, message.length)).toBe(message)
    expect(job.remote(BRANCH)).toBe('')
  })

  test('--dry-run pushes nothing, and asks nobody', () => {
    const job = checkout()
    const { stderr } = job.run(`${UPDATE}\n${PROPOSE} --dry-run`)
    expect(stderr).toMatch(/\nwould push to tagwall\/update: Azure service tags Public 2025-11-10/)
    expect([job.calls(), job.remote(BRANCH)]).toEqual([[], ''])
  })
})

test('a report inside the checkout is not proposed', () => {
  const job = checkout()
  job.run('tagwall update --report out/report\ntagwall propose --to github --report out/report')
  expect(existsSync(join(job.work, 'out/report/body.md'))).toBe(true)
  expect(job.git('diff', '--name-only', 'main', job.remote(BRANCH))).not.toContain('out/')
})
