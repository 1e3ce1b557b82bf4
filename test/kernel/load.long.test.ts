import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { OptionValues } from '../../src/model/option.ts'
import { SHIPPED } from '../../src/paths.ts'
import { readersOf } from '../../src/vendor/checked-device.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { readVendor } from '../../src/vendor/vendor.ts'
import { prove } from '../../src/verify/prove.ts'
import { device } from '../../vendors/iptables/reader.ts'
import { type Case, casesOf, type RenderedCase, renderCase } from '../conformance/golden.ts'
import { Namespace, reasonToSkip } from './namespace.ts'
import { type Loadable, load, stateOf } from './state.ts'

const { read } = readersOf(device)

// The files of every setting, loaded into the kernel in a network of its own.

const REASON = reasonToSkip()
if (REASON) console.log(`kernel: skipped, ${REASON}`)
const VENDOR = readVendor('iptables', [SHIPPED.vendors])
const CASES = casesOf(VENDOR.folder).filter(({ policy }) => /^(?:arc-kubernetes|several|one-rule)$/.test(policy))
const caseOf = (policy: string) => CASES.find((one) => one.policy === policy && one.number === 0) as Case

/** Rules that somebody else has, in chains of ours and theirs, in both families. */
const FOREIGN = `
for tables in iptables ip6tables; do
  $tables -w 5 -P INPUT DROP; $tables -w 5 -P OUTPUT DROP; $tables -w 5 -P FORWARD DROP
  $tables -w 5 -N MINE; $tables -w 5 -A MINE -p tcp --dport 22 -j RETURN
  $tables -w 5 -A INPUT -i lo -j ACCEPT; $tables -w 5 -A OUTPUT -o lo -j ACCEPT; $tables -w 5 -A FORWARD -j MINE
  $tables -w 5 -t mangle -A PREROUTING -p udp -j ACCEPT
done
ipset create mine hash:net; ipset add mine 192.0.2.0/24
`

interface Files extends Loadable {
  readonly hook: string
}

function filesOf({ files }: RenderedCase): Files {
  const text = (part: string, family?: string) =>
    files.find((one) => one.part === part && one.family === family)?.text ?? ''
  return { sets: text('sets'), ipv4: text('rules', 'ipv4'), ipv6: text('rules', 'ipv6'), hook: text('hook') }
}

/** The state without the lines of the chains and sets of a target, the lines of the hook among them. */
function foreignOf({ sets, ipv4, ipv6 }: ReturnType<typeof stateOf>, { chain, setPrefix }: OptionValues) {
  const others = (lines: readonly string[]) => lines.filter((line) => !line.includes(`${chain}-`))
  return { sets: sets.filter((line) => !line.includes(` ${setPrefix}-`)), ipv4: others(ipv4), ipv6: others(ipv6) }
}

describe.skipIf(REASON)(`the kernel${REASON ? ` (skipped: ${REASON})` : ''}`, () => {
  let namespace: Namespace
  afterEach(() => namespace?.close())

  test.for(CASES)('holds $policy with $title as the policy means it', async (one) => {
    const made = renderCase(VENDOR, one)
    const { ruleset, job } = made
    const { options } = job
    const files = filesOf(made)
    namespace = await Namespace.create()
    namespace.sh(FOREIGN)
    const before = stateOf(namespace)

    load(namespace, files)
    const loaded = stateOf(namespace)
    expect(foreignOf(loaded, options), 'nothing of others is touched').toEqual(before)
    load(namespace, files)
    expect(stateOf(namespace), 'loaded twice').toEqual(loaded)

    namespace.sh(files.hook)
    const hooked = stateOf(namespace)
    namespace.sh(files.hook)
    load(namespace, files)
    expect(stateOf(namespace), 'hooked and loaded once more').toEqual(hooked)

    const narrow = options.outboundHook === 'FORWARD' ? { chain: 'FORWARD' } : {}
    const saves = ['ipset save', 'iptables-save', 'ip6tables-save'].map((command) => namespace.sh(command))
    for (const texts of [saves, [saves.join('')], [saves.join('').replaceAll(/^#.*\n/gm, '')]]) {
      const device = texts.map((text, index) => ({ part: String(index), family: undefined, text }))
      const reading = read(device, { options, purpose: 'audit', narrow, kit: KIT })
      expect(prove({ target: 'kernel', ruleset, by: 'addresses' }, reading).findings).toEqual([])
    }

    namespace.sh(files.hook, 'remove')
    const isJump = (line: string) => /^-A (INPUT|OUTPUT|FORWARD) .*-(OUT|IN)$/.test(line)
    const { ipv4, ipv6 } = stateOf(namespace)
    expect([...ipv4, ...ipv6].filter(isJump), 'jumps that are left').toEqual([])
    expect([ipv4, ipv6], 'the rest is left').toEqual(
      [hooked.ipv4, hooked.ipv6].map((lines) => lines.filter((line) => !isJump(line))),
    )
  })

  test('is as it was before after the undoing of the README', async () => {
    const files = filesOf(renderCase(VENDOR, caseOf('several')))
    namespace = await Namespace.create()
    namespace.sh(FOREIGN)
    const before = stateOf(namespace)
    load(namespace, files)
    namespace.sh(files.hook)
    const [, undo = ''] =
      /^### Undo\n([\s\S]*?)\n##+ /m.exec(readFileSync(join(VENDOR.folder, 'README.md'), 'utf8')) ?? []
    const [chains = '', rest = ''] = [...undo.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text]) => text)
    const [remove = '', ...lines] = chains.split('\n')
    expect(remove).toBe('sh rules/iptables.hook.sh remove')
    namespace.sh(files.hook, 'remove')
    namespace.sh(`set -eu\n${lines.join('\n')}`)
    const { ipv4, ipv6 } = stateOf(namespace)
    const stays = [...ipv4, ...ipv6].filter((line) => ![...before.ipv4, ...before.ipv6].includes(line))
    // One for each place that the list of the README names.
    expect(stays.map((line) => line.replace(/ -j ACCEPT$/, '')).sort()).toEqual(
      ['INPUT', 'OUTPUT'].flatMap((chain) =>
        [
          ...['-m conntrack --ctstate RELATED,ESTABLISHED', '-m conntrack --ctstate RELATED,ESTABLISHED'],
          ...[133, 134, 135, 136].map((type) => `-p ipv6-icmp -m icmp6 --icmpv6-type ${type}`),
        ].map((match) => `-A ${chain} ${match}`),
      ),
    )
    namespace.sh(`set -eu\n${rest}`)
    expect(stateOf(namespace)).toEqual(before)
  })

  test('lets the hook pass a family that has no chains', async () => {
    const files = filesOf(renderCase(VENDOR, caseOf('one-rule')))
    namespace = await Namespace.create()
    namespace.run(['iptables-restore', '--noflush'], files.ipv4)
    const { ipv6 } = stateOf(namespace)
    namespace.sh(files.hook)
    expect(stateOf(namespace).ipv6).toEqual(ipv6)
    expect(namespace.run(['iptables', '-S', 'OUTPUT']).split('\n')).toEqual([
      '-P OUTPUT ACCEPT',
      '-A OUTPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      '-A OUTPUT -j TAGWALL-OUT',
      '',
    ])
  })
})
