import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PACKAGE_FILE } from '../../src/init/init-jobs.ts'
import { checkout, NEWER, NEWEST, OLDER } from './checkout.ts'

const BRANCH = 'tagwall/update'
const UPDATE = 'tagwall update --report "$RUNNER_TEMP/report"'
const PROPOSE = 'tagwall propose --to github --report "$RUNNER_TEMP/report"'
const LIST = `gh pr list --head=${BRANCH} --state=all --limit=100 --json=number,url,state,title,body,headRefOid,isCrossRepository`
const CREATE = /^gh pr create /

const LISTED = [
  'rules/plain.change.md',
  'rules/plain.delta.added.txt',
  'rules/plain.delta.removed.txt',
  'rules/plain.rollback.added.txt',
  'rules/plain.rollback.removed.txt',
  'rules/plain.txt',
  'snapshots/public/2025-11-10.json',
  'tagwall.lock.json',
]

/** A script that gives the policy of the checkout another name, and pushes that. */
const renamed = (policy: string, lock: string) =>
  `git reset -q --hard; git clean -qfd; mkdir -p policies; git mv tagwall.yaml ${policy}; git mv tagwall.lock.json ${lock}
   git -c user.name=Jo -c user.email=jo@example.com commit -qam Rename; git push -q origin main`

/** A checkout in which the update of the job has run. */
const updated = () => checkout(UPDATE)
/** A checkout whose job has run once: the branch is pushed, and pull request 7 is open. */
const proposed = () => checkout(`${UPDATE}\n${PROPOSE}`)
const again = (job: ReturnType<typeof checkout>, env = {}, run = `${UPDATE}\n${PROPOSE}`) => {
  job.fresh()
  job.calls()
  return job.run(run, env)
}

test('pushes one commit with the files of update, and opens a pull request with title and body', () => {
  const job = updated()
  expect(job.run(PROPOSE)).toMatchObject({ status: 0 })
  const title = readFileSync(join(job.home, 'temp/report/title.txt'), 'utf8').trim()
  expect(job.calls()).toEqual([
    LIST,
    `gh pr create --head=${BRANCH} --title=${title} --body-file=HOME/temp/report/body.md`,
  ])
  const commit = job.remote(BRANCH)
  const [message, author] = job.git('log', '-1', '--format=%B%x00%an <%ae>', commit).split('\0')
  expect(message).toMatch(/^tagwall: adds 32 addresses .*\n\nProposed-by: tagwall\nProposed-change: [0-9a-f]{64}\n$/)
  expect(message?.split('\n')[0]).toBe(title)
  expect(author).toBe('tagwall <tagwall@users.noreply.github.com>')
  expect(job.git('rev-parse', `${commit}^`)).toBe(job.git('rev-parse', 'main'))
  expect(job.git('diff', '--name-status', 'main', commit).split('\n')).toEqual([
    'A\trules/plain.change.md',
    'A\trules/plain.delta.added.txt',
    'A\trules/plain.delta.removed.txt',
    'A\trules/plain.rollback.added.txt',
    'A\trules/plain.rollback.removed.txt',
    'M\trules/plain.txt',
    'A\tsnapshots/public/2025-11-10.json',
    'M\ttagwall.lock.json',
  ])
})

test('commits the modes of the base, whatever somebody made executable since', () => {
  const job = checkout(
    'chmod +x rules/plain.txt; git config user.name Jo; git config user.email jo@example.com; git commit -qam Run; git push -q origin main',
  )
  job.run(`${UPDATE}; chmod -x rules/plain.txt; chmod +x rules/plain.change.md; ${PROPOSE}`)
  const modes = job.git('ls-tree', '-r', job.remote(BRANCH), 'rules').replaceAll(/ blob \w+/g, '')
  expect(modes).toMatchInlineSnapshot(`
    "100644	rules/plain.change.md
    100644	rules/plain.delta.added.txt
    100644	rules/plain.delta.removed.txt
    100644	rules/plain.rollback.added.txt
    100644	rules/plain.rollback.removed.txt
    100755	rules/plain.txt"
  `)
})

test.for<[what: string, env: Record<string, string>, author: string, committer: string]>([
  [
    'of the configuration in the environment',
    {
      ...{ GIT_CONFIG_COUNT: '2', GIT_CONFIG_KEY_0: 'user.name', GIT_CONFIG_VALUE_0: 'Jo' },
      ...{ GIT_CONFIG_KEY_1: 'user.email', GIT_CONFIG_VALUE_1: 'jo@example.com' },
    },
    'Jo <jo@example.com>',
    'Jo <jo@example.com>',
  ],
  [
    'of the environment, of which a part is tagwall',
    { GIT_COMMITTER_NAME: 'Jo', GIT_COMMITTER_EMAIL: 'jo@example.com' },
    'tagwall <tagwall@users.noreply.github.com>',
    'Jo <jo@example.com>',
  ],
])('commits with the name and address %s', ([, env, author, committer]) => {
  const job = updated()
  const { status, stderr } = job.run(PROPOSE, env)
  expect({ status, stderr }).toMatchObject({ status: 0 })
  expect(job.git('log', '-1', '--format=%an <%ae>, %cn <%ce>', job.remote(BRANCH))).toBe(`${author}, ${committer}`)
})

