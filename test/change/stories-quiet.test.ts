import { documentText } from './pairs.ts'
import { begun, EDGE, FIRST, policyOf, SECOND, Story, TAGS, THIRD, tellStories, WEB } from './story.ts'

// What is counted and named is true: documents without effect, families that no file holds, files that are left.

const NSG = '  - { name: cloud, vendor: nsg, out: rules/nsg.json }\n'
const HOST = '  - { name: host, vendor: iptables, out: rules/host }\n'
const COLUMNS = ['<figcaption', 'col">IPv', '2603:']

/** A quiet week, and one that adds a prefix. */
async function weeks(isRecorded: boolean): Promise<Story> {
  const story = await begun()
  story.write(SECOND, documentText(TAGS, 2), 'a week that changes nothing')
  story.write(
    THIRD,
    documentText({ ...TAGS, Contoso: ['20.40.2.0/26', '20.40.3.0/27'] }, 3),
    'and one that adds a prefix',
  )
  await story.quietly('update', '--from', SECOND)
  if (!isRecorded) story.remove('snapshots/.tagwall-checked.json', 'nothing records the check of the quiet week')
  await story.quietly('update', '--from', THIRD, '--report', 'out')
  story.grep(['addition'], 'out/body.md')
  return story
}

tellStories({
  'document-without-effect': async () => {
    const story = await begun(policyOf(WEB, NSG))
    await story.run('update', '--from', SECOND, '--report', 'out')
    story.show('out/title.txt')
    story.show('out/body.md')
    return story
  },
  // A device holds older rules than the last change starts from.
  'beside-the-week': async () => {
    const story = await begun()
    await story.quietly('update', '--from', SECOND)
    await story.quietly('update', '--from', THIRD)
    await story.run('build', '--since', '2025-11-17')
    await story.run('plan', '--exit-code')
    await story.quietly('update', '--from', THIRD, '--report', 'out')
    story.show('out/files.txt')
    const name = 'rules/edge.rollback-since.json'
    story.write(name, story.read(name).replace('20.40.', '20.41.'), 'somebody edits one of them')
    await story.run('build')
    await story.quietly('build', '--since', '2025-11-17')
    story.write('tagwall.yaml', policyOf(WEB.replace('443', '8443')), 'the rules change')
    await story.run('build')
    await story.quietly('update', '--from', THIRD, '--report', 'out')
    story.show('out/files.txt')
    return story
  },
  'quiet-weeks-between': () => weeks(true),
  'unknown-weeks-between': () => weeks(false),
  'one-family-goes': async () => {
    const both = policyOf(WEB).replace('local: [10.20.0.0/16]', 'local: [10.20.0.0/16, "2001:db8:20::/48"]')
    const story = new Story(both)
    await story.quietly('update', '--from', FIRST)
    const newer = { Contoso: ['20.40.2.0/26', '20.40.3.0/27', '2603:db8:0:2::/64'] }
    story.write(SECOND, documentText({ ...TAGS, ...newer }, 2), 'a document with other IPv6 addresses')
    story.write('tagwall.yaml', policyOf(WEB), 'and the rules are for IPv4 only')
    await story.run('update', '--from', SECOND, '--report', 'out')
    story.show('out/body.md')
    story.grep(COLUMNS, 'out/report.html')
    return story
  },
  'windows-line-ends': async () => {
    const story = await begun()
    await story.quietly('update', '--from', SECOND)
    const name = 'rules/edge.json'
    story.write(name, story.read(name).replaceAll('\n', '\r\n'), 'git writes the line ends of Windows')
    await story.run('plan', '--exit-code')
    await story.run('build', '--exit-code')
    await story.run('build', '--exit-code')
    return story
  },
  'prune-all': async () => {
    const story = await begun(policyOf(WEB, EDGE + HOST))
    story.write('tagwall.yaml', policyOf(WEB), 'the target host goes, with its script')
    await story.run('build', '--prune')
    return story
  },
})
