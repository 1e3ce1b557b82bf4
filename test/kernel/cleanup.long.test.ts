import { afterEach, describe, expect, test } from 'vitest'
import type { Rendered } from '../../src/compile/render-target.ts'
import { CHANGES, changeOf } from '../deltas/changes.ts'
import { commandsOf, fullLoad } from '../deltas/cleaned.ts'
import { formFor } from '../deltas/forms.ts'
import { Namespace, reasonToSkip } from './namespace.ts'
import { type Loadable, load, stateOf } from './state.ts'

// What full files leave in a real kernel of the files before, and the delta after them: then it holds what the full files make of an empty
// one, and everything of others is as it was.

const REASON = reasonToSkip()
if (REASON) console.log(`kernel cleanups: skipped, ${REASON}`)
const LEAVING = CHANGES.filter(([title]) => /^(?:a rule disappears|the last IPv6 prefix leaves a set)$/.test(title))
const SETTINGS = ['rules', 'ipset'] as const

/** Chains and sets of somebody else, one of each with a name that begins as ours do. */
const FOREIGN = `
for tables in iptables ip6tables; do
  $tables -w 5 -N MINE; $tables -w 5 -A MINE -p tcp --dport 22 -j RETURN; $tables -w 5 -A OUTPUT -j MINE
  $tables -w 5 -N TAGWALL-OUT-OLD; $tables -w 5 -A TAGWALL-OUT-OLD -j DROP
done
ipset create mine hash:net; ipset create tagwall-mine hash:net
ipset add mine 192.0.2.0/24; ipset add tagwall-mine 198.51.100.0/24
`

describe.skipIf(REASON !== undefined)('cleanups in the kernel', () => {
  const open: Namespace[] = []
  afterEach(() => {
    for (const namespace of open.splice(0)) namespace.close()
  })
  async function loaded(...files: readonly Loadable[]): Promise<Namespace> {
    const namespace = await Namespace.create()
    open.push(namespace)
    namespace.sh(FOREIGN)
    for (const one of files) load(namespace, one)
    return namespace
  }

  const cases = SETTINGS.flatMap((match) => LEAVING.map((change) => [match, change[0], change] as const))
  test.for(cases)('match=%s, %s', { timeout: 120_000 }, async ([match, , [, older, younger]]) => {
    const job = formFor('iptables', { match })
    const change = changeOf(older, younger)
    const load = await fullLoad(change, job)
    const { before, after, findings } = load
    expect(findings).toEqual([])

    // The chains are in use all the time.
    const hook = after.find(({ part }) => part === 'hook')?.text as string
    const hooked = async (...files: readonly (readonly Rendered[])[]) => {
      const device = await loaded(...files.map(textsOf))
      device.sh(hook)
      return device
    }
    const device = await hooked(before, after)
    const wanted = stateOf(await hooked(after))
    expect(stateOf(device), 'before the cleanup').not.toEqual(wanted)
    for (const times of ['once', 'twice']) {
      clean(device, commandsOf(load))
      expect(stateOf(device), times).toEqual(wanted)
    }
  })
})

const textsOf = (files: readonly Rendered[]): Loadable => {
  const text = (part: string, family?: string) =>
    files.find((file) => file.part === part && file.family === family)?.text ?? ''
  return {
    sets: files.find(({ part }) => part === 'sets')?.text ?? '',
    ipv4: text('rules', 'ipv4'),
    ipv6: text('rules', 'ipv6'),
  }
}

/** Loads the files of a delta in their order, with what their comments name. */
function clean(namespace: Namespace, files: readonly Rendered[]): void {
  for (const { part, family, text } of files) {
    if (part.startsWith('sets')) namespace.run(['ipset', 'restore'], text)
    else namespace.run([family === 'ipv6' ? 'ip6tables-restore' : 'iptables-restore', '-w', '5', '--noflush'], text)
  }
}