test('leaves index, branch and working tree as they are', () => {
  const job = updated()
  const before = job.git('status', '--porcelain', '--branch')
  expect(job.run(PROPOSE).status).toBe(0)
  expect(job.git('status', '--porcelain', '--branch')).toBe(before)
})

test('runs in one checkout at once do not disturb each other, and leave nothing', () => {
  const job = updated()
  const runs = [1, 2, 3, 4].map((index) => `${PROPOSE} --dry-run > "$STATE/${index}" 2>&1 &`)
  const { stdout } = job.run(`${runs.join('\n')}\nwait; sort -u "$STATE"/?; ls .git`, { ALONE: '1' })
  const [first, ...rest] = stdout.split('\n')
  expect(first).toMatch(/^would push to tagwall\/update: /)
  expect(rest.filter((line) => /tagwall-|would|nothing/.test(line))).toEqual([])
})

test('pushes nothing if the service gives no answer', () => {
  const job = updated()
  job.state('broken', '')
  const { status, stderr } = job.run(PROPOSE)
  expect(status).toBe(2)
  expect(stderr).toMatch(/^tagwall: "gh pr list" failed: exit code 1\n$/)
  expect(job.remote(BRANCH)).toBe('')
})

test.for<[what: string, script: string, message: RegExp]>([
  [
    'an edit of the policy',
    "sed -i 's/443/8443/' tagwall.yaml",
    /^tagwall.yaml has edits that are not committed, .*; nothing was pushed$/,
  ],
  [
    'a policy that is not committed',
    'git rm -q --cached tagwall.yaml; git -c user.name=Jo -c user.email=jo@example.com commit -qm None; git push -q origin main',
    /^tagwall.yaml has edits that are not committed, .*; nothing was pushed$/,
  ],
  [
    'an edit of a policy in a folder',
    `${renamed('policies/office.yaml', 'office.lock.json')}; sed -i s/443/8443/ policies/office.yaml; rm -r "$RUNNER_TEMP/report"
     ${UPDATE} --policy policies/office.yaml > /dev/null`,
    /^policies\/office.yaml has edits that are not committed, .*; nothing was pushed$/,
  ],
  ['a mirror', 'git config remote.origin.mirror true', /^the remote origin is a mirror, .*; nothing was pushed$/],
  [
    'a branch above',
    'git push -q origin HEAD:refs/heads/tagwall',
    /^origin has a branch tagwall, so git can have none .*; nothing was pushed$/,
  ],
  [
    'a branch below',
    'git push -q origin HEAD:refs/heads/tagwall/update/a',
    /^origin has a branch tagwall\/update\/a, .*; nothing was pushed$/,
  ],
  [
    'a folder behind a link',
    'mv rules elsewhere; ln -s elsewhere rules',
    /^rules is a symbolic link, .*; nothing was pushed$/,
  ],
  [
    'a folder with a repository of its own',
    'git init -q rules',
    /^rules is a repository of its own, .*; nothing was pushed$/,
  ],
  [
    'a filter that fails',
    'git config filter.lfs.clean false; git config filter.lfs.required true; echo "rules/* filter=lfs" >> .git/info/attributes',
    /^"git update-index --add" failed: .*; nothing was pushed$/,
  ],
])('refuses %s with one sentence, and pushes nothing', ([, script, message]) => {
  const job = updated()
  const { status, stderr } = job.run(`${script}\n${PROPOSE}`)
  expect(status).toBe(2)
  expect(stderr.trimEnd().split('\n').at(-1)?.replace('tagwall: ', '')).toMatch(message)
  expect(job.remote(BRANCH)).toBe('')
})

test('says it if another run pushed the branch meanwhile, and leaves what that run pushed', () => {
  const job = updated()
  const hook = `git push -q --no-verify origin HEAD:refs/heads/${BRANCH}`
  job.run(`mkdir -p .git/hooks; printf '#!/bin/sh\\n${hook}\\n' > .git/hooks/pre-push; chmod +x .git/hooks/pre-push`)
  const { status, stderr } = job.run(PROPOSE)
  expect(status).toBe(2)
  expect(stderr).toMatch(
    /^tagwall: another run changed the branch tagwall\/update meanwhile: run propose again; nothing was pushed\n$/,
  )
  expect(job.remote(BRANCH)).toBe(job.git('rev-parse', 'main'))
})

