import { expect, test } from 'vitest'
import { loadWhole } from '../../src/model/device.ts'
import type { RuleOrder } from '../../src/model/item.ts'
import { leadsBackFromHalfway, statesOf } from '../../src/verify/prove-delta.ts'
import { rulesetOf } from '../audit/notation.ts'
import { deviceOf, fileOf } from './small-device.ts'

test.for<[commands: number, isEdited: boolean, want: number | number[]]>([
  [0, true, []],
  [1, true, []],
  [4, true, [1, 2, 3]],
  [4, false, [2]],
  [64, true, 63],
  [65, true, 63],
  [1000, true, 4],
  [8000, true, [4000]],
  [8000, false, [4000]],
])('of %s commands, edited: %s', ([commands, isEdited, want]) => {
  const states = statesOf(commands, isEdited)
  expect(typeof want === 'number' ? states.length : states).toEqual(want)
  expect(states.every((state) => state > 0 && state < commands)).toBe(true)
})

const [WEB, MAIL] = ['Web = allow out tcp 443 192.0.2.0/24', 'Mail = allow out tcp 25 198.51.100.0/24']
const [SHUT, HALF] = ['Shut = deny out tcp 443 192.0.2.0/25', 'Half = allow out tcp 443 192.0.2.0/25']
const [OLDER, NEWER] = [rulesetOf('Web out tcp 443 192.0.2.0/24'), rulesetOf('Mail out tcp 25 198.51.100.0/24')]

test.for<[what: string, delta: string, back: string, want: boolean, start?: string, order?: RuleOrder]>([
  ['takes back what is there, and makes what is gone', `${MAIL}; no Web`, `${WEB}; no Mail`, true],
  ['leaves what the delta makes for a while', `${SHUT}; ${MAIL}; no Shut; no Web`, `${WEB}; no Mail`, false],
  ['leaves what only the first command makes', `${SHUT}; no Shut`, WEB, false],
  ['is refused', `${MAIL}; no Web`, `frobnicate; ${WEB}; no Mail`, false],
  ['opens something on its way', `${MAIL}; no Web`, `X = allow out tcp 80 192.0.2.0/24; ${WEB}; no Mail; no X`, false],
  ['leaves the rules in another order', `no Web; ${MAIL}`, `${WEB}; no Mail`, false, `${WEB}; ${HALF}`],
  ['leaves them in one that does not count', `no Web; ${MAIL}`, `${WEB}; no Mail`, true, `${WEB}; ${HALF}`, 'none'],
])('a rollback that %s', ([, delta, back, want, start = WEB, order = 'each']) => {
  const device = deviceOf()
  loadWhole(device, fileOf(start))
  const expectation = { target: 't', before: NEWER, after: OLDER, by: 'addresses' as const, order }
  const commands = delta.split('; ').length
  const halves = { delta: fileOf(delta), back: fileOf(back), commands, items: device.items(), isEdited: true }
  expect(leadsBackFromHalfway(expectation, device, halves)).toBe(want)
})
