import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { begun, FIRST, policyOf, Story, tellStories, WEB } from './story.ts'

// What a device holds may change where its traffic does not: words, order, rules without effect. Every text names it.

const TARGETS = [
  '  - { name: branch, vendor: fortigate, out: rules/branch, options: { srcintf: [lan], dstintf: [wan] } }',
  '  - { name: dmz, vendor: paloalto, out: rules/dmz }',
  '  - { name: cloud, vendor: terraform, out: rules/cloud }',
  '  - { name: host, vendor: pf, out: rules/host.conf }',
]
  .join('\n')
  .concat('\n')
const MAIL = WEB.replace('Web', 'Mail').replace('Contoso', 'Fabrikam').replace('443', '25').replace('100', '110')
const BOTH = policyOf(WEB + MAIL, TARGETS)
const denial =
  '  - { name: NoLegacy, prefixes: [192.0.2.0/24], direction: outbound, action: deny, protocol: any, priority: 90 }\n'

const DEVICE = ['on the device', 'option', '| rule', '| new', '| moved', '| removed', 'srcintf', '### ']

/** An edit, and the texts about it. */
async function edited(policy: string, why: string): Promise<Story> {
  const story = await begun(BOTH)
  story.write('tagwall.yaml', policy, why)
  await story.run('plan', '--report', 'out')
  story.show('out/title.txt')
  story.grep(['on the device', 'rule', 'srcintf'], 'out/body.md')
  await story.quietly('build')
  const runbooks = ['branch', 'dmz', 'cloud', 'host'].map((name) => `rules/${name}.change.md`)
  for (const path of runbooks.filter((path) => existsSync(join(story.folder, path)))) story.grep(DEVICE, path)
  return story
}

const EXAMPLE = join(import.meta.dirname, '../../docs/vendor')

/** The vendor of the handbook, whose items are only named: they do not tell a denial of one port from that of another. */
async function named(): Promise<Story> {
  const policy = (port: string) =>
    policyOf(
      denial.replace('protocol: any', `ports: [${port}]`) + WEB,
      '  - { name: gate, vendor: gate, out: rules/gate }\n',
    ).replace('local: [10.20.0.0/16]\n', '')
  const story = new Story(policy('80'))
  for (const name of readdirSync(EXAMPLE).filter((name) => name !== 'README.md')) {
    const text = readFileSync(join(EXAMPLE, name), 'utf8')
    const bare = text
      .replace(/\(rules, \(\[name, \{ action \}\]\)/, '(rules.values(), ({ name })')
      .replace('"artefacts"', '"carries": { "actions": ["allow", "deny"] },\n  "artefacts"')
      .replaceAll(/fields: \{.*?\} \}/g, 'fields: {} }')
    story.write(`vendors/gate/${name}`, bare, '')
  }
  await story.quietly('update', '--from', FIRST, '--vendors', 'vendors')
  story.write('tagwall.yaml', policy('81'), 'another port of a denial of addresses that nothing allows')
  await story.run('plan', '--vendors', 'vendors')
  return story
}

tellStories({
  'items-words': () => edited(BOTH.replace('priority: 100', 'priority: 100, description: the portal'), 'a comment'),
  'items-own-prefix': () =>
    edited(BOTH.replace('tags: [Contoso]', 'tags: [Contoso], prefixes: [20.40.3.0/28]'), 'a prefix that the tag holds'),
  'items-denial': () => edited(policyOf(denial + WEB + MAIL, TARGETS), 'a denial of addresses that nothing allows'),
  'items-order': () => edited(BOTH.replace('priority: 100', 'priority: 120'), 'two rules change places'),
  'items-options': () => edited(BOTH.replace('[lan]', '[any]'), 'from any interface'),
  'items-and-traffic': () =>
    edited(
      policyOf(denial + WEB.replace('443', '443, 80') + MAIL, TARGETS).replace('priority: 110', 'priority: 80'),
      'a port, a denial without effect, and another order',
    ),
  'items-named': named,
  // A file of pf does not hold the words of a rule.
  'items-words-and-traffic': () =>
    edited(
      policyOf(
        WEB.replace('443', '443, 80').replace('priority: 100', 'priority: 100, description: the portal') + MAIL,
        TARGETS,
      ),
      'a port, and a comment',
    ),
})