test('pushes no tag of the checkout, whatever push.followTags says', () => {
  const job = updated()
  job.run('git config push.followTags true; git tag -a -m local local')
  expect(job.run(PROPOSE).status).toBe(0)
  expect(job.git('ls-remote', '--tags', 'origin')).toBe('')
})

test('without a change it neither pushes nor asks', () => {
  const job = checkout()
  const { status, stdout } = job.run(`${UPDATE} > /dev/null\n${PROPOSE}`, { DOCUMENT: join(job.home, OLDER) })
  expect({ status, stdout }).toEqual({ status: 0, stdout: 'nothing changed, so there is nothing to propose\n' })
  expect([job.calls(), job.remote(BRANCH)]).toEqual([[], ''])
})

// Whoever may fork a repository can open one. Its text would be tagwall's, its files anybody's.
test.for([
  ['github', { number: 3, state: 'OPEN', title: 'Mine', body: 'Mine', isCrossRepository: true }],
  [
    'azure-devops',
    { number: 3, state: 'active', title: 'Mine', body: 'Mine', fork: { name: 'refs/heads/tagwall/update' } },
  ],
] as const)('on %s a pull request from a fork with a branch of the same name stays as it is', ([host, fork]) => {
  const job = updated()
  job.state('prs.json', JSON.stringify([fork]))
  const { stdout } = job.run(`tagwall propose --to ${host} --report "$RUNNER_TEMP/report"`)
  expect(stdout).toMatch(/; opened pull request 7\n/)
  expect(job.pullRequests().find(({ number }) => number === 3)).toEqual(fork)
})

test('without a change it names what git ignores, because that may be why', () => {
  const job = checkout()
  const { status, stdout } = job.run(
    `printf 'rules/\\nsnapshots/\\n*.lock.json\\n' > .gitignore; git rm -rq --cached rules snapshots *.lock.json; git add .gitignore
     git -c user.name=Jo -c user.email=jo@example.com commit -qm Ignore; ${UPDATE} > /dev/null\n${PROPOSE}`,
  )
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: `nothing changed, so there is nothing to propose (git ignores ${LISTED.length} files of the report, such as ${LISTED[0]})\n`,
  })
})

