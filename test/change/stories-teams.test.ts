import { documentText } from './pairs.ts'
import { committed, EDGE, FEED, FIRST, policyOf, SECOND, TAGS, THIRD, tellStories, WEB } from './story.ts'

// Several people, policies and branches in one repository. expected/ has one text for each story.
tellStories({
  'back-in-time': async () => {
    const story = await committed(policyOf(WEB, EDGE + FEED))
    await story.quietly('update', '--from', SECOND)
    story.commit('Second week')
    story.remove('snapshots/public/2025-11-24.json', 'the newest snapshot is lost')
    await story.run('plan')
    await story.run('build')
    await story.run('build', 'feed')
    await story.run('update', '--from', 'ServiceTags_Public_20251117.json')
    story.git('status', '--short')
    story.git('checkout', '--quiet', 'snapshots')
    await story.run('plan')
    story.remove('snapshots/public/2025-11-24.json', 'and lost again; now somebody wants the older rules')
    await story.run('build', '--snapshot', '2025-11-17')
    story.git('status', '--short')
    return story
  },
  // A merge of two added snapshots takes one side, which lacks a tag of the other.
  'snapshot-of-one-side': async () => {
    const both = `${WEB}${WEB.replaceAll(/Web|Contoso/g, (name) => (name === 'Web' ? 'Mail' : 'Fabrikam')).replace('100', '110')}`
    const story = await committed(policyOf(both))
    await story.quietly('update', '--from', SECOND)
    story.commit('Second week')
    story.write('other.yaml', policyOf(WEB, EDGE.replaceAll('edge', 'other')), 'another policy without Fabrikam')
    story.remove('snapshots/public/2025-11-24.json', 'on another branch')
    await story.quietly('fetch', '--from', SECOND, '--policy', 'other.yaml')
    await story.run('build')
    await story.run('fetch', '--from', SECOND)
    await story.run('build')
    return story
  },
  'policy-split': async () => {
    const story = await committed(policyOf(WEB, EDGE + FEED))
    story.write('tagwall.yaml', policyOf(WEB, EDGE), 'the policy is split')
    story.write('branch.yaml', policyOf(WEB, FEED), 'the target feed has a policy of its own')
    await story.run('build', '--policy', 'branch.yaml')
    await story.quietly('update', '--from', SECOND, '--policy', 'branch.yaml')
    await story.run('build', '--prune')
    await story.run('plan', '--policy', 'branch.yaml', '--exit-code')
    story.git('status', '--short', '--untracked-files=all')
    return story
  },
  // dc.yaml refuses what office.yaml accepted, until dc.yaml accepts it too.
  'accepted-by-one': async () => {
    const policy = (name: string) => policyOf(WEB, EDGE.replaceAll('edge', name)).replace('100%', '10%')
    const story = await committed(policy('dc'))
    story.write('office.yaml', policy('office'), 'a second policy with the same tags')
    story.write(SECOND, documentText({ ...TAGS, Contoso: ['20.40.2.0/27'] }, 2), 'a document that lost many addresses')
    await story.quietly('build', '--policy', 'office.yaml')
    await story.run('update', '--from', SECOND)
    await story.quietly('update', '--from', SECOND, '--policy', 'office.yaml', '--accept', 'shrink')
    await story.run('update', '--from', SECOND)
    await story.run('build')
    await story.quietly('fetch', '--from', SECOND, '--accept', 'shrink')
    await story.run('build')
    await story.quietly('build', '--policy', 'office.yaml')
    return story
  },
  // As docs/ci.md has it: all policies are updated, then each is proposed.
  'pull-request-of-each-policy': async () => {
    const story = await committed()
    const other = WEB.replaceAll(/Web|Contoso/g, (name) => (name === 'Web' ? 'Mail' : 'Fabrikam'))
    story.write('office.yaml', policyOf(WEB, FEED), 'a policy of the office')
    story.write(
      'lab.yaml',
      policyOf(other, EDGE.replaceAll('edge', 'lab')),
      'a policy with another tag, which stays as it is',
    )
    for (const policy of ['office.yaml', 'lab.yaml']) await story.quietly('update', '--from', FIRST, '--policy', policy)
    story.commit('Policies of the office and the lab')
    story.git('init', '--quiet', '--bare', 'ServiceTags.git')
    story.git('-C', 'ServiceTags.git', 'config', 'receive.advertisePushOptions', 'true')
    story.git('remote', 'add', 'origin', './ServiceTags.git')
    story.git('push', '--quiet', 'origin', 'main')
    const all = ['tagwall', 'office', 'lab']
    for (const name of all)
      await story.quietly('update', '--from', SECOND, '--policy', `${name}.yaml`, '--report', `out/${name}`)
    for (const name of all) await story.run('propose', '--to', 'gitlab', '--report', `out/${name}`)
    for (const branch of ['tagwall/update', 'tagwall/update-office'])
      story.git('diff', '--name-status', 'main', `origin/${branch}`)
    story.git('checkout', '--quiet', '--force', 'main')
    story.git('clean', '--quiet', '--force', '-d', 'rules', 'snapshots')
    story.git('merge', '--quiet', '--message', 'One', 'origin/tagwall/update')
    story.git('merge', '--quiet', '--message', 'Two', 'origin/tagwall/update-office')
    for (const name of all) await story.quietly('plan', '--policy', `${name}.yaml`, '--exit-code')
    await story.run('update', '--from', SECOND, '--policy', 'office.yaml', '--report', 'out/lab')
    return story
  },
  'pull-request-of-a-name-with-a-space': async () => {
    const story = await committed()
    const policy = 'our office.yaml'
    story.write(policy, policyOf(WEB, FEED), 'a policy whose name no branch can have')
    await story.quietly('update', '--from', FIRST, '--policy', policy)
    story.commit('A policy of the office')
    story.git('init', '--quiet', '--bare', 'ServiceTags.git')
    story.git('remote', 'add', 'origin', './ServiceTags.git')
    story.git('push', '--quiet', 'origin', 'main')
    await story.quietly('update', '--from', SECOND, '--policy', policy, '--report', 'out')
    await story.run('propose', '--to', 'gitlab', '--report', 'out', '--dry-run')
    return story
  },
  'another-vendor': async () => {
    const edge =
      '  - { name: edge, vendor: fortigate, out: rules/edge.conf, options: { srcintf: lan, dstintf: wan } }\n'
    const story = await committed(policyOf(WEB, edge))
    await story.quietly('update', '--from', SECOND)
    const next = '  - { name: edge, vendor: paloalto, out: rules/edge.set }\n'
    story.write('tagwall.yaml', policyOf(WEB, next), 'the device is replaced by one of another vendor')
    await story.run('build')
    await story.run('plan')
    await story.run('build', '--prune')
    await story.run('plan')
    story.git('status', '--short', '--untracked-files=all')
    return story
  },
  'another-cloud': async () => {
    const story = await committed()
    const china = documentText({ Contoso: ['20.40.2.0/26', '40.72.0.0/24'] }, 7).replace('"Public"', '"China"')
    story.write('ServiceTags_China_20251124.json', china, 'a document of another cloud')
    story.write('tagwall.yaml', `cloud: china\n${policyOf()}`, 'and the policy takes it')
    await story.run('update', '--from', 'ServiceTags_China_20251124.json', '--report', 'out')
    story.show('out/body.md')
    story.show('rules/edge.change.md')
    story.write('tagwall.yaml', policyOf(), 'and names it no more')
    await story.run('build')
    return story
  },
  years: async () => {
    const story = await committed(policyOf(WEB, EDGE + FEED))
    story.write(SECOND, documentText({ ...TAGS, Fabrikam: ['52.60.113.0/26'] }, 2), 'no tag in use changes')
    await story.quietly('update', '--from', SECOND)
    await story.quietly('update', '--from', THIRD)
    await story.run('plan', '--since', '2025-11-24')
    await story.run('plan', '--since', '2025-11-03')
    await story.run('emit', 'edge', '--since', '2025-11-24')
    await story.run('build', '--since', '2025-11-24')
    story.git('status', '--short', '--untracked-files=all')
    story.write('tagwall.yaml', policyOf(WEB, EDGE), 'feed is gone')
    await story.run('build', '--prune')
    story.commit('Without the feed')
    await story.run('build')
    story.git('status', '--short', '--untracked-files=all')
    return story
  },
  'policies-with-one-file': async () => {
    const story = await committed(policyOf(WEB, EDGE))
    story.write(
      'twin.yaml',
      policyOf(WEB, EDGE.replace('name: edge', 'name: twin')),
      'another policy writes the same file',
    )
    await story.run('plan', '--policy', 'twin.yaml')
    await story.run('build', '--policy', 'twin.yaml')
    story.write(
      'twin.yaml',
      policyOf(WEB, FEED.replace('feed.txt', 'edge.txt')),
      'only the runbooks have the same name',
    )
    await story.run('build', '--policy', 'twin.yaml')
    story.write('twin.yaml', policyOf(WEB, FEED), 'a name of its own')
    await story.quietly('build', '--policy', 'twin.yaml')
    story.write('twin.lock.json', `<<<<<<< HEAD\n${story.read('twin.lock.json')}`, 'its lock is in conflict')
    story.write(
      'tagwall.yaml',
      policyOf(WEB, EDGE.replace('edge.json', 'one.json')),
      'the first policy writes elsewhere',
    )
    await story.run('build', '--prune')
    return story
  },
})
