import { expect, test } from 'vitest'
import { itemLines, shortLines } from '../../src/change/tell/items-text.ts'
import { itemChanges } from '../../src/change/traffic/items.ts'
import type { TargetChange } from '../../src/model/change.ts'
import type { Item, ItemKind } from '../../src/model/item.ts'
import { expectOutcomes } from '../golden-page.ts'

/** `rule 3 Web@policy action=allow to=a,b`: a kind, an identifier if there is one, a name and its list, fields; a list has a comma. */
function itemOf(text: string): Item {
  const words = text.split(' ')
  const fields = words.filter((word) => word.includes('='))
  const [kind, ...own] = words.filter((word) => !word.includes('='))
  const [name = '', list] = (own.at(-1) as string).split('@')
  return {
    kind: kind as ItemKind,
    name,
    list,
    id: own.length > 1 ? own[0] : undefined,
    fields: Object.fromEntries(
      fields.map((field) => {
        const [key, value = ''] = field.split('=')
        return [key, value.includes(',') ? value.split(',').filter(Boolean) : value]
      }),
    ),
  }
}

const rules = (from: number, to: number, rest = '') =>
  Array.from({ length: to - from }, (_, index) => `rule R${from + index}@p${rest}`)

const CASES: Readonly<Record<string, readonly [before: string[], after: string[]]>> = {
  nothing: [['rule A@p'], ['rule A@p']],
  'a new rule': [[], ['rule A@p x=1']],
  'many new rules': [[], rules(0, 5)],
  'a removed rule': [['rule A@p'], []],
  'a rule that moves': [
    ['rule A@p', 'rule B@p', 'rule C@p'],
    ['rule C@p', 'rule A@p', 'rule B@p'],
  ],
  'words of two rules': [rules(0, 2, ' log=no'), rules(0, 2, ' log=yes')],
  'a rule under another number, with other words': [['rule 1 A@p log=no'], ['rule 2 A@p log=yes']],
  'a field that goes, and one that comes': [['rule A@p log=yes'], ['rule A@p note=new']],
  'a short list': [['rule A@p to=a,'], ['rule A@p to=a,b']],
  'a long list': [['group G m=a,b,c,d'], ['group G m=b,c,d,e,f,g,h']],
  'entries of an access list': [[], ['rule 10 A@A']],
  'groups and objects, which are traffic too': [
    ['group G m=a,', 'object a'],
    ['group G m=b,', 'object b', 'set S'],
  ],
  'words of a group': [['group G d=old'], ['group G d=new']],
}

test('items by name, alone and beside other traffic', async () => {
  await expectOutcomes('item-lines.txt', CASES, ([before, after]) => {
    const items = itemChanges(before.map(itemOf), after.map(itemOf), 'each')
    const lines = (kind: TargetChange['kind'], isPolicySame = false) =>
      itemLines({ target: 'edge', kind, items, isPolicySame, droppedLists: [] })
    // Where only the document changed, addresses say all.
    expect(lines('traffic', true)).toEqual([])
    const [alone, beside] = [lines('bytes'), lines('traffic')]
    expect(alone).toEqual(expect.arrayContaining(beside))
    return alone.map((line) => (beside.includes(line) ? line : `${line} (alone)`))
  })
})

test.for<[isOfOptions: boolean, before: string[], after: string[], want: string[]]>([
  [false, [`rule A@p d=${'x'.repeat(50)}`], ['rule A@p d=y'], [`rule "A": d "${'x'.repeat(39)}…" -> "y"`]],
  [false, ['object a', 'group G m=a,'], ['rule R@p', 'group G m=b,', 'object b'], ['new rule "R"']],
  [false, ['rule R@p to=a,b'], ['rule R@p to=c,d'], ['rule "R": to +"c", +"d", -"a", -"b"']],
  [false, ['rule R@p port=1', 'rule S@p'], ['rule R@p ports=1,2', 'rule S@p log=no'], ['rule "S": log none -> "no"']],
  [true, ['rule R@p from=lan'], ['rule R@p from=any'], []],
  [true, ['rule R@p from=lan'], ['rule R@p from=any', 'rule N@p'], ['new rule "N"']],
])('in the first line, options %s: %j to %j', ([isOfOptions, before, after, want]) => {
  const items = itemChanges(before.map(itemOf), after.map(itemOf), 'each')
  const target = { target: 'edge', kind: 'bytes', items, isPolicySame: false, droppedLists: [] } as const
  expect(shortLines(target, isOfOptions)).toEqual(want)
})