describe('the next run', () => {
  test('with the same change pushes nothing, and changes no pull request', () => {
    const job = proposed()
    const before = job.remote(BRANCH)
    const { status, stdout } = again(job)
    expect(status).toBe(0)
    expect(stdout).toMatch(
      /\ntagwall\/update already has this change; pull request 7 is up to date\nhttps:\/\/github\.example\/o\/r\/pull\/7\n$/,
    )
    expect([job.calls(), job.remote(BRANCH)]).toEqual([[LIST], before])
  })

  test('leaves a closed pull request closed until the data changes, then opens one', () => {
    const job = proposed()
    job.pullRequests((one) => ({ ...one, state: 'CLOSED' }))
    expect(again(job).stdout).toMatch(
      /; pull request 7 for this change was closed and stays closed\nhttps:\/\/github\.example\/o\/r\/pull\/7\n$/,
    )
    expect(job.calls()).toEqual([LIST])
    again(job, { DOCUMENT: join(job.home, NEWEST) })
    expect(job.calls()).toEqual([LIST, expect.stringMatching(CREATE)])
  })

  test('leaves a closed pull request closed if its branch was deleted too, until the data changes', () => {
    const job = proposed()
    job.pullRequests((one) => ({ ...one, state: 'CLOSED' }))
    job.git('push', '--quiet', 'origin', `:${BRANCH}`)
    expect(again(job).stdout).toMatch(
      /\npull request 7 for this change was closed and stays closed\nhttps:\/\/github\.example\/o\/r\/pull\/7\n$/,
    )
    expect([job.calls(), job.remote(BRANCH)]).toEqual([[LIST], ''])
    again(job, { DOCUMENT: join(job.home, NEWEST) })
    expect(job.calls()).toEqual([LIST, expect.stringMatching(CREATE)])
  })

  /** The same tags in use a week later, under another date and change number. */
  const aWeekLater = (job: ReturnType<typeof checkout>, run?: string) => {
    const later = join(job.home, 'ServiceTags_Public_20251117.json')
    writeFileSync(later, readFileSync(join(job.home, NEWER), 'utf8').replace('"changeNumber": 7', '"changeNumber": 8'))
    return again(job, { DOCUMENT: later }, run)
  }

  test('with the same change of a newer document leaves a closed pull request closed', () => {
    const job = proposed()
    job.pullRequests((one) => ({ ...one, state: 'CLOSED' }))
    expect(aWeekLater(job).stdout).toMatch(
      /; pull request 7 for this change was closed and stays closed\nhttps:\/\/github\.example\/o\/r\/pull\/7\n$/,
    )
    expect(job.calls()).toEqual([LIST])
    job.git('push', '--quiet', 'origin', `:${BRANCH}`)
    expect(aWeekLater(job).stdout).toMatch(
      /\npull request 7 for this change was closed and stays closed\nhttps:\/\/github\.example\/o\/r\/pull\/7\n$/,
    )
    expect([job.calls(), job.remote(BRANCH)]).toEqual([[LIST], ''])
  })

  test('with the same change of a newer document pushes nothing, and leaves the text of the open pull request', () => {
    const job = proposed()
    const before = [job.remote(BRANCH), job.pullRequests()]
    expect(aWeekLater(job).stdout).toMatch(
      /\ntagwall\/update already has this change; pull request 7 is up to date\nhttps:\/\/github\.example\/o\/r\/pull\/7\n$/,
    )
    expect([job.calls(), job.remote(BRANCH), job.pullRequests()]).toEqual([[LIST], ...before])
  })

  test('with the same change of a newer document pushes nothing, whatever characters the name of the policy has', () => {
    const job = checkout(renamed('büro.yaml', 'büro.lock.json'))
    const run = `${UPDATE} --policy büro.yaml\n${PROPOSE} --branch ${BRANCH}`
    expect(job.run(run).stdout).toContain('opened pull request 7')
    expect(aWeekLater(job, run).stdout).toContain('already has this change; pull request 7 is up to date')
  })

  test('opens a pull request if the commit of the closed one is gone', () => {
    const job = proposed()
    job.pullRequests((one) => ({ ...one, state: 'CLOSED', head: '0'.repeat(40) }))
    job.git('push', '--quiet', 'origin', `:${BRANCH}`)
    again(job)
    expect(job.calls()).toEqual([LIST, expect.stringMatching(CREATE)])
  })

  test('pushes a new commit if a person merged the change and took it back', () => {
    const job = proposed()
    job.fresh()
    job.pullRequests((one) => ({ ...one, state: 'MERGED' }))
    const before = job.remote(BRANCH)
    job.run(
      `git config user.name Jo; git config user.email jo@example.com; git fetch -q origin ${BRANCH}
       git merge -q --no-ff -m Merge FETCH_HEAD; git revert -m 1 --no-edit HEAD; git push -q origin main`,
    )
    expect(again(job).stdout).toMatch(/\npushed to tagwall\/update: .*; opened pull request 7\n/)
    expect(job.remote(BRANCH)).not.toBe(before)
    expect(job.git('rev-parse', `${job.remote(BRANCH)}^`)).toBe(job.git('rev-parse', 'main'))
  })

  test('with newer data replaces the commit, and updates title and body of the open pull request', () => {
    const job = proposed()
    const before = job.remote(BRANCH)
    again(job, { DOCUMENT: join(job.home, NEWEST) })
    const title = readFileSync(join(job.home, 'temp/report/title.txt'), 'utf8').trim()
    expect(title).toContain('2025-11-17')
    expect(job.calls()).toEqual([LIST, `gh pr edit 7 --title=${title} --body-file=HOME/temp/report/body.md`])
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
    const job = updated()
    job.state('broken', 'create')
    expect(job.run(PROPOSE).status).toBe(2)
    expect(job.remote(BRANCH)).not.toBe('')
    job.run('rm "$STATE/broken"')
    again(job)
    expect(job.calls()).toEqual([LIST, expect.stringMatching(CREATE)])
  })

  test('gives the pull request the text that an interrupted run did not', () => {
    const job = proposed()
    job.pullRequests((one) => ({ ...one, title: 'tagwall: adds 8 addresses on Public 2025-11-03', body: 'Last week' }))
    expect(again(job).stdout).toMatch(
      /already has this change; updated pull request 7\nhttps:\/\/github\.example\/o\/r\/pull\/7\n$/,
    )
    expect(job.pullRequests()[0]).toMatchObject({
      title: expect.stringContaining('2025-11-10'),
      body: readFileSync(join(job.home, 'temp/report/body.md'), 'utf8'),
    })
  })

  test('leaves an open pull request that a person titled its title and text, and still replaces its commit', () => {
    const job = proposed()
    job.pullRequests((one) => ({ ...one, title: 'Firewall: change window on Tuesday', body: 'See CHG-1' }))
    const before = [job.remote(BRANCH), job.pullRequests()]
    const { stdout } = again(job, { DOCUMENT: join(job.home, NEWEST) })
    expect(stdout).toMatch(
      /\npushed to .*; pull request 7 keeps its title and text, which a person wrote\nhttps:\/\/github\.example\/o\/r\/pull\/7\nafter the merge, .*\n$/,
    )
    expect(job.remote(BRANCH)).not.toBe(before[0])
    expect([job.calls(), job.pullRequests()]).toEqual([[LIST], before[1]])
  })

  test.for([
    ['a merged pull request of this branch', { state: 'MERGED' }],
    ['a closed one of an earlier change', { state: 'CLOSED', head: '0'.repeat(40) }],
  ] as const)('%s does not count', ([, was]) => {
    const job = proposed()
    job.pullRequests((one) => ({ ...one, ...was }))
    again(job)
    expect(job.calls()).toEqual([LIST, expect.stringMatching(CREATE)])
  })

  /** Lets a person do something with the branch, after which the data changes. */
  const touched = (script: string) => {
    const job = proposed()
    job.fresh()
    const { status } = job.run(
      `git config user.name Jo; git config user.email jo@example.com; git fetch -q origin ${BRANCH}; git checkout -q FETCH_HEAD
       ${script}
       git push -q --force origin HEAD:${BRANCH}; git checkout -q main`,
    )
    expect(status).toBe(0)
    const before = job.remote(BRANCH)
    const { status: code, stderr } = again(job, { DOCUMENT: join(job.home, NEWEST) })
    return { status: code, stderr, isKept: job.remote(BRANCH) === before }
  }

  test.for([
    ['put a commit on', 'echo mine > mine.txt; git add mine.txt; git commit -qm Mine'],
    ['changed the commit of', 'echo mine >> rules/plain.txt; git commit -qa --amend --no-edit'],
  ])('does not touch a branch that a person has %s', ([, script]) => {
    const { status, stderr, isKept } = touched(script as string)
    expect({ status, isKept }).toEqual({ status: 2, isKept: true })
    expect(stderr).toMatch(
      /\ntagwall: the branch tagwall\/update at origin ends with a commit by somebody else, which would be lost: merge or rename the branch, or choose another --branch; nothing was pushed\n$/,
    )
  })

  test('replaces a commit that a person has only rebased', () => {
    const script =
      'git checkout -q main; echo hello > README; git add README; git commit -qm Other; git push -q origin main; git checkout -q --detach; git cherry-pick FETCH_HEAD'
    expect(touched(script)).toMatchObject({ status: 0, isKept: false })
  })

  test('works in a shallow checkout, and cuts no whole one', () => {
    const job = proposed()
    expect(job.run('git rev-parse --is-shallow-repository').stdout).toBe('false\n')
    again(job)
    expect(job.run('git rev-parse --is-shallow-repository').stdout).toBe('false\n')
    job.fresh()
    job.calls()
    const { status, stdout } = job.run(
      `git clone -q --depth 1 "file://$STATE/../origin.git" "$STATE/../shallow"; cd "$STATE/../shallow"; ${UPDATE}; ${PROPOSE}`,
    )
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('already has this change'),
    })
  })
})

