import { sha256 } from '../../src/text/hashes.ts'
import { begun, committed, EDGE, FEED, POLICY, policyOf, SECOND, tellStories, WEB, WITH_80 } from './story.ts'

// Changes beside git, and what becomes of a lock. expected/ has one text for each story.
tellStories({
  'hidden-opening': async () => {
    const story = await committed()
    await story.quietly('update', '--from', SECOND)
    story.commit('Second week')
    story.write('tagwall.yaml', WITH_80, 'the rule Web allows port 80 too, and the document is as before')
    await story.run('update', '--from', SECOND, '--report', 'out')
    story.show('out/title.txt')
    story.show('out/body.md')
    story.git('diff', '--numstat', '--', 'rules/edge.json')
    return story
  },
  'policy-renamed': async () => {
    const story = await begun()
    story.write('edge.yaml', POLICY, 'the policy file has another name')
    story.remove('tagwall.yaml', 'and the old one is gone')
    await story.run('plan', '--policy', 'edge.yaml')
    story.write('edge.lock.json', story.read('tagwall.lock.json'), 'mv tagwall.lock.json edge.lock.json')
    story.remove('tagwall.lock.json', 'as told')
    await story.run('plan', '--policy', 'edge.yaml')
    return story
  },
  'pull-request': async () => {
    const story = await committed()
    story.git('checkout', '--quiet', '-b', 'port-80')
    story.write('tagwall.yaml', WITH_80, 'a person allows port 80')
    await story.quietly('build')
    story.commit('Port 80')
    await story.run('plan', '--since', 'git:main', '--report', 'out')
    story.show('out/title.txt')
    story.show('out/body.md')
    return story
  },
  'pull-request-of-others': async () => {
    const story = await committed()
    story.git('checkout', '--quiet', '-b', 'readme')
    story.write('README.md', 'Our rules\n', 'a person writes a page')
    story.commit('Read me')
    await story.run('plan', '--since', 'git:main', '--report', 'out', '--exit-code')
    story.show('out/title.txt')
    story.show('out/body.md')
    return story
  },
  'behind-main': async () => {
    const story = await committed()
    story.git('checkout', '--quiet', '-b', 'port-80')
    story.write('tagwall.yaml', WITH_80, 'a person allows port 80')
    await story.quietly('build')
    story.commit('Port 80')
    story.git('checkout', '--quiet', 'main')
    await story.quietly('update', '--from', SECOND)
    story.commit('Second week')
    story.git('checkout', '--quiet', 'port-80')
    await story.run('plan', '--since', 'git:main')
    return story
  },
  // What a review says of files that no build made, also if the branch hides them in its lock.
  'edited-in-a-branch': async () => {
    const story = await committed()
    story.write('tagwall.yaml', WITH_80, 'port 80')
    await story.quietly('build')
    story.commit('Port 80')
    story.git('checkout', '--quiet', '-b', 'evil')
    const edit = (path: string, from: string, to: string) => {
      const [old, text] = [story.read(path), story.read(path).replace(from, to)]
      story.write(path, text, `somebody edits ${path}, and its hash in the lock`)
      const lock = story.read('tagwall.lock.json').replace(sha256(old), sha256(text))
      story.write('tagwall.lock.json', lock, '')
    }
    edit('rules/edge.json', '20.40.2.0/26', '0.0.0.0/0')
    edit('rules/edge.delta.json', '"first": 80', '"first": 1')
    story.commit('Read me')
    await story.run('plan', '--since', 'git:main', '--exit-code', '--report', 'out')
    story.show('out/title.txt')
    story.show('out/body.md')
    return story
  },
  // Nothing else changes, but the runbook of the last change names the target in its commands.
  'renamed-after-a-change': async () => {
    const story = await committed()
    await story.quietly('update', '--from', SECOND)
    story.write('tagwall.yaml', policyOf(WEB, EDGE.replace('name: edge', 'name: border')), 'before the commit')
    await story.run('build')
    story.grep(['border', 'edge'], 'rules/edge.change.md')
    story.git('add', '--all')
    story.git('commit', '--quiet', '--message', 'Second week')
    story.write('tagwall.yaml', policyOf(WEB, EDGE.replace('name: edge', 'name: hq')), 'and after it')
    await story.run('build')
    story.grep(['border', 'hq'], 'rules/edge.change.md')
    story.git('status', '--short', '--untracked-files=all')
    await story.run('build')
    await story.run('plan', '--since', 'git:HEAD')
    story.commit('Another name')
    await story.run('plan', '--since', 'git:HEAD^')
    return story
  },
  // Before the pull request, somebody edits a file that the update wrote. What mends it is no news of the pull request.
  'edited-after-update': async () => {
    const story = await committed()
    story.git('init', '--quiet', '--bare', 'ServiceTags.git')
    story.git('-C', 'ServiceTags.git', 'config', 'receive.advertisePushOptions', 'true')
    story.git('remote', 'add', 'origin', './ServiceTags.git')
    story.git('push', '--quiet', 'origin', 'main')
    await story.quietly('update', '--from', SECOND, '--report', 'out')
    story.write('rules/edge.json', story.read('rules/edge.json').replace('443', '444'), 'somebody edits a file')
    await story.run('propose', '--to', 'gitlab', '--report', 'out')
    story.git('checkout', '--quiet', '--', 'rules', 'tagwall.lock.json')
    await story.quietly('update', '--from', SECOND, '--report', 'out')
    await story.run('propose', '--to', 'gitlab', '--report', 'out')
    story.git('diff', '--name-status', 'main', 'origin/tagwall/update')
    story.write('rules/edge.json', story.read('rules/edge.json').replace('443', '444'), 'edited again')
    await story.quietly('update', '--from', SECOND, '--report', 'out')
    story.show('out/title.txt')
    return story
  },
  'lock-edited-in-a-branch': async () => {
    const story = await committed()
    story.git('checkout', '--quiet', '-b', 'evil')
    const lock = story.read('tagwall.lock.json').replace('"out":', '"family":"ipv4","out":')
    story.write('tagwall.lock.json', lock, 'somebody edits a target in the lock only')
    story.commit('Read me')
    await story.run('plan', '--since', 'git:main', '--exit-code')
    story.git('checkout', '--quiet', 'main')
    story.git('checkout', '--quiet', '-b', 'good')
    story.write('tagwall.yaml', WITH_80, 'port 80')
    await story.quietly('build')
    story.commit('Port 80')
    await story.run('plan', '--since', 'git:main')
    return story
  },
  'target-removed-in-a-branch': async () => {
    const story = await committed(policyOf(WEB, EDGE + FEED))
    story.git('checkout', '--quiet', '-b', 'no-feed')
    story.write('tagwall.yaml', POLICY, 'the policy no longer has the target feed')
    await story.quietly('build', '--prune')
    story.commit('No feed')
    await story.run('plan', '--since', 'git:main')
    story.git('checkout', '--quiet', 'main', '--', 'rules')
    story.write('rules/feed.txt', '0.0.0.0/0\n', 'its list is back, and edited; the lock does not have it')
    story.commit('Read me')
    await story.run('plan', '--since', 'git:main', '--exit-code')
    return story
  },
  'changed-target-removed-in-a-branch': async () => {
    const story = await committed(policyOf(WEB, EDGE + FEED))
    story.git('checkout', '--quiet', '-b', 'only-feed')
    story.write('tagwall.yaml', policyOf(WEB.replace('443', '80'), EDGE + FEED), 'port 80')
    await story.quietly('build')
    story.commit('Port 80')
    story.write('tagwall.yaml', policyOf(WEB.replace('443', '80'), FEED), 'the policy no longer has the target edge')
    await story.run('plan', '--since', 'git:main')
    return story
  },
  'built-twice-in-a-branch': async () => {
    const story = await committed()
    story.git('checkout', '--quiet', '-b', 'ports')
    story.write('tagwall.yaml', WITH_80, 'port 80')
    await story.quietly('build')
    story.commit('Port 80')
    await story.run('plan', '--since', 'git:main')
    story.write('tagwall.yaml', policyOf(WEB.replace('[443]', '[443, 8080]')), 'no, port 8080')
    await story.quietly('build')
    story.commit('Port 8080')
    await story.run('plan', '--since', 'git:main', '--exit-code')
    story.git('checkout', '--quiet', 'main', '--', 'rules', 'tagwall.lock.json')
    await story.quietly('build')
    await story.run('plan', '--since', 'git:main')
    await story.run('plan', '--exit-code')
    return story
  },
  'clean-merge': async () => {
    const story = await committed(policyOf(WEB, EDGE + FEED))
    story.git('checkout', '--quiet', '-b', 'other')
    await story.quietly('fetch', '--from', SECOND)
    await story.quietly('build', 'feed')
    story.commit('A newer feed')
    story.git('checkout', '--quiet', 'main')
    story.git('merge', '--quiet', 'other')
    const merged = JSON.parse(story.read('tagwall.lock.json'))
    delete merged.states[merged.targets.edge.state]
    story.write('tagwall.lock.json', JSON.stringify(merged), 'a merge keeps the states of one side only')
    await story.run('plan')
    await story.run('build')
    await story.run('plan')
    return story
  },
  conflict: async () => {
    const story = await begun()
    const lock = story.read('tagwall.lock.json')
    story.write(
      'tagwall.lock.json',
      `<<<<<<< HEAD\n${lock}=======\n${lock}>>>>>>> other\n`,
      'two branches changed the lock',
    )
    await story.run('plan')
    await story.run('update', '--from', SECOND)
    story.write('tagwall.lock.json', lock, 'the side of HEAD is taken')
    await story.run('build')
    return story
  },
  'edit-build-edit-build': async () => {
    const story = await committed()
    story.write('tagwall.yaml', WITH_80, 'the rule Web allows port 80 too')
    await story.quietly('build')
    story.write('tagwall.yaml', policyOf(WEB.replace('[443]', '[443, 8080]')), 'no, port 8080')
    await story.run('plan')
    await story.run('build')
    return story
  },
  'edit-build-edit-build-by-full-files': async () => {
    const HOST = '  - { name: host, vendor: pf, out: rules/host.conf }\n'
    const story = await committed(policyOf(WEB, HOST))
    story.write('tagwall.yaml', policyOf(WEB.replace('[443]', '[443, 80]'), HOST), 'the rule Web allows port 80 too')
    await story.quietly('build')
    story.write('tagwall.yaml', policyOf(WEB.replace('[443]', '[443, 8080]'), HOST), 'no, port 8080')
    await story.run('build')
    story.show('rules/host.change.md')
    return story
  },
  upgrade: async () => {
    const story = await begun()
    story.remove('tagwall.lock.json', 'the files are of a version without locks')
    story.write('tagwall.yaml', WITH_80, 'the rule Web allows port 80 too')
    await story.run('update', '--from', SECOND)
    await story.run('plan')
    return story
  },
  'newer-format': async () => {
    const story = await begun()
    story.write(
      'tagwall.lock.json',
      story.read('tagwall.lock.json').replace('"lock": 1', '"lock": 2'),
      'a newer tagwall wrote the lock',
    )
    await story.run('plan')
    await story.run('build')
    return story
  },
  'git-revert': async () => {
    const story = await committed()
    story.write('tagwall.yaml', WITH_80, 'the rule Web allows port 80 too')
    await story.quietly('build')
    story.commit('Port 80')
    story.git('revert', '--no-edit', 'HEAD')
    await story.run('plan')
    await story.run('build', '--since', 'git:HEAD~1')
    return story
  },
  'lost-lock': async () => {
    const story = await begun()
    story.remove('tagwall.lock.json', 'the lock is lost')
    await story.run('plan')
    await story.quietly('build')
    await story.run('plan')
    return story
  },
  'lost-lock-and-edited-delta': async () => {
    const story = await begun()
    story.write('tagwall.yaml', WITH_80, 'the rule Web allows port 80 too')
    await story.quietly('build')
    const delta = story.read('rules/edge.delta.json')
    story.write('rules/edge.delta.json', delta.replaceAll('20.40', '0.0'), 'somebody edits the delta')
    story.remove('tagwall.lock.json', 'and the lock is lost')
    await story.run('plan', '--exit-code')
    await story.run('build')
    await story.run('plan', '--exit-code')
    return story
  },
  // A target without a delta needs a list of what to remove by hand, but only where full files are written.
  'since-a-commit': async () => {
    const asa = '  - { name: edge, vendor: cisco-asa, out: rules/edge.txt, options: { load: lines } }\n'
    const story = await committed(policyOf(WEB, asa + FEED))
    const without = WEB.replace('[443]', '[80], except: [20.40.3.0/28]')
    story.write(
      'tagwall.yaml',
      policyOf(without, asa.replace('lines', 'session') + FEED),
      'edits of a rule and a target',
    )
    await story.run('plan')
    await story.run('build', '--since', 'git:HEAD')
    story.git('status', '--short', '--untracked-files=all')
    return story
  },
  'wrong-locks': async () => {
    const story = await begun()
    const lock = story.read('tagwall.lock.json')
    const tried = async (text: string, why: string) => {
      story.write('tagwall.lock.json', text, why)
      await story.run('plan')
    }
    await tried(lock.slice(0, 200), 'a damaged lock')
    await tried(lock.replace('"ports":[443]', '"ports":[22]'), 'a rule that was edited by hand')
    await tried('{}', 'another file of that name')
    story.write('other.yaml', POLICY.replace('edge.json', 'other.json'), 'a second policy')
    await tried(lock.replace('"policy": "tagwall.yaml"', '"policy": "other.yaml"'), 'the lock of the second policy')
    await tried(lock.replaceAll('"rules/edge.json": "', '"../edge.json": "'), 'a lock that names a file outside')
    return story
  },
  'wrong-commits': async () => {
    const story = await committed()
    await story.run('plan', '--since', 'git:nowhere')
    await story.run('plan', '--since', 'git:--help')
    story.git('rm', '--quiet', '--cached', 'tagwall.lock.json')
    story.git('commit', '--quiet', '--message', 'No lock')
    await story.run('plan', '--since', 'git:HEAD')
    story.git('clone', '--quiet', '--depth', '1', `file://${story.folder}`, 'shallow')
    await story.runIn('shallow', 'plan', '--since', 'git:HEAD~1')
    story.git('config', 'uploadpack.allowFilter', 'true')
    story.git('clone', '--quiet', '--filter=blob:none', `file://${story.folder}`, 'partial')
    await story.runIn('partial', 'plan', '--since', 'git:HEAD~1')
    story.git('-C', 'partial', 'fetch', '--quiet', '--refetch', '--no-filter')
    await story.runIn('partial', 'plan', '--since', 'git:HEAD~1')
    await story.runAlone('plan', '--since', 'git:HEAD')
    story.remove('.git', 'without a repository')
    await story.run('plan', '--since', 'git:HEAD')
    return story
  },
})
