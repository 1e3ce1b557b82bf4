import { expect, test } from 'vitest'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { bindKit } from '../../vendors/_kit/kit.ts'
import { Addresses } from '../../vendors/fortigate/reader-objects.ts'
import { Tree as FortigateTree, SYNTAX } from '../../vendors/fortigate/reader-tree.ts'
import { Objects } from '../../vendors/paloalto/reader-objects.ts'
import { Tree as PanosTree } from '../../vendors/paloalto/reader-tree.ts'
import { randomFrom } from '../random.ts'

// Whoever follows a delta keeps what no command has changed. The slow way is to look everything up again after each command.

bindKit(KIT)

const next = randomFrom(7)
/** A whole number below 2^20. */
const random = () => Math.floor(next() * 2 ** 20)
const pick = <Item>(items: readonly Item[]) => items[random() % items.length] as Item
const PROOF = { purpose: 'prove' } as const
const OBJECTS = ['a', 'b', 'c', 'd', 'e']
const GROUPS = ['g', 'h', 'i']
/** Groups hold objects, and groups that are behind them in the alphabet: mostly no group holds itself. */
const memberOf = (group: string) =>
  random() % 40 === 0 ? pick(GROUPS) : pick([...OBJECTS, ...GROUPS.filter((g) => g > group)])

test('FortiGate: what is kept is what looking everything up again would find', () => {
  const tree = new FortigateTree({ vdom: '' })
  const scopes = [tree.scope('')]
  let notes = KIT.notes()
  let kept = new Addresses(scopes, notes, undefined, PROOF)
  let alike = 0
  for (let round = 0; round < 5000; round++) {
    for (const statement of KIT.readStatements({ part: 'delta', text: command(round) }, SYNTAX)) tree.apply(statement)
    if (notes.all.length > 0) {
      notes = KIT.notes()
      kept = new Addresses(scopes, notes, undefined, PROOF)
    } else for (const entry of tree.changed) kept.forget(entry)
    tree.changed.clear()
    const slowNotes = KIT.notes()
    const slow = new Addresses(scopes, slowNotes, undefined, PROOF)
    for (const values of [['g'], ['h'], ['i'], ['a', 'g']]) {
      const names = values.map((text) => ({ text, place: { part: 'rules', line: 1 } }))
      const [one, other] = [kept.of('ipv4', names), slow.of('ipv4', names)]
      expect(one.addresses.equals(other.addresses), `command ${round}`).toBe(true)
      expect(one.isOpen).toBe(other.isOpen)
    }
    expect(notes.all).toEqual(slowNotes.all)
    if (notes.all.length === 0) alike++
  }
  expect(alike).toBeGreaterThan(500)

  function command(round: number): string {
    const [object, group] = [pick(OBJECTS), pick(GROUPS)]
    switch (round < 8 ? (round < 5 ? 0 : 1) : random() % 6) {
      case 0: {
        const name = round < 5 ? OBJECTS[round] : object
        return `config firewall address\nedit ${name}\nset subnet 10.0.${random() % 8}.0/24\nnext\nend\n`
      }
      case 1: {
        const name = round < 8 ? (GROUPS[7 - round] as string) : group
        return `config firewall addrgrp\nedit ${name}\nset member ${memberOf(name)} ${memberOf(name)}\nnext\nend\n`
      }
      case 2:
        return `config firewall addrgrp\nedit ${group}\nappend member ${memberOf(group)}\nnext\nend\n`
      case 3:
        return `config firewall addrgrp\nedit ${group}\nunselect member ${pick(OBJECTS)}\nnext\nend\n`
      case 4:
        return random() % 8 === 0 ? `config firewall address\ndelete ${object}\nend\n` : command(0)
      default:
        return `config firewall address\nedit ${object}\nset subnet 10.1.${random() % 8}.0/24\nnext\nend\n`
    }
  }
})

test('PAN-OS: what is kept is what looking everything up again would find', () => {
  const tree = new PanosTree({ scope: 'vsys', vsys: '', form: 'set' })
  tree.begin(false)
  let notes = KIT.notes()
  let kept = new Objects(tree, notes, { purpose: 'audit' })
  let alike = 0
  for (let round = 0; round < 5000; round++) {
    const { verb, tokens } = command(round)
    tree.apply({ verb, tokens, place: { part: 'delta', line: round } })
    if (notes.all.length > 0) {
      notes = KIT.notes()
      kept = new Objects(tree, notes, { purpose: 'audit' })
    } else for (const entry of tree.changed) kept.forget(entry)
    tree.changed.clear()
    const slowNotes = KIT.notes()
    const slow = new Objects(tree, slowNotes, { purpose: 'audit' })
    for (const values of [['g'], ['h'], ['i'], ['a', 'g']]) {
      const members = values.map((text) => ({ text, place: { part: 'rules', line: 1 } }))
      const [one, other] = [kept, slow].map((objects) => {
        const { addresses, isOpen } = objects.addressesOf(members, 'vsys vsys1')
        return { texts: addresses.texts, isOpen }
      })
      expect(one, `command ${round}`).toEqual(other)
    }
    expect(notes.all).toEqual(slowNotes.all)
    if (notes.all.length === 0) alike++
  }
  expect(alike).toBeGreaterThan(500)

  function command(round: number): { verb: string; tokens: string[] } {
    const [object, group] = [pick(OBJECTS), pick(GROUPS)]
    const address = (name: string) => ['address', name, 'ip-netmask', `10.0.${random() % 8}.0/24`]
    const member = (name: string, of: string) => ['address-group', name, 'static', of]
    if (round < 5) return { verb: 'set', tokens: address(OBJECTS[round] as string) }
    if (round < 8) return { verb: 'set', tokens: member(GROUPS[7 - round] as string, 'a') }
    switch (random() % 5) {
      case 0:
        return { verb: 'delete', tokens: member(group, pick(OBJECTS)) }
      case 1:
        return random() % 8 === 0
          ? { verb: 'delete', tokens: ['address', object] }
          : { verb: 'set', tokens: address(object) }
      case 2:
        return { verb: 'set', tokens: member(group, memberOf(group)) }
      case 3:
        return { verb: 'set', tokens: member(group, pick(OBJECTS)) }
      default:
        return { verb: 'delete', tokens: random() % 10 === 0 ? ['address-group', group] : member(group, pick(OBJECTS)) }
    }
  }
})