describe('is refused with a sentence', () => {
  const MADE = `${UPDATE} > /dev/null 2>&1`
  const COMMIT = 'git -c user.name=Jo -c user.email=jo@example.com commit -qm Mine'
  const NO_REPOSITORY =
    'tagwall: the working directory is in no git repository; run the command in a checkout, and for a linked worktree also keep the repository that it belongs to\n'
  const AGAIN =
    'run propose in the folder in which "tagwall update --report HOME/temp/report" ran, right after it; nothing was pushed\n'
  test.for<[script: string, message: string | RegExp]>([
    ['tagwall propose --to github', "tagwall: required option '--report <dir>' not specified\n"],
    [
      'tagwall propose --report nowhere --to github',
      'tagwall: cannot find HOME/work/nowhere/title.txt; run "tagwall update --report nowhere" first\n',
    ],
    [
      'tagwall propose --report nowhere',
      'tagwall: could not detect the CI service; choose one with --to: github, azure-devops, gitlab\n',
    ],
    [
      'cd "$RUNNER_TEMP" && mkdir r && touch r/title.txt r/body.md r/files.txt && tagwall propose --report r --to github',
      NO_REPOSITORY,
    ],
    [
      `git worktree add -q "$RUNNER_TEMP/tree" 2>&1; mv .git "$RUNNER_TEMP/moved"; trap 'mv "$RUNNER_TEMP/moved" "$STATE/../work/.git"' EXIT; cd "$RUNNER_TEMP/tree"; ${MADE}; ${PROPOSE}`,
      NO_REPOSITORY,
    ],
    [`cd .git; ${PROPOSE}`, NO_REPOSITORY],
    [
      `git checkout -q --orphan next; ${PROPOSE}`,
      'tagwall: the branch of this checkout has no commit yet, and a pull request needs one to compare with: commit and push the policy first; nothing was pushed\n',
    ],
    [
      'tagwall propose --report nowhere --to github --branch HEAD',
      'tagwall: "HEAD" is not a valid branch name; nothing was pushed\n',
    ],
    [
      'tagwall propose --report nowhere --to github --base refs/heads/main',
      'tagwall: "refs/heads/main" is not a valid branch name; nothing was pushed\n',
    ],
    [
      `git reset -q --hard; git clean -qfd; ${PROPOSE}`,
      `tagwall: the report HOME/temp/report lists 6 files that are missing, such as rules/plain.change.md: ${AGAIN}`,
    ],
    [
      `rm snapshots/public/2025-11-10.json; ${PROPOSE}`,
      `tagwall: the report HOME/temp/report lists snapshots/public/2025-11-10.json, which is missing: ${AGAIN}`,
    ],
    [
      `rm -r rules; ${PROPOSE}`,
      `tagwall: the report HOME/temp/report lists 6 files that are missing, such as rules/plain.change.md: ${AGAIN}`,
    ],
    [
      `mkdir sub; cd sub; ${PROPOSE}`,
      `tagwall: the report HOME/temp/report lists ${LISTED.length} files that are missing, such as rules/plain.change.md: ${AGAIN}`,
    ],
    [
      `printf 'rules/\\nsnapshots/\\n' > .gitignore; git rm -rq --cached rules snapshots; git add .gitignore; ${COMMIT}; git push -q origin main; ${MADE}; ${PROPOSE}`,
      'tagwall: git ignores 7 files of the report, such as rules/plain.change.md, and only the lock is left, which describes files that the pull request would not have: do not ignore them, or ignore the lock too; nothing was pushed\n',
    ],
    [
      `mv rules/plain.txt plain; ln -s ../plain rules/plain.txt; ${PROPOSE}`,
      `tagwall: rules/plain.txt is a symbolic link, and tagwall wrote a file there: ${AGAIN}`,
    ],
    [
      `echo 10.0.0.0/8 >> rules/plain.txt; ${PROPOSE}`,
      'tagwall: rules/plain.txt is not the file that tagwall.lock.json describes: undo the edit, or restore the rules and the lock of the last commit with git and run "tagwall update" again; nothing was pushed\n',
    ],
    [
      `echo '# wait' > rules/plain.change.md; ${PROPOSE}`,
      'tagwall: rules/plain.change.md is not the file that tagwall.lock.json describes: undo the edit, or restore the rules and the lock of the last commit with git and run "tagwall update" again; nothing was pushed\n',
    ],
    [
      `echo '<<<<<<< ours' >> tagwall.lock.json; ${PROPOSE}`,
      'tagwall: tagwall.lock.json has merge conflict markers; take either side, then run "tagwall build"\n',
    ],
    [
      `git config filter.evil.clean "sed s/52/53/"; echo 'rules/*.txt filter=evil' > .git/info/attributes; ${MADE}; ${PROPOSE}`,
      'tagwall: git would store other bytes of rules/plain.delta.added.txt than tagwall wrote, because of a filter, an encoding or line ends: see "git check-attr -a rules/plain.delta.added.txt" and core.autocrlf, and set "-text -filter" for the files of tagwall in .gitattributes; nothing was pushed\n',
    ],
    [
      `echo mine > mine.txt; git add mine.txt; ${COMMIT}; ${MADE}; ${PROPOSE}`,
      /^tagwall: 1 commit of this checkout would go along, because no other branch at origin has it \([0-9a-f]{7,} Mine\): push your branch first, or check out one that is pushed; nothing was pushed\n$/,
    ],
    [
      `git config commit.gpgsign true; git config gpg.program false; ${MADE}; ${PROPOSE}`,
      /^tagwall: commit\.gpgsign asks for a signed commit, and signing failed: give the job the key, or set commit\.gpgsign to false for it; "git commit-tree .*" failed: .*; nothing was pushed\n$/s,
    ],
    [
      'tagwall propose --report nowhere --to github --branch=--force',
      'tagwall: "--force" is not a valid branch name; nothing was pushed\n',
    ],
    [
      'tagwall propose --report nowhere --to github --base="a b"',
      'tagwall: "a b" is not a valid branch name; nothing was pushed\n',
    ],
    [
      'tagwall propose --report nowhere --to github --branch next --base next',
      'tagwall: --branch and --base are both next, and a pull request needs a separate branch: choose another --branch; nothing was pushed\n',
    ],
    [
      'tagwall propose --report nowhere --to github --remote=--upload-pack=touch',
      'tagwall: "--upload-pack=touch" is not a valid remote name; nothing was pushed\n',
    ],
    [
      `ln -sf /etc/passwd "$RUNNER_TEMP/report/body.md"; ${PROPOSE}`,
      'tagwall: HOME/temp/report/body.md is not a regular file; expected the file that "tagwall update" wrote\n',
    ],
  ])('%s', ([script, message]) => {
    const job = checkout(`tagwall update\n${MADE}`)
    const { status, stdout, stderr } = job.run(script)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    const shown = stderr.replaceAll(job.home, 'HOME')
    if (typeof message === 'string') expect(shown.slice(0, message.length)).toBe(message)
    else expect(shown).toMatch(message)
    expect(job.remote(BRANCH)).toBe('')
  })

  test('--dry-run pushes nothing, and asks nobody', () => {
    const job = updated()
    const { stdout } = job.run(`${PROPOSE} --dry-run`)
    expect(stdout).toMatch(/^would push to tagwall\/update: tagwall: adds 32 addresses /)
    expect([job.calls(), job.remote(BRANCH)]).toEqual([[], ''])
  })
})

