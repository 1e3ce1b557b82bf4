import { describe, expect, test } from 'vitest'
import { cleanupArtefacts, renderCleanup } from '../../src/change/clean-target.ts'
import { renderAll } from '../../src/compile/render-target.ts'
import { loadWhole } from '../../src/model/device-readings.ts'
import { lazy } from '../../src/model/lazy.ts'
import { restrict } from '../../src/model/ruleset.ts'
import { loadReader } from '../../src/vendor/reader.ts'
import { leftoversOf, proveCleanup, proveReload } from '../../src/verify/leftovers.ts'
import { CHANGES, changeOf, SMALL } from './changes.ts'
import { contextOf } from './forms.ts'

// The whole file of each form over the one before: what removes what it leaves. tables.long.test.ts has every change in every form.

const [, OLD, YOUNG] = CHANGES.find(([title]) => title === 'a rule disappears') as (typeof CHANGES)[number]
const { before: WITH, after: WITHOUT } = changeOf(OLD, YOUNG)

describe.for(SMALL.filter((form) => cleanupArtefacts(form).length > 0).map((form) => [form.name, form] as const))(
  '%s: a cleanup',
  ([, form]) => {
    const setUp = lazy(async () => {
      const model = (await loadReader(form.vendor))?.device
      if (!model) throw new Error('no model of the device')
      const [before, after] = [WITH, WITHOUT].map((ruleset) => renderAll(ruleset, form).files) as [[], []]
      const reload = { device: () => model(contextOf(form)), before, after }
      const { files } = await renderCleanup({ before, after, paths: [] }, WITHOUT, form)
      return { reload, files, expectation: { target: 'edge', ruleset: restrict(WITHOUT, form.family), by: form.by } }
    })

    test('can be loaded twice, and on a device without leftovers', async () => {
      const { reload, files, expectation } = await setUp()
      expect(files.length).toBeGreaterThan(0)
      const device = reload.device()
      loadWhole(device, reload.before)
      loadWhole(device, reload.after)
      for (const _ of [1, 2]) loadWhole(device, files, 'cleanup')
      expect(device.reading().notes).toEqual([])
      const fresh = proveCleanup(expectation, { ...reload, before: reload.after }, files)
      expect({ findings: fresh.findings, left: fresh.left }).toEqual({ findings: [], left: [] })
    })

    test('without one of its lines is not proved', async () => {
      const { reload, files, expectation } = await setUp()
      let caught = 0
      for (const [at, file] of files.entries()) {
        const lines = file.text.split('\n').slice(0, -1)
        for (const [index, line] of lines.entries()) {
          // Comments, and what only counts on a device that never had the older files.
          if (/^[#!]|^create |^<\?xml|^<!--|^ deny ip host 0\.0\.0\.0 /.test(line)) continue
          const text = `${lines.toSpliced(index, 1).join('\n')}\n`
          const mutant = files.map((other, place) => (place === at ? { ...other, text } : other))
          const { findings, left } = proveCleanup(expectation, reload, mutant)
          expect(findings.length + left.length, `without line ${index + 1} of ${file.part}: ${line}`).toBeGreaterThan(0)
          caught++
        }
      }
      expect(caught).toBeGreaterThan(0)
    })

    test('is not proved if it removes what the policy needs', async () => {
      const { reload, files, expectation } = await setUp()
      const own = reload.device()
      loadWhole(own, reload.after)
      const [left] = leftoversOf(reload)
      // What is needed in place of what is left.
      for (const { name, id = name, kind } of own.inventory().filter((item) => item.kind === left?.kind)) {
        const text = left?.id ?? left?.name ?? ''
        const mutant = files.map((file) => ({ ...file, text: file.text.replaceAll(text, id) }))
        const { findings, left: still } = proveCleanup(expectation, reload, mutant)
        expect(findings.length + still.length, `${kind} ${name}`).toBeGreaterThan(0)
      }
      expect(proveReload(expectation, reload).findings.filter(({ code }) => code === 'NOT_UNDERSTOOD')).toEqual([])
    })
  },
)
