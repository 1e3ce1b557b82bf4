// Policies that grow in rules and in sites, and devices that hold them, for `growth.mjs`. Each measure checks the output.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ADDRESS = (index) => `20.${40 + (index >> 8)}.${index & 255}.0/24`
const LOCAL = (index) => `10.${index >> 8}.${index & 255}.0/24`

/** A policy with as many rules, each for prefixes of its own, and with what `ownOf` says is its own. */
function policyOf(size, ownOf) {
  const rules = Array.from(
    { length: size },
    (_, index) =>
      `  - { name: R${index}, prefixes: [${ADDRESS(index)}], direction: outbound, protocol: tcp, priority: ${1 + index}, ${ownOf(index)} }\n`,
  )
  return `rules:\n${rules.join('')}targets:\n  - { name: edge, vendor: iptables, family: ipv4, out: rules/edge }\n`
}

const OWN = {
  ports: (index) => `ports: [${1000 + 3 * index}]`,
  locals: (index) => `ports: [443], local: [${LOCAL(index)}]`,
}

/** The build of as many rules with ports, or local sides, of their own. */
export function buildOfRules(kind, tools) {
  return (size) => {
    tools.fresh()
    writeFileSync(join(tools.cwd, 'tagwall.yaml'), policyOf(size, OWN[kind]))
    const { cpu } = tools.run(['build'])
    const lines = readFileSync(join(tools.cwd, 'rules/edge.v4'), 'utf8').split('\n')
    const allowed = new Set(
      lines.filter((line) => line.endsWith('-j ACCEPT')).map((line) => / -d (\S+)/.exec(line)?.[1]),
    )
    if (allowed.size !== size) throw new Error(`${allowed.size} of ${size} rules in the file`)
    return cpu
  }
}

/** The audit of a device that holds the same. */
export function auditOfRules(kind, tools) {
  let made
  return (size) => {
    if (size !== made) buildOfRules(kind, tools)(size)
    made = size
    const chains = readFileSync(join(tools.cwd, 'rules/edge.v4'), 'utf8')
    const built = ['INPUT', 'FORWARD', 'OUTPUT'].map((chain) => `:${chain} DROP [0:0]\n`).join('')
    const jumps = ['IN', 'OUT'].map((way) => `-A ${way}PUT -j TAGWALL-${way}\n`).join('')
    const save = chains.replace('*filter\n', `*filter\n${built}`).replace(/COMMIT\n$/, `${jumps}COMMIT\n`)
    writeFileSync(join(tools.cwd, 'save.v4'), save)
    // An exit code of 0: the device allows what the policy allows, and no more.
    return tools.run(['audit', 'edge', 'save.v4']).cpu
  }
}

/** The audit of a device with as many denials, each for a local side of its own, before rules for that side and its neighbour. */
export function auditOfDenials({ run, fresh, cwd }) {
  return (size) => {
    fresh()
    writeFileSync(join(cwd, 'tagwall.yaml'), policyOf(size, OWN.locals))
    const line = (index, local, verdict) =>
      `-A OUTPUT -s ${local} -d ${ADDRESS(index)} -p tcp -m tcp --dport 443 -j ${verdict}\n`
    const all = Array.from({ length: size }, (_, index) => index)
    const denials = all.map((index) => line(index, LOCAL(index ^ 1), 'DROP'))
    const both = all.map((index) => line(index, LOCAL(index & ~1).replace('/24', '/23'), 'ACCEPT'))
    const chains = ['INPUT', 'FORWARD', 'OUTPUT'].map((chain) => `:${chain} DROP [0:0]\n`)
    writeFileSync(join(cwd, 'save.v4'), `*filter\n${[...chains, ...denials, ...both].join('')}COMMIT\n`)
    // An exit code of 0: nothing too much is left behind the denials.
    return run(['audit', 'edge', 'save.v4']).cpu
  }
}