test('pushes beside a file that somebody edited and committed', () => {
  const job = proposed()
  job.fresh()
  const { status, stdout } = job.run(
    `git fetch -q origin ${BRANCH}; git merge -q --ff-only FETCH_HEAD; echo '# noted' >> rules/plain.change.md
     git -c user.name=Jo -c user.email=jo@example.com commit -qam Note; git push -q origin HEAD:main
     sed -i 's/targets:/&\\n  - { name: other, vendor: list, out: rules\\/other.txt }/' tagwall.yaml; git -c user.name=Jo -c user.email=jo@example.com commit -qam Other; git push -q origin HEAD:main
     ${UPDATE} > /dev/null; ${PROPOSE} --dry-run`,
  )
  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/^would push to tagwall\/update: /) })
})

test('never pushes to the default branch, even if its last commit is by tagwall', () => {
  const job = proposed()
  job.fresh()
  job.run(`git fetch -q origin ${BRANCH}; git merge -q --ff-only FETCH_HEAD; git push -q origin main`)
  const before = job.remote('main')
  const { status, stderr } = job.run(`${UPDATE}\n${PROPOSE} --branch main`, { DOCUMENT: join(job.home, NEWEST) })
  expect(status).toBe(2)
  expect(stderr).toMatch(
    /\ntagwall: main is the default branch at origin, and a pull request needs a separate branch: choose another --branch; nothing was pushed\n$/,
  )
  expect(job.remote('main')).toBe(before)
})

