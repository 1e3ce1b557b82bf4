import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DOCUMENT } from '../cli/harness.ts'
import { ROOT } from '../fixtures.ts'
import { someOfEach, THOROUGH } from '../thorough.ts'
import { Device, Place } from './device.ts'
import { type Promised, WAYS, type Way } from './ways.ts'

// The examples of examples/automation, as they are, with the real clients against stand-ins: ssh and the kernel, ansible-playbook, netmiko, ncclient.

const RULES = `  - { name: Registry, tags: [MicrosoftContainerRegistry], direction: outbound, ports: [443], priority: 150 }
  - { name: FirstParty, tags: [AzureFrontDoor.FirstParty], direction: outbound, ports: [443], priority: 160 }
`
/** The documents of four weeks. The second changes one family of one tag, the third adds only, the fourth touches both tags. */
const WEEKS: [date: string, document: string][] = []
for (const [date, changes] of [
  ['2025-10-06', []],
  ['2025-10-13', [['"20.151.100.130/32"', '"20.151.100.132/31", "20.151.100.136/30"']]],
  ['2025-10-20', [['"2603:db8:2::/125"', '"2603:db8:2::/125", "2603:db8:2::10/125"']]],
  [
    '2025-10-27',
    [
      ['"52.60.113.0/29"', '"52.60.113.0/29", "52.60.113.8/30"'],
      ['"20.151.100.132/31", ', ''],
    ],
  ],
] as const) {
  const before: string = WEEKS.at(-1)?.[1] ?? DOCUMENT
  WEEKS.push([date, changes.reduce((text, [old, next]) => text.replace(old, next), before)])
}

/** The examples that are tried before their device holds anything: one of each client, `sh`, Ansible and Python. */
const TO_TRY_EMPTY = new Set(
  someOfEach(WAYS, ({ example }) => example.split('.')[1] as string).map(({ example }) => example),
)

/** A device that holds the rules of the first week, loaded by the example itself; before it was, a check and a delta changed nothing. */
async function loaded(way: Way) {
  const place = new Place(way.target, way.example, RULES)
  place.update(...(WEEKS[0] as [string, string]))
  const device = await Device.start(...way.device)
  for (const line of way.prepare) await device.tell(`enter ${line}`)
  // Once for each example.
  if (TO_TRY_EMPTY.delete(way.example)) {
    const before = await stateOf(device)
    const check = await way.run(place, device, 'check')
    expect(check.status, check.out).toBe(0)
    const early = await way.run(place, device, 'delta')
    expect(early.status).not.toBe(0)
    expect(early.out).toMatch(/Before the second document there is no delta: add (?:--full|-e load=full)\./)
    expect(await stateOf(device)).toEqual(before)
  }
  const { status, out } = await way.run(place, device, 'full')
  expect(status, out).toBe(0)
  return { place, device }
}

/** The configuration of the device, without comments such as the time of a save. */
const stateOf = async (device: Device) =>
  (await device.tell('state'))
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .sort()

async function expectRight(way: Way, place: Place, device: Device) {
  const { status, out } = place.tagwall(['audit', 'edge', '-', ...way.audit], await device.tell('state'))
  expect(status, out).toBe(0)
}

/** The lines that changed the device since the last look. */
const changesOf = async (way: Way, device: Device) => (await device.heard()).filter((line) => way.changes.test(line))

/** The file of the delta, or the first of them. */
function deltaOf({ target }: Way): string {
  const name = /out: ([\w./]+)/.exec(target)?.[1] as string
  return name.includes('.') ? name.replace('.', '.delta.') : `${name}.delta.v4`
}

/** A command of the delta, from its middle: some before it have been sent. */
function commandOf(way: Way, place: Place): string {
  const lines = place
    .read(deltaOf(way))
    .split('\n')
    .filter((line) => way.command.test(line))
  return (lines[lines.length >> 1] as string).trim()
}

