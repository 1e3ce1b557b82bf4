import { expect, test } from 'vitest'
import { itemLines, shortLines } from '../../src/change/tell/items-text.ts'
import { itemChanges } from '../../src/change/traffic/items.ts'
import type { TargetChange } from '../../src/model/change.ts'
import type { Item, ItemKind } from '../../src/model/item.ts'

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

interface Case {
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** The lines where traffic changes too, if they are others. */
  readonly beside?: readonly string[]
  readonly want: readonly string[]
}

const rules = (from: number, to: number, rest = '') =>
  Array.from({ length: to - from }, (_, index) => `rule R${from + index}@p${rest}`)

test.for<[name: string, given: Case]>([
  ['nothing', { before: ['rule A@p'], after: ['rule A@p'], want: [] }],
  ['a new rule', { before: [], after: ['rule A@p x=1'], want: ['new rule "A"'] }],
  ['many new rules', { before: [], after: rules(0, 5), want: ['new rules "R0", "R1", "R2" and 2 more'] }],
  ['a removed rule', { before: ['rule A@p'], after: [], want: ['removed rule "A"'] }],
  [
    'a rule that moves',
    {
      ...{ before: ['rule A@p', 'rule B@p', 'rule C@p'], after: ['rule C@p', 'rule A@p', 'rule B@p'] },
      ...{ want: ['moved rule "C"'] },
    },
  ],
  [
    'words of two rules',
    {
      ...{ before: rules(0, 2, ' log=no'), after: rules(0, 2, ' log=yes') },
      ...{ want: ['rules "R0", "R1": log "no" -> "yes"'] },
    },
  ],
  [
    'a rule under another number, with other words',
    {
      ...{ before: ['rule 1 A@p log=no'], after: ['rule 2 A@p log=yes'] },
      want: ['rule "A": id "1" -> "2", log "no" -> "yes"'],
    },
  ],
  [
    'a field that goes, and one that comes',
    {
      before: ['rule A@p log=yes'],
      after: ['rule A@p note=new'],
      want: ['rule "A": note none -> "new", log "yes" -> none'],
    },
  ],
  ['a short list', { before: ['rule A@p to=a,'], after: ['rule A@p to=a,b'], want: ['rule "A": to +"b"'], beside: [] }],
  [
    'a long list',
    {
      ...{ before: ['group G m=a,b,c,d'], after: ['group G m=b,c,d,e,f,g,h'] },
      want: ['group "G": m +"e", +"f", +"g", +"h" and 1 more'],
      beside: [],
    },
  ],
  ['entries of an access list', { before: [], after: ['rule 10 A@A'], want: ['new rule "10"'] }],
  [
    'groups and objects, which are traffic too',
    {
      ...{ before: ['group G m=a,', 'object a'], after: ['group G m=b,', 'object b', 'set S'] },
      want: ['group "G": m "a" -> "b"', 'new set "S"', 'removed object "a"', 'new object "b"'],
      beside: [],
    },
  ],
  [
    'words of a group',
    {
      before: ['group G d=old'],
      after: ['group G d=new'],
      want: ['group "G": d "old" -> "new"'],
    },
  ],
])('%s', ([, { before, after, want, beside = want }]) => {
  const items = itemChanges(before.map(itemOf), after.map(itemOf), 'each')
  const lines = (kind: TargetChange['kind'], isPolicySame = false) =>
    itemLines({ target: 'edge', kind, items, isPolicySame, droppedLists: [] })
  expect(lines('bytes')).toEqual(want)
  expect(lines('traffic')).toEqual(beside)
  // Where only the document changed, addresses say all.
  expect(lines('traffic', true)).toEqual([])
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