test.for([
  ['stdout', 'echo "the tests failed"', 'the tests failed\n'],
  ['a long stdout', 'seq 1 5000; echo "the tests failed"', '5000 the tests failed\n'],
  ['a long stderr', 'seq 1 5000 >&2', "5000 error: failed to push some refs to 'HOME/origin.git'\n"],
] as const)('shows why a hook of the checkout refuses the push, on %s', ([, script, end]) => {
  const job = updated()
  writeFileSync(join(job.work, '.git/hooks/pre-push'), `#!/bin/sh\n${script}\nexit 1\n`, { mode: 0o755 })
  const { status, stderr } = job.run(PROPOSE)
  const shown = stderr.replaceAll(job.home, 'HOME')
  expect(status).toBe(2)
  expect(shown).toMatch(/^tagwall: "git push --quiet" failed: /)
  expect(shown.slice(-end.length)).toBe(end)
  expect(shown.length).toBeLessThan(4500)
})

test('signs the commit if commit.gpgsign asks for it', () => {
  const job = updated()
  const signer = '#!/bin/sh\ncat > /dev/null\necho "[GNUPG:] SIG_CREATED " >&2\necho signed-by-jo\n'
  writeFileSync(join(job.home, 'bin/signer'), signer, { mode: 0o755 })
  const { status, stderr } = job.run(`git config commit.gpgsign true; git config gpg.program signer; ${PROPOSE}`)
  expect({ status, stderr }).toMatchObject({ status: 0 })
  expect(job.git('cat-file', 'commit', job.remote(BRANCH))).toContain('\ngpgsig signed-by-jo\n')
})

/** A checkout whose main has the commands of a first change, and a file from another hand, so that the next update removes the commands. */
function removing() {
  const job = checkout()
  const { status, stderr } = job.run(
    `${UPDATE}; echo 192.0.2.0/24 >> rules/plain.txt; git rm -q --cached tagwall.lock.json; rm tagwall.lock.json; git add --all
     git -c user.name=Jo -c user.email=jo@example.com commit -qm One; git push -q origin main
     DOCUMENT="$STATE/../${NEWEST}"; ${UPDATE} --overwrite`,
  )
  expect({ status, stderr }).toMatchObject({ status: 0 })
  return job
}

test('the list of files marks those that the change removes, and the commit removes them', () => {
  const job = removing()
  const removed = LISTED.filter((path) => /\.(?:delta|rollback)\./.test(path))
  const listed = readFileSync(join(job.home, 'temp/report/files.txt'), 'utf8').split('\n')
  expect(listed.filter((line) => line.endsWith('\tremoved'))).toEqual(removed.map((path) => `${path}\tremoved`))
  expect(job.run(PROPOSE).status).toBe(0)
  const gone = job.git('diff', '--name-only', '--diff-filter=D', 'main', job.remote(BRANCH))
  expect(gone.split('\n')).toEqual(removed)
})

