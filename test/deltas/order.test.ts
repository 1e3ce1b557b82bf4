import { describe, expect, test } from 'vitest'
import { renderDelta } from '../../src/change/commands/render-delta.ts'
import { renderAll } from '../../src/compile/render-target.ts'
import { loadWhole } from '../../src/model/device.ts'
import { itemDifference } from '../../src/model/item.ts'
import type { ReadFile } from '../../src/model/reading.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import type { Readers } from '../../src/vendor/kit/reader-api.ts'
import { loadReader } from '../../src/vendor/reader.ts'
import { expectationOf } from '../../src/verify/expectation.ts'
import { isClean, proveReload } from '../../src/verify/leftovers.ts'
import { type LoadedFiles, Loads } from '../../src/verify/loaded-files.ts'
import { compiled } from '../notation.ts'
import { FORMS } from './edits.ts'
import { devicesOf } from './forms.ts'

// Changes that decide nothing yet, and what comes of them with the next one: a device ends as a fresh load makes it, by deltas and by full files.

const RULE = { tags: [], direction: 'outbound' } as const
const ALLOW = { ...RULE, name: 'S', prefixes: ['192.0.2.0/24'], ports: [443], priority: 300 }
const DENY = { ...RULE, name: 'Web', prefixes: ['192.0.2.0/25'], ports: [80], action: 'deny', priority: 500 }
const LAST = { ...RULE, name: 'Mail', prefixes: ['198.51.100.0/24'], ports: [25], priority: 700 }
const FIRST = { ...LAST, priority: 100 }

const STORIES: Readonly<Record<string, readonly (readonly object[])[]>> = {
  'two rules exchange their priorities, and then share a port': [
    [ALLOW, DENY],
    [
      { ...ALLOW, priority: 500 },
      { ...DENY, priority: 300 },
    ],
    [
      { ...ALLOW, priority: 500 },
      { ...DENY, priority: 300, ports: [80, 443] },
    ],
  ],
  'the local sides of two rules exchange, and then are the same': [
    [
      { ...ALLOW, local: ['10.20.1.0/24'] },
      { ...DENY, ports: [443], local: ['10.20.2.0/24'] },
    ],
    [
      { ...ALLOW, local: ['10.20.1.0/24'], priority: 500 },
      { ...DENY, ports: [443], local: ['10.20.2.0/24'], priority: 300 },
    ],
    [
      { ...ALLOW, local: ['10.20.1.0/24'], priority: 500 },
      { ...DENY, ports: [443], local: ['10.20.0.0/16'], priority: 300 },
    ],
  ],
  'a denial is added on another port, and then its ports grow': [
    [ALLOW],
    [{ ...DENY, priority: 200 }, ALLOW],
    [{ ...DENY, priority: 200, ports: [80, 443] }, ALLOW],
  ],
  'the last of three rules becomes the first, and goes back': [
    [ALLOW, DENY, LAST],
    [FIRST, ALLOW, DENY],
    [ALLOW, DENY, LAST],
  ],
  'two rules become one, and the third goes to the front': [
    [ALLOW, { ...DENY, ports: [443], action: 'allow' }, LAST],
    [FIRST, { ...ALLOW, prefixes: ['192.0.2.0/24', '203.0.113.0/24'] }],
    [ALLOW, { ...DENY, prefixes: ['203.0.113.0/24'], ports: [443], action: 'allow' }, LAST],
  ],
  'a rule gets words only': [[ALLOW], [{ ...ALLOW, description: 'Shop' }], [{ ...ALLOW, except: ['192.0.2.9'] }]],
}

/** Stories in which rules get other priorities. */
const RANKED = [
  'two rules exchange their priorities, and then share a port',
  'the local sides of two rules exchange, and then are the same',
  'the last of three rules becomes the first, and goes back',
  'two rules become one, and the third goes to the front',
]
const APPENDED = [...RANKED.slice(0, 3), 'a denial is added on another port, and then its ports grow']