/** The audit of a device with as many lines: denials with ports of their own, each followed by an allow with the same port or `any`, or by none. */
export function auditOfPorts(allowed, { run, fresh, cwd }) {
  return (size) => {
    fresh()
    const rule = '{ name: R0, prefixes: [20.40.0.0/24], direction: outbound, protocol: tcp, priority: 1, ports: [443] }'
    const target = '{ name: edge, vendor: iptables, family: ipv4, out: rules/edge }'
    writeFileSync(join(cwd, 'tagwall.yaml'), `rules:\n  - ${rule}\ntargets:\n  - ${target}\n`)
    const all = Array.from({ length: allowed === 'none' ? size : size / 2 }, (_, index) => index)
    const lines = all.map((index) => {
      const port = `-p tcp -m tcp --dport ${1000 + index}`
      const allow = {
        none: '',
        same: `-A OUTPUT -d ${ADDRESS(index)} ${port} -j ACCEPT\n`,
        any: `-A OUTPUT -d 30.${index >> 8}.${index & 255}.0/24 -p tcp -j ACCEPT\n`,
      }
      return `-A OUTPUT -d ${ADDRESS(index)} ${port} -j DROP\n${allow[allowed]}`
    })
    const chains = ['INPUT', 'FORWARD', 'OUTPUT'].map((chain) => `:${chain} DROP [0:0]\n`)
    const own = '-A OUTPUT -d 20.40.0.0/24 -p tcp -m tcp --dport 443 -j ACCEPT\n'
    writeFileSync(join(cwd, 'save.v4'), `*filter\n${[...chains, ...lines].join('')}${own}COMMIT\n`)
    return run(['audit', 'edge', 'save.v4']).cpu
  }
}

/** Two targets at each of as many sites, with a local side and a zone of its own. */
function writeSites(cwd, rules, size) {
  writeFileSync(
    join(cwd, 'tagwall.yaml'),
    `${rules}targets:
  - { name: edge, vendor: paloalto, out: "rules/{site}/edge.txt", options: { protectedZone: "{zone}" } }
  - { name: branch, vendor: iptables, out: "rules/{site}/branch" }
sites:
${Array.from({ length: size }, (_, index) => `  - { name: s${index}, local: [${LOCAL(index)}], vars: { zone: z${index} } }\n`).join('')}`,
  )
}

/** The first build of as many sites. */
export function buildOfSites(rules, tools) {
  return (size) => {
    tools.fresh()
    writeSites(tools.cwd, rules, size)
    const { cpu } = tools.run(['build'])
    const last = readFileSync(join(tools.cwd, `rules/s${size - 1}/edge.txt`), 'utf8')
    if (!last.includes(LOCAL(size - 1)) || !last.includes(`"z${size - 1}"`))
      throw new Error('the last site has no rules')
    return cpu
  }
}

/** The plan of an edit that changes the traffic of all sites. */
export function planOfSites(rules, tools) {
  let made
  return (size) => {
    if (size !== made) buildOfSites(rules, tools)(size)
    made = size
    writeSites(tools.cwd, rules.replace('ports: [443]', 'ports: [443, 80]'), size)
    const { cpu, stdout } = tools.run(['plan'])
    const told = stdout.split('\n')[0]
    const more = size > 3 ? `${size - 1} more local sides` : LOCAL(0)
    if (!told.startsWith('opens tcp 80 to ') || !told.includes(more)) throw new Error(`the plan says: ${told}`)
    return cpu
  }
}

/** As many addresses in one `lookup`, some of them in a tag. */
export function lookups(document, tools) {
  return (size) => {
    const addresses = Array.from({ length: size }, (_, index) => `20.0.${index >> 8}.${index & 255}`)
    const { cpu, stdout } = tools.run(['lookup', '--from', document, ...addresses], [0, 1])
    const told = stdout.split('\n').filter((line) => /^\d/.test(line)).length
    if (told !== size) throw new Error(`${told} of ${size} addresses told`)
    return cpu
  }
}
