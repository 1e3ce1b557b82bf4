import { documentText, type Tags } from './pairs.ts'
import { FIRST, WEB as FIRST_RULE, policyOf, SECOND, Story, TAGS, tellStories } from './story.ts'

// Devices that resolve tags themselves, as Azure's do: a tag shares addresses with denied prefixes, with other tags and with own prefixes.

const WEB = FIRST_RULE.replace('100', '150')
const NSG = '  - { name: cloud, vendor: nsg, out: rules/nsg.json }\n'
const FIREWALL = '  - { name: hub, vendor: azure-firewall, out: rules/hub.json, options: { mode: tags } }\n'
const ROUTES = '  - { name: routes, vendor: azure-route-table, out: rules/routes.json }\n'
const REGIONS: Tags = { ...TAGS, 'Contoso.East': ['20.40.2.0/27', '20.40.3.0/29'] }

const denial = (what: string) =>
  `  - { name: NoLegacy, ${what}, direction: outbound, action: deny, protocol: any, priority: 100 }\n`
const PREFIX = denial('prefixes: [20.40.2.0/25]')
const ALL = denial('prefixes: [0.0.0.0/0]')
const TAG = denial('tags: [Contoso]')
const SUBTAG = denial('tags: [Contoso.East]')
const EAST = WEB.replace('[Contoso]', '[Contoso.East]')
const OWN = WEB.replace('tags: [Contoso]', 'prefixes: [20.40.2.0/28, 192.0.2.0/24]')

async function begunWith(targets: string, rules: string, tags = REGIONS): Promise<Story> {
  const story = new Story(policyOf(rules, targets))
  story.write(FIRST, documentText(tags, 1), 'Contoso has a region of its own')
  await story.quietly('update', '--from', FIRST)
  return story
}

/** Edits of the rules, each of which is planned and built. */
async function through(story: Story, targets: string, edits: readonly (readonly [why: string, rules: string])[]) {
  for (const [why, rules] of edits) {
    story.write('tagwall.yaml', policyOf(rules, targets), why)
    await story.run('update', '--from', FIRST, '--dry-run')
    await story.quietly('update', '--from', FIRST)
  }
}

tellStories({
  'tags-denied-prefix': async () => {
    const story = await begunWith(NSG, PREFIX + WEB)
    story.write('tagwall.yaml', policyOf(WEB, NSG), 'the denial goes')
    await story.run('plan', '--json')
    await story.run('plan', '--report', 'out')
    await story.quietly('build')
    story.show('out/title.txt')
    story.show('out/body.md')
    story.show('rules/nsg.change.md')
    return story
  },
  'tags-denied': async () => {
    const story = await begunWith(NSG, ALL + WEB)
    await through(story, NSG, [
      ['the denial of everything goes', WEB],
      ['a region is denied', SUBTAG + WEB],
      ['that denial moves behind the tag', WEB + SUBTAG.replace('100', '200')],
      ['own prefixes in place of the tag', OWN],
      ['the tag is denied before them', TAG + OWN],
      ['a denial that denies nothing new', TAG + SUBTAG.replace('NoLegacy', 'NoEast').replace('100', '110') + OWN],
    ])
    return story
  },
  'tags-and-regions': async () => {
    const targets = NSG + FIREWALL
    const story = await begunWith(targets, WEB)
    await through(story, targets, [
      ['only the region', EAST],
      ['both, which is the tag', WEB.replace('[Contoso]', '[Contoso, Contoso.East]')],
    ])
    const routes = (rules: string) => policyOf(rules, ROUTES).replace('local: [10.20.0.0/16]\n', '')
    story.write('tagwall.yaml', routes(WEB), 'routes, which are for any local address')
    await story.quietly('update', '--from', FIRST)
    story.write('tagwall.yaml', routes(EAST), 'only the region')
    await story.run('update', '--from', FIRST, '--dry-run')
    return story
  },
  'tags-and-documents': async () => {
    const story = await begunWith(NSG + FIREWALL, PREFIX + WEB)
    const newer = { ...REGIONS, Contoso: ['20.40.2.0/26', '20.40.2.96/27', '20.40.3.0/27', '2603:db8:0:1::/64'] }
    story.write(SECOND, documentText(newer, 2), 'Contoso has more addresses')
    await story.run('update', '--from', SECOND, '--dry-run')
    story.write('tagwall.yaml', policyOf(WEB, NSG + FIREWALL), 'the denial goes in the same week')
    await story.run('update', '--from', SECOND)
    return story
  },
  'tags-or-prefixes': async () => {
    const story = await begunWith(NSG, PREFIX + WEB)
    const prefixes = NSG.replace('json }', 'json, options: { mode: prefixes } }')
    story.write('tagwall.yaml', policyOf(PREFIX + WEB, prefixes), 'the same rules, by prefixes')
    await story.run('build')
    story.write('tagwall.yaml', policyOf(PREFIX + WEB, NSG), 'and by tags again, with a newer document')
    await story.run('update', '--from', SECOND)
    return story
  },
})