test('a file that the change removes and that is there is a refusal', () => {
  const job = removing()
  const { status, stderr } = job.run(`git checkout -q rules; ${PROPOSE}`)
  expect(status).toBe(2)
  expect(stderr.replaceAll(job.home, 'HOME')).toBe(
    'tagwall: the report HOME/temp/report removes 4 files that are still there, such as rules/plain.delta.added.txt: run propose in the folder in which "tagwall update --report HOME/temp/report" ran, right after it; nothing was pushed\n',
  )
})

test('proposes only the files that the report lists', () => {
  const job = checkout()
  job.run(
    `echo secret > .env; echo mine >> tagwall.yaml.orig; echo mine >> ${PACKAGE_FILE}
     tagwall update --report out/report
     tagwall propose --to github --report out/report`,
  )
  expect(existsSync(join(job.work, 'out/report/body.md'))).toBe(true)
  expect(job.git('diff', '--name-only', 'main', job.remote(BRANCH)).split('\n')).toEqual(LISTED)
})

test('proposes files beside the working directory, but none outside of the repository', () => {
  const job = checkout()
  const { status, stderr } = job.run(
    `mkdir net; sed 's#rules/plain#../rules/plain#' tagwall.yaml > net/tagwall.yaml
     printf '  - { name: far, vendor: list, out: "%s/far.txt" }\\n' "$RUNNER_TEMP" >> net/tagwall.yaml; git add net
     git -c user.name=Jo -c user.email=jo@example.com commit -qm Net; git push -q origin main; cd net
     tagwall update --allow-outside --snapshots ../snapshots --report ../out; tagwall propose --to github --report ../out`,
  )
  expect({ status, stderr }).toMatchObject({ status: 0 })
  expect(existsSync(join(job.home, 'temp/far.txt'))).toBe(true)
  // The lock is that of another working directory, so there is no delta.
  expect(job.git('diff', '--name-only', 'main', job.remote(BRANCH)).split('\n')).toEqual([
    'net/tagwall.lock.json',
    'rules/plain.change.md',
    'rules/plain.txt',
    'snapshots/public/2025-11-10.json',
  ])
})

test('an ignored folder for the report is as good as any, and an ignored file is not proposed', () => {
  const job = checkout()
  const { stdout } = job.run(
    `printf 'out/\\n*.removed.txt\\n' > .gitignore; git add .gitignore
     git -c user.name=Jo -c user.email=jo@example.com commit -qm Ignore; git push -q origin main
     tagwall update --report out/report > /dev/null; tagwall propose --to github --report out/report`,
  )
  expect(stdout).toMatch(
    /; opened pull request 7 \(git ignores 2 files of the report, such as rules\/plain\.delta\.removed\.txt\)\nhttps:\/\/github\.example\/o\/r\/pull\/7\nafter the merge, .*\n$/,
  )
  const names = job.git('diff', '--name-only', 'main', job.remote(BRANCH)).split('\n')
  expect(names).toEqual(LISTED.filter((name) => !name.endsWith('.removed.txt')))
})

describe('the address of the pull request', () => {
  const ADDRESS = 'https://github.example/o/r/pull/7\n'

  test('is all that --quiet prints, and nothing if nothing is proposed', () => {
    const job = checkout()
    const quiet = `tagwall update --report "$RUNNER_TEMP/report" > /dev/null\n${PROPOSE} --quiet`
    expect(job.run(quiet, { DOCUMENT: join(job.home, OLDER) })).toMatchObject({ status: 0, stdout: '' })
    expect(job.run(quiet)).toMatchObject({ status: 0, stdout: ADDRESS })
    expect(job.run(`${PROPOSE} --quiet`)).toMatchObject({ status: 0, stdout: ADDRESS })
  })

  test('is in the JSON', () => {
    const job = updated()
    const json = JSON.parse(job.run(`${PROPOSE} --json`).stdout)
    expect(json).toEqual({
      formatVersion: 1,
      outcome: 'pushed',
      branch: BRANCH,
      title: expect.stringMatching(/^tagwall: adds 32 addresses /),
      pullRequest: { outcome: 'opened', number: '7', address: ADDRESS.trim() },
      ignored: [],
    })
    expect(JSON.parse(job.run(`${PROPOSE} --json`).stdout).pullRequest.outcome).toBe('up to date')
  })

  test('is what GitLab says after the push', () => {
    const job = updated()
    const hook =
      '#!/bin/sh\nprintf "\\nView merge request for tagwall/update:\\n  https://gitlab.example/g/r/-/merge_requests/12\\n\\n"\n'
    writeFileSync(join(job.home, 'origin.git/hooks/post-receive'), hook, { mode: 0o755 })
    job.run('git -C ../origin.git config receive.advertisePushOptions true')
    const { stdout } = job.run('tagwall propose --to gitlab --report "$RUNNER_TEMP/report"')
    expect(stdout).toMatch(
      /^pushed to tagwall\/update: .*\nhttps:\/\/gitlab\.example\/g\/r\/-\/merge_requests\/12\nafter the merge, .*\n$/,
    )
  })
})
