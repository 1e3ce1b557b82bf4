import { expect, test } from 'vitest'
import { type RenderedDelta, renderDelta, TargetWork } from '../../src/change/commands/render-delta.ts'
import { renderAll } from '../../src/compile/render-target.ts'
import { expectationOf } from '../../src/verify/expectation.ts'
import { Loads } from '../../src/verify/loaded-files.ts'
import { prove } from '../../src/verify/prove.ts'
import { someOf } from '../thorough.ts'
import { CHANGES, changeOf, SMALL } from './changes.ts'
import { rulesetFor } from './edits.ts'
import { devicesOf, formFor } from './forms.ts'

// A runbook has its rollback loaded after the delta, not after a fresh load of the newer files, which is what is proved.

const MOVES = CHANGES.filter(([title]) => /one prefix for another|a rule appears|split|IPv6 prefix leaves/.test(title))
/** Every form has a delta for the first; the others are shared out, so that together the forms take each many times. */
const movesOf = (turn: number) => [...MOVES.slice(0, 1), ...someOf(MOVES.slice(1), 4, turn)]

test.for(SMALL.map((form, turn) => [form.name, form, turn] as const))(
  '%s: the delta and then its rollback',
  async ([, form, turn]) => {
    expect(MOVES.length).toBeGreaterThan(4)
    const loaded = await devicesOf(form)
    const tried: string[] = []
    for (const [title, before, after] of movesOf(turn)) {
      const change = changeOf(before, after)
      const there = await renderDelta(change, form, true)
      const back = await renderDelta({ before: change.after, after: change.before }, form, true)
      if (there.files.length === 0 || back.files.length === 0) continue
      tried.push(title)
      const device = loaded([renderAll(change.before, form).files], [there.files, 'delta'], [back.files, 'delta'])
      expect(prove(expectationOf(form, change.before), device.reading()).findings, title).toEqual([])
    }
    expect(tried).not.toEqual([])
  },
)

test.for([
  ['fortigate', 'base', 'a description', true],
  ['fortigate', 'one rule', 'base', true],
  ['fortigate', 'base', 'another tag', true],
  ['fortigate', 'base', 'a denial first', true],
  ['cisco-ios', 'base', 'another port', true],
] as const)('%s: the rollback of %s -> %s leads back from a delta that stopped: %s', async ([name, from, to, want]) => {
  const form = formFor(name)
  const [before, after] = [rulesetFor(from), rulesetFor(to)]
  const shared = new TargetWork()
  const undoes = await renderDelta({ before, after }, form, true, { shared })
  const back = await renderDelta({ before: after, after: before }, form, true, { shared, undoes })
  expect(back.isFromHalfway).toBe(want)
})

/** Counts the devices that full files are loaded on. */
class CountedLoads extends Loads {
  devices = 0

  override of(...[files, readers, job, from]: Parameters<Loads['of']>) {
    const device: typeof readers.device = (context) => {
      this.devices++
      return readers.device(context)
    }
    return super.of(files, { ...readers, device }, job, from)
  }
}

class CountedWork extends TargetWork {
  override loads = new CountedLoads()
}

test.for(['fortigate', 'paloalto', 'iptables', 'cisco-ios'])(
  '%s: after the rollback of an edit, a device with the older files is there for the proof of a full load',
  async (name) => {
    const [form, before, after] = [formFor(name), rulesetFor('base'), rulesetFor('another port')]
    const [alone, both] = [new CountedWork(), new CountedWork()]
    const wayBack = (undoes: RenderedDelta) =>
      renderDelta({ before: after, after: before }, form, true, { shared: both, undoes })
    const delta = await renderDelta({ before, after }, form, true, { shared: both, wayBack })
    expect(delta.reload).toBeDefined()
    expect(delta).toEqual(await renderDelta({ before, after }, form, true, { shared: alone }))
    expect([both.loads.devices, alone.loads.devices]).toEqual([2, 3])
  },
)
