import { expect, test } from 'vitest'
import { renderDelta } from '../../src/change/commands/render-delta.ts'
import { renderAll } from '../../src/compile/render-target.ts'
import type { Device } from '../../src/model/device.ts'
import { someOf } from '../thorough.ts'
import { editsFor, FORMS } from './edits.ts'
import { devicesOf } from './forms.ts'

// A proof asks a device model after each command, and models keep what no command has changed since. The slow way is to ask a new device,
// after the same commands, for the first time.

/** A reading as one text, with the addresses of its sets. */
const shown = (device: Device) =>
  JSON.stringify(device.reading(), (_, value) => (typeof value === 'bigint' ? String(value) : (value?.texts ?? value)))

test.for(FORMS.map((form, turn) => [form.name, form, turn] as const))(
  '%s: a device that was asked after each command answers as a new one does',
  { timeout: 1_200_000 },
  async ([, form, turn]) => {
    const loaded = await devicesOf(form)
    let asked = 0
    for (const { title, before, after } of someOf(editsFor(form), 40, turn)) {
      const delta = await renderDelta({ before, after }, form, true)
      if (delta.files.length === 0) continue
      const full = renderAll(before, form).files
      const followed = loaded([full])
      followed.reading()
      let commands = 0
      for (const _ of followed.load(delta.files, 'delta')) {
        commands++
        const fresh = loaded([full])
        const steps = fresh.load(delta.files, 'delta')[Symbol.iterator]()
        for (let step = 0; step < commands; step++) steps.next()
        expect(shown(followed), `${title}, command ${commands}`).toBe(shown(fresh))
        asked++
      }
    }
    expect(asked).toBeGreaterThan(5)
  },
)
