import { committed, EDGE, FEED, policyOf, SECOND, type Story, tellStories, WEB } from './story.ts'

// The weekly branch and the edit of a person change the same target, and are joined. Each way of joining ends with the same rules and commands:
// those from the main branch to both changes. expected/ has one text for each story.

const PORT_80 = WEB.replace('[443]', '[443, 80]')

const IN_CONFLICT = ['rules/edge.delta.json', 'rules/edge.rollback.json', 'rules/edge.change.md', 'tagwall.lock.json']

/** A repository with the branches `weekly` and `edit` on main. */
async function branches(targets = EDGE): Promise<Story> {
  const story = await committed(policyOf(WEB, targets))
  story.git('checkout', '--quiet', '-b', 'weekly')
  await story.quietly('update', '--from', SECOND)
  story.commit('Second week')
  story.git('checkout', '--quiet', 'main')
  story.git('checkout', '--quiet', '-b', 'edit')
  story.write('tagwall.yaml', policyOf(PORT_80, targets), 'a person allows port 80')
  await story.quietly('build')
  story.commit('Port 80')
  return story
}

/** The recipe, and what it leaves. */
async function rebuilt(story: Story): Promise<Story> {
  await story.run('build')
  story.git('diff', '--name-status', 'HEAD', '--', 'rules')
  story.show('rules/edge.delta.json')
  return story
}

async function ended(story: Story): Promise<Story> {
  await story.run('plan', '--exit-code')
  story.git('status', '--short')
  return story
}

tellStories({
  'merge-conflict': async () => {
    const story = await branches(EDGE + FEED)
    story.git('checkout', '--quiet', 'main')
    story.git('merge', '--quiet', '--no-ff', '--message', 'Weekly', 'weekly')
    story.git('checkout', '--quiet', 'edit')
    story.conflicts('merge', 'main')
    await story.run('build', 'edge')
    await rebuilt(story)
    story.commit('Merge branch main')
    return ended(story)
  },
  // Nothing is made again where git joined all files as tagwall wrote them, and a later edit starts from the lock.
  'merge-clean': async () => {
    const story = await committed(policyOf(WEB))
    story.git('checkout', '--quiet', '-b', 'weekly')
    await story.quietly('update', '--from', SECOND)
    story.commit('Second week')
    story.git('checkout', '--quiet', 'main')
    story.write('README.md', 'Rules of the office', 'meanwhile, a change of another file')
    story.commit('A page')
    story.git('merge', '--quiet', '--message', 'Weekly', 'weekly')
    await story.run('build')
    story.git('status', '--short')
    story.write('tagwall.yaml', policyOf(PORT_80), 'then a person allows port 80')
    await story.run('build')
    return story
  },
  'merge-into-main': async () => {
    const story = await branches()
    story.git('checkout', '--quiet', 'main')
    story.git('merge', '--quiet', 'weekly')
    story.conflicts('merge', 'edit')
    await rebuilt(story)
    story.commit('Merge branch edit')
    return ended(story)
  },
  // Both are joined before main has any of them, so devices have neither.
  'merge-of-both': async () => {
    const story = await branches()
    story.conflicts('merge', 'weekly')
    await rebuilt(story)
    story.commit('Merge branch weekly')
    return ended(story)
  },
  ...Object.fromEntries(
    ['ours', 'theirs'].map((side) => [
      `merge-${side}`,
      async () => {
        const story = await branches()
        story.conflicts('merge', 'weekly')
        for (const name of IN_CONFLICT) story.git('checkout', `--${side}`, '--', name)
        story.commit('Merge branch weekly')
        await rebuilt(story)
        story.commit('Build again')
        return ended(story)
      },
    ]),
  ),
  rebase: async () => {
    const story = await branches()
    story.git('checkout', '--quiet', 'main')
    story.git('merge', '--quiet', 'weekly')
    story.git('checkout', '--quiet', 'edit')
    story.conflicts('rebase', 'main')
    await rebuilt(story)
    story.git('add', '--all')
    story.git('-c', 'core.editor=true', 'rebase', '--continue')
    return ended(story)
  },
  // A file that a person edited before is no work of the merge. On main, all files of one side are those of no rules on main.
  'merge-edited-before': async () => {
    const story = await branches()
    story.git('checkout', '--quiet', 'main')
    story.write('rules/edge.json', story.read('rules/edge.json').replace('443', '444'), 'somebody edits a file on main')
    story.commit('By hand')
    story.git('checkout', '--quiet', '-b', 'page')
    story.write('README.md', 'Rules of the office', 'a change of another file')
    story.commit('A page')
    story.git('checkout', '--quiet', 'main')
    story.git('merge', '--quiet', '--no-ff', '--message', 'Page', 'page')
    await story.run('plan')
    story.git('reset', '--quiet', '--hard', 'weekly')
    story.conflicts('merge', 'edit')
    story.git('checkout', '--quiet', 'edit', '--', 'rules', 'tagwall.lock.json')
    story.commit('Merge branch edit')
    return rebuilt(story)
  },
  // After a rebase, nothing tells git's work from that of a person, but no commands stay that lead to other files.
  'rebase-of-one-side': async () => {
    const story = await branches()
    story.git('checkout', '--quiet', 'main')
    story.git('merge', '--quiet', 'weekly')
    story.git('checkout', '--quiet', 'edit')
    story.conflicts('rebase', 'main')
    for (const name of IN_CONFLICT) story.git('checkout', '--theirs', '--', name)
    story.git('add', '--all')
    story.git('-c', 'core.editor=true', 'rebase', '--continue')
    await story.run('plan', '--exit-code')
    await story.run('build')
    await story.run('build')
    story.git('checkout', '--quiet', 'main', '--', 'rules', 'tagwall.lock.json')
    await story.run('build')
    await story.run('plan', '--since', 'git:main')
    return story
  },
  'cherry-pick': async () => {
    const story = await branches()
    story.git('checkout', '--quiet', 'main')
    story.git('merge', '--quiet', 'weekly')
    story.conflicts('cherry-pick', 'edit')
    await rebuilt(story)
    story.git('add', '--all')
    story.git('-c', 'core.editor=true', 'cherry-pick', '--continue')
    return ended(story)
  },
})
