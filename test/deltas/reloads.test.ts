import { describe, expect, test } from 'vitest'
import { explain } from '../../src/finding/finding.ts'
import { isNothingLeft, itemDifference, itemKey } from '../../src/model/item.ts'
import { lazy } from '../../src/model/lazy.ts'
import type { ReadFile } from '../../src/model/reading.ts'
import { expectationOf } from '../../src/verify/expectation.ts'
import { leftoversOf, proveCleanup } from '../../src/verify/leftovers.ts'
import { LoadedFiles } from '../../src/verify/loaded-files.ts'
import { CHANGES, changeOf, SMALL } from './changes.ts'
import { commandsOf, fullLoad } from './cleaned.ts'
import { devicesOf } from './forms.ts'

// The whole file of each form over the one before: what removes what it leaves. tables.long.test.ts has every change in every form.

const [, OLD, YOUNG] = CHANGES.find(([title]) => title === 'a rule disappears') as (typeof CHANGES)[number]
const CHANGE = changeOf(OLD, YOUNG)

const SAME = { added: [], removed: [], changed: [], moved: [] }

/** Forms whose devices keep what an older file made. */
const LEAVING = [
  'iptables',
  'iptables match=ipset',
  'nftables form=chains table=filter',
  'paloalto',
  'paloalto form=xml',
  'paloalto form=api',
  'paloalto groupMembers=20 scope=device-group',
  'paloalto form=xml groupMembers=20 scope=shared',
  'fortigate',
  'fortigate groupMembers=20 vdom=edge',
  'juniper-srx',
  'juniper-srx form=text scope=global',
  'azure-firewall',
  'azure-firewall ipv6=inline',
  'nsg mode=prefixes form=rules',
  'cisco-asa',
  'cisco-asa load=lines',
  'cisco-ios',
  'arista-eos',
]

test('the devices that keep what an older file made', async () => {
  const leaving: string[] = []
  for (const form of SMALL) if ((await fullLoad(CHANGE, form)).left.stays.length > 0) leaving.push(form.name)
  expect(leaving).toEqual(LEAVING)
})

describe.for(SMALL.filter(({ name }) => LEAVING.includes(name)).map((form) => [form.name, form] as const))(
  '%s: what puts a full load right',
  ([, form]) => {
    const setUp = lazy(async () => {
      const devices = await devicesOf(form)
      const load = await fullLoad(CHANGE, form)
      const loaded = (files: readonly ReadFile[]) => new LoadedFiles(files, devices)
      const reload = { before: loaded(load.before), after: loaded(load.after) }
      const kind = load.files.length > 0 ? ('cleanup' as const) : ('delta' as const)
      return { load, reload, kind, commands: commandsOf(load), devices, expectation: expectationOf(form, CHANGE.after) }
    })

    test('is proved, can be loaded twice, and ends as a fresh load', async () => {
      const { load, kind, commands, devices } = await setUp()
      expect(load.findings.map(explain)).toEqual([])
      expect(commands.length).toBeGreaterThan(0)
      const device = devices([load.before], [load.after], [commands, kind], [commands, kind])
      const fresh = devices([load.after])
      expect(device.reading().notes).toEqual([])
      expect(itemDifference(fresh.items(), device.items(), form.vendor.order)).toEqual(SAME)
    })

    test('removes each item by a line of its own, and is not proved without it', async () => {
      const { load, reload, kind, commands, expectation } = await setUp()
      const kept = new Set<string>()
      for (const [at, file] of commands.entries()) {
        const lines = file.text.split('\n').slice(0, -1)
        for (const index of lines.keys()) {
          const text = `${lines.toSpliced(index, 1).join('\n')}\n`
          const mutant = commands.map((other, place) => (place === at ? { ...other, text } : other))
          const { proof, left } = proveCleanup(expectation, reload, mutant, kind)
          if (!proof) for (const item of load.left.stays) if (namesIn(lines[index] ?? '', item)) kept.add(itemKey(item))
          for (const item of left.stays) kept.add(itemKey(item))
        }
      }
      expect(load.left.stays.filter((item) => !kept.has(itemKey(item)))).toEqual([])
    })

    test('is not proved if it removes what the policy needs', async () => {
      const { reload, kind, commands, expectation } = await setUp()
      const own = reload.after.take()
      const [left] = leftoversOf(reload, 'none').stays
      // What is needed in place of what is left.
      for (const { name, id = name, kind: what } of own.items().filter((item) => item.kind === left?.kind)) {
        const text = left?.id ?? left?.name ?? ''
        const mutant = commands.map((file) => ({ ...file, text: file.text.replaceAll(text, id) }))
        const { findings, left: still } = proveCleanup(expectation, reload, mutant, kind)
        expect(findings.length > 0 || !isNothingLeft(still), `${what} ${name}`).toBe(true)
      }
    })
  },
)

const namesIn = (line: string, { name, id = name }: { readonly name: string; readonly id?: string | undefined }) =>
  line.includes(name) || line.includes(id)
