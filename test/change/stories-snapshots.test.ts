import { parsePrefix } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { formatSnapshot, parseSnapshot } from '../../src/document/snapshot/snapshot-file.ts'
import type { ServiceTag } from '../../src/model/service-tag.ts'
import { committed, FIRST, SECOND, type Story, tellStories } from './story.ts'

// Snapshots that nobody published. expected/ has one text for each story.
tellStories({
  'forged-snapshot': async () => {
    const story = await committed()
    story.git('checkout', '--quiet', '-b', 'forged')
    forge(story, '2025-11-17', {}, 'a /24 more in the snapshot of the same date, and the checksum made again')
    await story.quietly('build')
    story.commit('Tidy up')
    await story.run('plan', '--since', 'git:main', '--report', 'out')
    story.show('out/title.txt')
    story.show('out/body.md')
    await story.run('fetch', '--dry-run', '--from', FIRST)
    story.git('checkout', '--quiet', '-b', 'honest', 'main')
    await story.quietly('update', '--from', SECOND)
    story.commit('The document of the week')
    await story.run('plan', '--since', 'git:main')
    await story.run('fetch', '--dry-run', '--from', SECOND)
    await story.run('plan', '--since', 'git:HEAD', '--report', 'out')
    story.show('out/title.txt')
    return story
  },
  'future-snapshot': async () => {
    const story = await committed()
    story.git('checkout', '--quiet', '-b', 'future')
    const label = { published: '2099-01-05', changeNumber: 999 }
    forge(story, '2025-11-17', label, 'a copy of the snapshot, dated ahead, with a /24 more')
    story.commit('Tidy up')
    await story.run('plan', '--since', 'git:main', '--report', 'out')
    story.show('out/title.txt')
    await story.quietly('build')
    story.commit('Merged by a person who looks away')
    story.git('checkout', '--quiet', '-b', 'quiet')
    await story.run('update', '--from', FIRST)
    story.git('status', '--short')
    story.git('reset', '--quiet', '--hard')
    await story.run('fetch', '--from', SECOND)
    story.git('status', '--short')
    story.git('clean', '--quiet', '-fd')
    story.git('reset', '--quiet', '--hard')
    await story.run('update', '--from', SECOND, '--report', 'out')
    story.show('out/files.txt')
    await story.run('plan')
    story.git('checkout', '--quiet', '--force', 'future')
    story.git('clean', '--quiet', '-fdx')
    story.remove('snapshots/public/2099-01-05.json', 'a person removes it instead')
    story.git('checkout', '--quiet', 'main', 'snapshots')
    await story.run('build')
    return story
  },
})

/** Writes the snapshot of a date with a block of somebody else, as whoever can write to a repository can. */
function forge(story: Story, date: string, label: { published?: string; changeNumber?: number }, why: string): void {
  const pathOf = (published: string) => `snapshots/public/${published}.json`
  const document = parseSnapshot(story.read(pathOf(date)), 'the snapshot')
  const tag = document.tags.get('Contoso') as ServiceTag
  const prefixes = PrefixSet.union([tag.prefixes, PrefixSet.of([parsePrefix('52.60.112.0/24')])])
  const forged = { ...document, ...label, tags: new Map(document.tags).set('Contoso', { ...tag, prefixes }) }
  story.write(pathOf(forged.published), formatSnapshot(forged), why)
}
