import { documentText } from './pairs.ts'
import {
  begun,
  EDGE,
  FEED,
  FIRST,
  POLICY,
  policyOf,
  SECOND,
  Story,
  TAGS,
  THIRD,
  tellStories,
  WEB,
  WITH_80,
} from './story.ts'

// What people see of a change from the command line, week by week. expected/ has one text for each story.
tellStories({
  'first-run': async () => {
    const story = new Story(POLICY)
    await story.run('plan', '--snapshot', FIRST)
    await story.run('update', '--from', FIRST)
    await story.run('plan', '--exit-code')
    return story
  },
  'quiet-week': async () => {
    const story = await begun()
    story.write(SECOND, documentText({ ...TAGS, Contoso: ['20.40.2.0/26', '20.40.3.0/28'] }, 2), 'only IPv6 changes')
    await story.run('update', '--from', SECOND, '--exit-code', '--report', 'out')
    story.show('out/files.txt')
    return story
  },
  'policy-edit': async () => {
    const story = await begun()
    story.write('tagwall.yaml', WITH_80, 'the rule Web allows port 80 too')
    await story.run('plan', '--exit-code')
    await story.quietly('build')
    await story.run('plan', '--exit-code')
    return story
  },
  'policy-and-document': async () => {
    const story = await begun()
    story.write('tagwall.yaml', WITH_80, 'the rule Web allows port 80 too')
    await story.run('update', '--from', SECOND, '--report', 'out')
    story.show('out/title.txt')
    story.show('out/body.md')
    story.show('rules/edge.change.md')
    return story
  },
  'added-tag': async () => {
    const story = await begun()
    story.write('tagwall.yaml', policyOf(WEB.replace('[Contoso]', '[Contoso, Fabrikam]')), 'the rule Web gets a tag')
    await story.run('plan')
    await story.run('update', '--from', FIRST)
    return story
  },
  'vanished-tag': async () => {
    const story = await begun(policyOf(WEB.replace('[Contoso]', '[Contoso, Fabrikam]')))
    story.write(SECOND, documentText({ Contoso: TAGS.Contoso ?? [] }, 2), 'Fabrikam is gone')
    await story.run('update', '--from', SECOND)
    story.write('tagwall.yaml', POLICY, 'the policy drops Fabrikam too')
    await story.run('update', '--from', SECOND)
    return story
  },
  'one-of-two': async () => {
    const story = await begun(policyOf(WEB, EDGE + FEED))
    story.write(
      'tagwall.yaml',
      policyOf(WEB.replace('[Contoso]', '[Contoso]\n    prefixes: [192.0.2.0/24]'), EDGE + FEED).replace(
        '{ name: Web, tags: [Contoso]\n    prefixes',
        '{ name: Web, tags: [Contoso], prefixes',
      ),
      'the rule Web gets a prefix',
    )
    await story.run('build', 'edge')
    await story.run('plan')
    return story
  },
  'rule-for-one-of-two': async () => {
    const mail = '  - { name: Mail, tags: [Fabrikam], direction: outbound, ports: [25], priority: 110, targets: [b] }\n'
    const targets = ['a', 'b'].map((name) => `  - { name: ${name}, vendor: json, out: rules/${name}.json }\n`).join('')
    const story = await begun(policyOf(WEB + mail, targets))
    story.write(
      'tagwall.yaml',
      policyOf(WEB.replace('[443]', '[443, 80]') + mail, targets),
      'the rule Web allows port 80 too',
    )
    await story.run('build')
    return story
  },
  // Who has not loaded the last change of a target finds its commands in place.
  'only-one-changes': async () => {
    const mail = '  - { name: Mail, tags: [Fabrikam], direction: outbound, ports: [25], priority: 110, targets: [b] }\n'
    const web = WEB.replace(' }\n', ', targets: [a] }\n')
    const targets = ['a', 'b'].map((name) => `  - { name: ${name}, vendor: json, out: rules/${name}.json }\n`).join('')
    const story = await begun(policyOf(web + mail, targets))
    story.write(
      'tagwall.yaml',
      policyOf(web + mail.replace('[25]', '[25, 587]'), targets),
      'the rule Mail, which only b has, allows port 587 too',
    )
    await story.quietly('build')
    await story.run('update', '--from', SECOND)
    story.show('rules/b.change.md')
    await story.run('plan', '--exit-code')
    story.write('tagwall.yaml', policyOf(web + mail.replace('[25]', '[587]'), targets), 'and then no port 25')
    await story.run('build')
    await story.run('update', '--from', THIRD, '--report', 'out')
    story.show('out/body.md')
    return story
  },
  'target-renamed': async () => {
    const story = await begun()
    story.write(
      'tagwall.yaml',
      policyOf(WEB, EDGE.replace('name: edge', 'name: border')),
      'the target has another name',
    )
    await story.run('build')
    story.write(
      'tagwall.yaml',
      policyOf(WEB, EDGE.replace('name: edge', 'name: border').replace('edge.json', 'border.json')),
      'and its file too',
    )
    await story.run('build')
    await story.run('build', '--prune')
    await story.run('plan')
    return story
  },
  'site-renamed': async () => {
    const sites = (...names: string[]) =>
      `${policyOf(WEB, EDGE.replace('rules/', '"rules/{site}/').replace('.json }', '.json" }'))}sites:\n${names.map((name) => `  - { name: ${name} }\n`).join('')}`
    const story = await begun(sites('berlin', 'oslo'))
    story.write('tagwall.yaml', sites('berlin', 'paris'), 'oslo moves to paris')
    await story.run('build')
    await story.run('build', '--prune')
    await story.run('plan')
    return story
  },
  'hand-edit': async () => {
    const story = await begun()
    story.write(
      'rules/edge.json',
      story.read('rules/edge.json').replace('"20.40.2.0/26",\n', '"20.40.0.0/16",\n'),
      'somebody opens a /16 in the file',
    )
    await story.run('plan')
    await story.run('build')
    await story.run('plan')
    return story
  },
  'edited-commands': async () => {
    const story = await begun()
    story.write('tagwall.yaml', WITH_80, 'the rule Web allows port 80 too')
    await story.quietly('build')
    const edit = (path: string, from: string, to: string, why: string) =>
      story.write(path, story.read(path).replace(from, to), why)
    edit('rules/edge.delta.json', '"first": 80', '"first": 1', 'somebody opens more ports in the delta')
    edit('rules/edge.change.md', 'edge.delta.json', 'other.json', 'and leads the runbook elsewhere')
    story.write('rules/edge.json.cleanup.manual.txt', 'NOT PROVED by tagwall: remove all\n', 'and adds a list')
    await story.run('plan', '--exit-code')
    await story.run('build')
    await story.run('plan', '--exit-code')
    return story
  },
  'lost-snapshots': async () => {
    const story = await begun()
    story.remove('snapshots', 'the snapshots are lost')
    await story.run('update', '--from', SECOND)
    return story
  },
  'fetch-then-build': async () => {
    const story = await begun()
    await story.run('fetch', '--from', SECOND)
    await story.quietly('fetch', '--from', THIRD)
    await story.run('build')
    return story
  },
  'back-and-forward': async () => {
    const story = await begun()
    await story.quietly('update', '--from', SECOND)
    await story.run('plan', '--snapshot', 'previous')
    await story.run('build', '--snapshot', '2025-11-17')
    await story.run('plan')
    await story.run('build')
    return story
  },
  'last-list': async () => {
    const mail = '  - { name: Mail, tags: [Fabrikam], direction: outbound, ports: [25], priority: 110 }\n'
    const lists = FEED.replace('rules/feed.txt', 'rules/feed, options: { form: sets }')
    const story = await begun(policyOf(WEB + mail, lists))
    story.write('tagwall.yaml', policyOf(WEB, lists), 'the rule Mail goes, and one list is left')
    await story.run('build')
    story.show('rules/feed.change.md')
    await story.run('build', '--prune')
    return story
  },
  'shared-snapshots': async () => {
    const story = new Story(POLICY)
    story.write('one/tagwall.yaml', POLICY, 'two working directories')
    story.write('two/tagwall.yaml', policyOf(WEB.replace('Contoso', 'Fabrikam')), 'with policies of their own')
    const from = (name: string) => ['update', '--snapshots', '../snapshots', '--from', `../${name}`, '--allow-outside']
    await story.runIn('one', ...from(FIRST))
    await story.runIn('two', ...from(FIRST))
    await story.runIn('one', ...from(SECOND))
    await story.runIn('two', ...from(SECOND))
    return story
  },
  regions: async () => {
    const regions = { 'Contoso.North': ['20.40.2.0/26'] }
    const story = new Story(policyOf(WEB.replace('[Contoso]', '[Contoso.*]'), EDGE + FEED))
    story.write(FIRST, documentText(regions, 1), 'Contoso has one region')
    await story.quietly('update', '--from', FIRST)
    story.write(SECOND, documentText({ ...regions, 'Contoso.West': ['20.40.3.0/28'] }, 2), 'and now two')
    await story.run('update', '--from', SECOND)
    story.show('rules/edge.change.md')
    story.show('rules/feed.change.md')
    return story
  },
  options: async () => {
    const edge = '  - { name: edge, vendor: fortigate, out: rules/edge.conf, options: { dstintf: wan1 } }\n'
    const story = await begun(policyOf(WEB, edge))
    story.write('tagwall.yaml', policyOf(WEB, edge.replace('wan1', 'wan2')), 'another interface')
    await story.run('plan', '--report', 'out')
    story.show('out/body.md')
    await story.quietly('build')
    story.show('rules/edge.change.md')
    return story
  },
  'model-and-limits': async () => {
    const edge = '  - { name: edge, vendor: fortigate, out: rules/edge.conf, model: low-end }\n'
    const story = await begun(policyOf(WEB, edge))
    story.write(
      'tagwall.yaml',
      policyOf(WEB, edge.replace('low-end', 'low-end, limits: { groupMembers: 250 }')),
      'a limit',
    )
    await story.run('plan')
    story.write('tagwall.yaml', policyOf(WEB, edge.replace(', model: low-end', '')), 'no model')
    await story.run('plan', '--report', 'out')
    story.grep(['model'], 'out/body.md')
    return story
  },
  'other-object': async () => {
    const edge = '  - { name: edge, vendor: paloalto, out: rules/edge.conf, local: { object: nodes } }\n'
    const story = await begun(policyOf(WEB, edge))
    story.write('tagwall.yaml', policyOf(WEB, edge.replace('nodes', 'servers')), 'another object')
    await story.run('plan', '--report', 'out')
    story.show('out/title.txt')
    story.grep(['opens', 'closes'], 'out/body.md')
    story.write('tagwall.yaml', policyOf(WEB.replace('443', '443, 80'), edge.replace('nodes', 'servers')), 'and a port')
    await story.run('plan')
    await story.quietly('build')
    story.grep(['opens', 'closes', 'for'], 'rules/edge.change.md')
    return story
  },
  excepted: async () => {
    const story = await begun()
    story.write('tagwall.yaml', policyOf(WEB.replace('[Contoso]', '[Contoso], except: [20.40.3.0/28]')), 'an exception')
    await story.quietly('update', '--from', SECOND)
    story.show('rules/edge.change.md')
    return story
  },
  'init-build-update': async () => {
    const story = new Story(POLICY)
    story.remove('tagwall.yaml', 'an empty folder, and the snapshot that comes with tagwall')
    await story.quietly('init', '--vendor', 'json')
    await story.quietly('build')
    const { tags } = JSON.parse(story.read('snapshots/public/2025-11-10.json')) as {
      tags: { name: string; prefixes: string[] }[]
    }
    const newer = Object.fromEntries(tags.map(({ name, prefixes }) => [name, prefixes.slice(1)]))
    story.write(SECOND, documentText(newer, 999), 'each tag loses its first prefix')
    await story.run('update', '--from', SECOND, '--report', 'out')
    story.show('out/title.txt')
    story.show('out/files.txt')
    return story
  },
})