/** What each example promises: its sentence, the devices that can show it (the kernel decides itself what it refuses), and how. */
const PROMISES: Readonly<Record<Promised, readonly [sentence: string, on: string, keep: (way: Way) => Promise<void>]>> =
  {
    weeks: [
      'a full load and each weekly delta end in the rules of the policy; a second run sends nothing',
      'linux, stand-in',
      async (way) => {
        const { place, device } = await loaded(way)
        await expectRight(way, place, device)
        await device.heard()
        // After a delta, below, the same is tried always.
        if (THOROUGH) {
          const second = await way.run(place, device, 'delta')
          expect(second.status, second.out).toBe(0)
          expect(await changesOf(way, device)).toEqual([])
        }
        for (const [date, document] of WEEKS.slice(1, THOROUGH ? undefined : 2)) {
          place.update(date, document)
          const before = await stateOf(device)
          await device.heard()
          const check = await way.run(place, device, 'check')
          expect(check.status, check.out).toBe(0)
          expect(await stateOf(device)).toEqual(before)

          const { status, out } = await way.run(place, device, 'delta')
          expect(status, out).toBe(0)
          await expectRight(way, place, device)
          expect((await changesOf(way, device)).length).toBeGreaterThan(0)

          const again = await way.run(place, device, 'delta')
          expect(again.status, again.out).toBe(0)
          expect(await changesOf(way, device)).toEqual([])
        }
      },
    ],
    edited: [
      'files that are not those of the policy are not loaded',
      'linux, stand-in',
      async (way) => {
        const { place, device } = await loaded(way)
        await device.heard()
        const policy = place.read('tagwall.yaml')
        writeFileSync(`${place.folder}/tagwall.yaml`, policy.replace('443', '8443'))
        const { status, out } = await way.run(place, device, 'delta')
        expect(status, out).not.toBe(0)
        expect(await device.heard()).toEqual([])

        writeFileSync(`${place.folder}/tagwall.yaml`, policy)
        place.update(...(WEEKS[1] as [string, string]))
        const file = deltaOf(way)
        writeFileSync(`${place.folder}/${file}`, `${place.read(file)}\n`)
        const edited = await way.run(place, device, 'delta')
        expect(edited.status, edited.out).not.toBe(0)
        expect(edited.out).toContain(`${file} is not what tagwall wrote: do not load`)
        expect(await device.heard()).toEqual([])
      },
    ],
    finding: [
      'a finding after the load brings the earlier rules back',
      'linux, stand-in',
      async (way) => {
        const { place, device } = await loaded(way)
        for (const line of way.foreign) await device.tell(`enter ${line}`)
        const before = await stateOf(device)
        place.update(...(WEEKS[1] as [string, string]))
        const { status, out } = await way.run(place, device, 'delta')
        expect(status, out).not.toBe(0)
        expect(out).toContain('wider: rules that allow more than the policy')
        expect(await stateOf(device)).toEqual(before)
        // A rollback file may leave something, so the script asks the device.
        if (way.example.endsWith('.py'))
          expect(out).toContain('is as before: it allows nothing that it did not allow before')
      },
    ],
    accepted: [
      'a finding that a person accepted in a baseline does not undo a load',
      'linux',
      async (way) => {
        const { place, device } = await loaded(way)
        for (const line of way.foreign) await device.tell(`enter ${line}`)
        const known = ['audit', 'edge', '-', ...way.audit, '--write-baseline', 'edge.baseline.json']
        const written = place.tagwall(known, await device.tell('state'))
        expect(written.status, written.out).toBe(0)
        place.update(...(WEEKS[1] as [string, string]))
        const { status, out } = await way.run(place, device, 'delta')
        expect(status, out).toBe(0)
        const again = place.tagwall(
          ['audit', 'edge', '-', '--baseline', 'edge.baseline.json'],
          await device.tell('state'),
        )
        expect(again.status, again.out).toBe(0)
      },
    ],
    refused: [
      'a refused line fails the run, and the earlier rules are there again',
      'stand-in',
      async (way) => {
        const { place, device } = await loaded(way)
        place.update(...(WEEKS[1] as [string, string]))
        const before = await stateOf(device)
        await device.tell(`refuse ${commandOf(way, place)}`)
        const { status, out } = await way.run(place, device, 'delta')
        expect(status, out).not.toBe(0)
        expect(await stateOf(device)).toEqual(before)
      },
    ],
    lost: [
      'after a lost connection, a second run ends in the rules of the policy',
      'stand-in',
      async (way) => {
        const { place, device } = await loaded(way)
        place.update(...(WEEKS[1] as [string, string]))
        await device.tell(`drop ${commandOf(way, place)}`)
        const { status, out } = await way.run(place, device, 'delta')
        expect(status, out).not.toBe(0)
        const again = await way.run(place, device, 'delta')
        expect(again.status, again.out).toBe(0)
        await expectRight(way, place, device)
      },
    ],
    unconfirmed: [
      'without a confirmation, the host goes back by itself; a second run loads again',
      'linux',
      async (way) => {
        const { place, device } = await loaded(way)
        place.update(...(WEEKS[1] as [string, string]))
        const before = await stateOf(device)
        // The client is gone when the rules are loaded.
        const tagwall = place.read('bin/tagwall')
        writeFileSync(
          `${place.folder}/bin/tagwall`,
          tagwall.replace('\n', '\ncase "$*" in *after*) kill -9 $PPID ;; esac\n'),
        )
        expect((await way.run(place, device, 'delta', { WAIT: '5' })).status).toBe(null)
        expect((await changesOf(way, device)).length).toBeGreaterThan(0)
        await expect.poll(() => stateOf(device), { timeout: 60_000 }).toEqual(before)

        writeFileSync(`${place.folder}/bin/tagwall`, tagwall)
        const again = await way.run(place, device, 'delta')
        expect(again.status, again.out).toBe(0)
        await expectRight(way, place, device)
      },
    ],
    // IOS XE 17 prints the numbers of entries, so that ios_config sends the entries again.
    numbered: [
      'a router that numbers its entries ends in the rules of the policy; a second delta sends nothing',
      'router',
      async (plain) => {
        const way: Way = { ...plain, device: ['cisco_ios.py', '--numbered'] }
        const { place, device } = await loaded(way)
        const full = await way.run(place, device, 'full')
        expect(full.status, full.out).toBe(0)
        expect(full.out).toMatch(/changed=1 /)
        place.update(...(WEEKS[1] as [string, string]))
        const { status, out } = await way.run(place, device, 'delta')
        expect(status, out).toBe(0)
        await expectRight(way, place, device)
        await device.heard()
        const again = await way.run(place, device, 'delta')
        expect(again.status, again.out).toBe(0)
        expect(await changesOf(way, device)).toEqual([])
      },
    ],
  }

