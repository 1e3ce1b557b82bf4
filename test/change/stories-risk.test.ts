import { documentText, type Tags } from './pairs.ts'
import { begun, EDGE, policyOf, SECOND, type Story, TAGS, tellStories, WEB } from './story.ts'

// What a reviewer must see first comes first, in every text: new ports, protocols, local sides and inbound rules before more addresses.

const HOST = '  - { name: host, vendor: iptables, out: rules/host }\n'
const GROWN: Tags = { ...TAGS, Contoso: ['20.40.0.0/16', '2603:db8:0:1::/64'] }
const COLORS = ['class="risk"', 'class="gain"', 'class="loss"']

/** The texts of a build. */
async function told(story: Story): Promise<Story> {
  await story.run('update', '--from', SECOND, '--accept', 'grow', '--report', 'out')
  story.show('out/title.txt')
  story.show('out/body.md')
  story.grep(COLORS, 'out/report.html')
  story.show('rules/edge.change.md')
  return story
}

const rule = (name: string, rest: string, priority: number) => `  - { name: ${name}, ${rest}, priority: ${priority} }\n`
const numbers = Array.from({ length: 15 }, (_, index) => index + 1)

tellStories({
  'risk-first': async () => {
    const story = await begun(policyOf(WEB + rule('Mail', 'tags: [Fabrikam], direction: outbound, ports: [25]', 110)))
    story.write(SECOND, documentText(GROWN, 2), 'a week with 65,000 addresses more')
    story.write(
      'tagwall.yaml',
      policyOf(
        WEB +
          rule('Mail', 'tags: [Fabrikam], direction: outbound, ports: [25], local: [10.30.0.0/24]', 110) +
          rule('Admin', 'prefixes: [192.0.2.8/30], direction: outbound, ports: [22, 3389]', 120) +
          rule('Probe', 'prefixes: [192.0.2.8/32], direction: inbound, protocol: icmp', 130),
      ),
      'and two ports, a protocol and another local side by the policy',
    )
    return told(story)
  },
  'only-a-document': async () => {
    const story = await begun()
    story.write(SECOND, documentText(GROWN, 2), 'a week as every week')
    return told(story)
  },
  'only-a-policy': async () => {
    const story = await begun()
    story.write('tagwall.yaml', policyOf(WEB.replace('443', '443, 22')), 'port 22 too')
    await story.run('plan', '--report', 'out')
    story.grep(['<h2', ...COLORS], 'out/report.html')
    return story
  },
  'long-title': async () => {
    const long = (name: string) => name.padEnd(63, name)
    const locals = 'local: [10.20.0.0/16, 10.30.0.0/16, 10.40.4.0/24, "2001:db8:20:30:40:50:60:0/112"]'
    const ports = [22, 25, 53, 80, 110, 143, 443, 993, 995, 3389]
    const closing = rule(
      long('Leaving'),
      `prefixes: [192.0.2.0/24, "2001:db8:1::/64"], direction: outbound, ports: [${ports}], ${locals}`,
      100,
    )
    const opening = rule(
      long('Coming'),
      `prefixes: [198.51.100.0/24, "2001:db8:2::/64"], direction: outbound, ports: [${ports.map((port) => port + 1)}], ${locals}`,
      110,
    )
    const more = rule(long('Another'), 'prefixes: [203.0.113.0/24], direction: outbound, ports: [8080]', 120)
    const story = await begun(policyOf(closing + WEB.replace('100', '120'), EDGE + HOST))
    story.write('tagwall.yaml', policyOf(opening + more, EDGE), 'long names, and one target less')
    await story.run('plan', '--report', 'out')
    story.show('out/title.txt')
    return story
  },
  'many-changes': async () => {
    const rules = (port: number) =>
      numbers
        .map((at) =>
          rule(`Rule${at}`, `prefixes: [192.0.2.${at}/32], direction: outbound, ports: [${port + at}]`, 100 + at),
        )
        .join('')
    const story = await begun(policyOf(rules(1000)))
    story.write('tagwall.yaml', policyOf(rules(2000)), 'fifteen rules get other ports')
    await story.run('plan')
    return story
  },
})
