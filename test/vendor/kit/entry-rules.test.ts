import { expect, test } from 'vitest'
import type { EntryPlace, EntrySide, ListEntry } from '../../../src/vendor/kit/access-lists.ts'
import type { Match } from '../../../src/vendor/kit/chain-values.ts'
import { KIT } from '../../../src/vendor/kit/kit.ts'
import type { EntryService } from '../../../src/vendor/kit/ports.ts'

// Every entry of a small universe: what may stand on either side, the services, what limits it, and the list behind it.

const NET = KIT.setOf([KIT.parsePrefix('192.0.2.0/24')])
const SIDES: readonly EntrySide[] = [
  { addresses: undefined, object: undefined, faults: [] },
  { addresses: NET, object: undefined, faults: [] },
  { addresses: undefined, object: { name: 'lan', addresses: NET }, faults: [] },
  { addresses: KIT.empty, object: undefined, faults: ['names x, which is not there'] },
]
const TCP: EntryService = { protocol: 'tcp', ports: [{ first: 443, last: 443 }], isPart: false }
const PING: EntryService = { protocol: 'icmp', ports: KIT.everyPort, family: 'ipv6', isPart: true }
const SERVICES: readonly (readonly EntryService[])[] = [[], [TCP], [PING], [TCP, PING]]
const BITS = [false, true]
const place = { part: 'acl', line: 7 }

function* universe(): Generator<[entry: ListEntry, at: EntryPlace]> {
  for (const action of ['allow', 'deny'] as const)
    for (const source of SIDES)
      for (const destination of SIDES)
        for (const services of SERVICES)
          for (const isPart of BITS)
            for (const own of [[], ['has "x", which is not understood']])
              for (const next of [undefined, 'out'])
                for (const isLimited of BITS) {
                  const faults = [...own, ...source.faults, ...destination.faults]
                  const at = { name: 'acl line 7', place, text: 'permit', next, isLimited }
                  yield [{ action, services, source, destination, isPart, faults }, at]
                }
}

test('no fault is silent: it is a doubt about each rule, or a note', () => {
  for (const [entry, at] of universe()) {
    const notes = KIT.notes()
    const rules = KIT.entryRules(entry, at, notes)
    const said = [...rules.flatMap(({ doubts }) => doubts), ...notes.all].map(({ reason }) => reason)
    const wanted = [...new Set(entry.faults)]
    if (new Set(said).size !== wanted.length) expect({ entry, said }).toEqual({ entry, said: wanted })
    for (const { doubts } of rules) expect(doubts.map(({ reason }) => reason)).toEqual(wanted)
    expect(notes.all.every(({ place: at, text }) => at === place && text === 'permit')).toBe(true)
    // A rule carries the doubt, so a note would say it twice.
    expect(notes.all.length > 0).toBe(entry.services.length === 0 && wanted.length > 0)
  }
})

test('a rule matches no more than its entry, and is a part wherever anything limits it', () => {
  for (const [entry, at] of universe()) {
    const { services, source, destination } = entry
    const rules = KIT.entryRules(entry, at, KIT.notes())
    expect(rules.map(({ matches: [match] }) => [match?.protocol, match?.ports])).toEqual(
      services.map(({ protocol, ports }) => [protocol, ports]),
    )
    for (const [index, { name, matches, verdict, place: where }] of rules.entries()) {
      const match = matches[0] as Match
      const service = services[index] as EntryService
      const isVague = service.isPart || entry.isPart || (source.object && destination.object)
      expect(match.part).toBe(isVague ? 'other' : at.isLimited ? 'zone' : 'no')
      expect([name, where]).toEqual([at.name, place])
      expect(verdict).toEqual(
        at.next !== undefined && entry.action === 'allow' ? { kind: 'goto', chain: 'out' } : { kind: entry.action },
      )
      // A service of one family leaves the addresses of that family on both sides.
      const all = service.family && KIT.everything(service.family)
      const sides = [source, destination].map(({ addresses }) => (all && addresses?.intersect(all)) ?? all ?? addresses)
      expect([match.source?.texts, match.destination?.texts]).toEqual(sides.map((set) => set?.texts))
      const object = source.object ? 'source' : destination.object ? 'destination' : undefined
      expect(match.object).toEqual(object && { side: object, name: 'lan', addresses: NET })
    }
  }
})

test('a doubt is about the side that is not understood, the source first', () => {
  for (const [entry, at] of universe()) {
    const side =
      entry.source.faults.length > 0 ? 'source' : entry.destination.faults.length > 0 ? 'destination' : undefined
    for (const { doubts, text } of KIT.entryRules(entry, at, KIT.notes()))
      for (const doubt of doubts) if (doubt.side !== side || text !== 'permit') expect(doubt).toEqual(side)
  }
})