for (const way of WAYS) {
  const kind = way.device[0] === 'linux_host.py' ? 'linux' : 'stand-in'
  const skipped = way.skipped ? ` (skipped: ${way.skipped})` : ''
  const tried = Object.entries(PROMISES).filter(
    ([name, [, on]]) => name === way.brief || (THOROUGH && on.includes(kind)),
  )
  describe.skipIf(way.skipped !== undefined)(`${way.example}${skipped}`, () => {
    test.for(tried.map(([, [sentence, , keep]]) => [sentence, keep] as const))('%s', { timeout: 900_000 }, ([, keep]) =>
      keep(way),
    )
  })
}

const COMPARING = WAYS.filter(({ example, skipped }) => THOROUGH && example.endsWith('.yml') && !skipped)
describe.each(COMPARING)('$example', (way) => {
  test('a full file over the same one reports no change', { timeout: 900_000 }, async () => {
    const { place, device } = await loaded(way)
    const { status, out } = await way.run(place, device, 'full')
    expect(status, out).toBe(0)
    expect(out).toMatch(/changed=0 /)
  })
})

const NFTABLES = WAYS.find(({ example }) => example === 'nftables.sh') as Way

test.skipIf(NFTABLES.skipped !== undefined)(
  'docs/automation.md shows what a run prints',
  { timeout: 900_000 },
  async () => {
    const { place, device } = await loaded(NFTABLES)
    place.update(...(WEEKS[1] as [string, string]))
    const { stdout } = await NFTABLES.run(place, device, 'delta')
    const page = readFileSync(join(ROOT, 'docs/automation.md'), 'utf8')
    const shown = /```text\n\$ HOST=root@edge.example.com sh nftables.sh\n([\s\S]*?)```/.exec(page)?.[1]
    expect(stdout).toBe(shown)
  },
)
