import { renderDelta } from '../../src/change/commands/render-delta.ts'
import { renderAll } from '../../src/compile/render-target.ts'
import { explain } from '../../src/finding/finding.ts'
import { itemDifference } from '../../src/model/item.ts'
import type { OptionValues } from '../../src/model/option.ts'
import { rulesetFor } from './edits.ts'
import { devicesOf, type Form } from './forms.ts'

/**
 * The numbers of commands from one value of options to another and back, such as `2, back 2`, or why there are none. A device that holds the older files
 * and takes the delta must hold what the newer files alone make; only the model of the newer options is asked.
 */
export async function wayBetween(from: Form, changed: OptionValues, policy: string): Promise<string> {
  const to: Form = { ...from, options: { ...from.options, ...changed } }
  const ruleset = rulesetFor(policy)
  const same = { before: ruleset, after: ruleset }
  const { files, proof, findings } = await renderDelta(same, to, true, { from })
  const [why] = findings.map((finding) => explain(finding).replace(/^.* load the full file: /, ''))
  if (files.length === 0) return why ?? 'nothing'
  const loaded = await devicesOf(to)
  const [device, fresh] = [
    loaded([renderAll(ruleset, from).files], [files, 'delta']),
    loaded([renderAll(ruleset, to).files]),
  ]
  const { added, removed, changed: reworded, moved } = itemDifference(fresh.items(), device.items(), to.vendor.order)
  const left = [...added, ...removed, ...reworded.map(({ item }) => item), ...moved].map(({ name }) => name)
  if (left.length > 0) return `leaves ${left}`
  const back = await renderDelta(same, from, true, { from: to })
  return `${proof?.commands}, back ${back.proof?.commands ?? 'none'}`
}