/**
 * The stories whose deltas lead over copies of rules: where a policy's id or a set's name goes with the priority, or new rules only come last. All
 * others are direct. Without this table, a template that no longer places a rule would go unseen, because a way over copies takes over.
 */
const COPIED: Readonly<Record<string, readonly string[]>> = {
  'iptables match=ipset': RANKED.toSpliced(2, 1),
  fortigate: RANKED,
  'fortigate groupMembers=20 vdom=edge': RANKED,
  'azure-firewall': RANKED.slice(3),
  'azure-firewall ipv6=inline': RANKED.slice(3),
  'cisco-asa load=lines': APPENDED,
  'cisco-ios': APPENDED,
}

/** Forms whose full files cannot move a rule of an older load. */
const UNMOVED = [
  'paloalto form=xml',
  'paloalto form=xml groupMembers=20 scope=shared',
  'juniper-srx form=text scope=global',
  'cisco-asa',
  'cisco-asa load=lines',
  'cisco-ios',
]

const rulesetFor = (rules: readonly object[]) => compiled(rules, undefined, { local: ['10.20.0.0/16'] })

const PLACING = FORMS.filter(({ vendor }) => vendor.order !== 'none')

/** What differs on a device from a fresh load; empty if nothing does. */
const SAME = { added: [], removed: [], changed: [], moved: [] }

/** The access lists of an ASA that commands leave without an entry on their way to other entries: the device would unbind them. */
function unboundBy(start: readonly ReadFile[], files: readonly ReadFile[]): string[] {
  const entries = new Map<string, Set<string>>()
  const unbound = new Set<string>()
  for (const { text } of [...start, ...files]) {
    for (const [, no, list = '', entry = ''] of text.matchAll(/^(no )?access-list (\S+) (.*)$/gm)) {
      const held = entries.get(list) ?? new Set()
      entries.set(list, held)
      if (no) held.delete(entry)
      else held.add(entry)
      if (held.size === 0) unbound.add(list)
    }
  }
  return [...unbound].filter((list) => entries.get(list)?.size)
}

describe.for(PLACING.map((form) => [form.name, form] as const))('%s', ([, form]) => {
  test.for(Object.entries(STORIES))(
    'by deltas, and by full files and the delta where they need it: %s',
    async (one) => {
      const [title, story] = one
      const readers = (await loadReader(form.vendor)) as Readers
      const devices = await devicesOf(form)
      const filesOf = (ruleset: Ruleset) => renderAll(ruleset, form).files
      let [before, ...others] = story.map(rulesetFor) as [Ruleset, ...Ruleset[]]
      const [byDeltas, byFiles] = [devices([filesOf(before)]), devices([filesOf(before)])]
      let isCopied = false
      for (const after of others) {
        const { files, findings } = await renderDelta({ before, after }, form, true)
        expect(findings).toEqual([])
        expect(unboundBy(filesOf(before), files)).toEqual([])
        isCopied ||= files.some(({ text }) => text.includes('-next'))
        loadWhole(byDeltas, files, 'delta')

        const loads = new Loads()
        const loaded = (ruleset: Ruleset) => loads.of(filesOf(ruleset), readers, form) as LoadedFiles
        const proved = proveReload(expectationOf(form, after), { before: loaded(before), after: loaded(after) })
        if (!UNMOVED.includes(form.name)) expect(proved.left.moved).toEqual([])
        loadWhole(byFiles, filesOf(after))
        if (!isClean(proved)) loadWhole(byFiles, files, 'delta')

        const fresh = devices([filesOf(after)]).items()
        for (const device of [byDeltas, byFiles])
          expect(itemDifference(fresh, device.items(), form.vendor.order)).toEqual(SAME)
        before = after
      }
      expect(isCopied).toBe(COPIED[form.name]?.includes(title) ?? false)
    },
  )
})
