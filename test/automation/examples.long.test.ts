import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { DOCUMENT } from '../cli/harness.ts'
import { Device, Place } from './device.ts'
import { WAYS, type Way } from './ways.ts'

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
  ['2025-10-27', [['"52.60.113.0/29"', '"52.60.113.0/29", "52.60.113.8/30"'], ['"20.151.100.132/31", ', '']]],
] as const) {
  const before: string = WEEKS.at(-1)?.[1] ?? DOCUMENT
  WEEKS.push([date, changes.reduce((text, [old, next]) => text.replace(old, next), before)])
}

/** A device that holds the rules of the first week, loaded by the example itself. */
async function loaded(way: Way) {
  const place = new Place(way.target, way.example, RULES)
  place.update(...(WEEKS[0] as [string, string]))
  const device = await Device.start(...way.device)
  for (const line of way.prepare) await device.tell(`enter ${line}`)
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

/** A command of the delta, from its middle: some before it have been sent. */
function commandOf(way: Way, place: Place): string {
  const name = /out: ([\w./]+)/.exec(way.target)?.[1] as string
  const file = name.includes('.') ? name.replace('.', '.delta.') : `${name}.delta.v4`
  const lines = place.read(file).split('\n').filter((line) => way.command.test(line))
  return (lines[lines.length >> 1] as string).trim()
}

/** Stand-ins that take a refusal or a broken connection; the kernel decides itself what it refuses. */
const isLinux = (way: Way) => way.device[0] === 'linux_host.py'

for (const way of WAYS) {
  const skipped = way.skipped ? ` (skipped: ${way.skipped})` : ''
  describe.skipIf(way.skipped !== undefined)(`${way.example}${skipped}`, () => {
    test('a full load and each weekly delta end in the rules of the policy; a second run sends nothing', async () => {
      const { place, device } = await loaded(way)
      await expectRight(way, place, device)
      for (const [date, document] of WEEKS.slice(1)) {
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
    })

    test('files that are not those of the policy are not loaded', async () => {
      const { place, device } = await loaded(way)
      await device.heard()
      writeFileSync(`${place.folder}/tagwall.yaml`, place.read('tagwall.yaml').replace('443', '8443'))
      const { status, out } = await way.run(place, device, 'delta')
      expect(status, out).not.toBe(0)
      expect(await device.heard()).toEqual([])
    })

    test('a finding after the load brings the earlier rules back', async () => {
      const { place, device } = await loaded(way)
      for (const line of way.foreign) await device.tell(`enter ${line}`)
      const before = await stateOf(device)
      place.update(...(WEEKS[1] as [string, string]))
      const { status, out } = await way.run(place, device, 'delta')
      expect(status, out).not.toBe(0)
      expect(out).toContain('wider: rules that allow more than the policy')
      expect(await stateOf(device)).toEqual(before)
    })

    test.skipIf(isLinux(way))('a refused line fails the run, and the earlier rules are there again', async () => {
      const { place, device } = await loaded(way)
      place.update(...(WEEKS[1] as [string, string]))
      const before = await stateOf(device)
      await device.tell(`refuse ${commandOf(way, place)}`)
      const { status, out } = await way.run(place, device, 'delta')
      expect(status, out).not.toBe(0)
      expect(await stateOf(device)).toEqual(before)
    })

    test.skipIf(isLinux(way))('after a lost connection, a second run ends in the rules of the policy', async () => {
      const { place, device } = await loaded(way)
      place.update(...(WEEKS[1] as [string, string]))
      await device.tell(`drop ${commandOf(way, place)}`)
      const { status, out } = await way.run(place, device, 'delta')
      expect(status, out).not.toBe(0)
      const again = await way.run(place, device, 'delta')
      expect(again.status, again.out).toBe(0)
      await expectRight(way, place, device)
    })

    test.runIf(isLinux(way))('without a confirmation, the host goes back by itself; a second run loads again', async () => {
      const { place, device } = await loaded(way)
      place.update(...(WEEKS[1] as [string, string]))
      const before = await stateOf(device)
      // The client is gone when the rules are loaded.
      const tagwall = place.read('bin/tagwall')
      writeFileSync(`${place.folder}/bin/tagwall`, tagwall.replace('exec', 'case "$*" in *after*) kill -9 $PPID ;; esac\nexec'))
      expect((await way.run(place, device, 'delta', { WAIT: '5' })).status).toBe(null)
      expect((await changesOf(way, device)).length).toBeGreaterThan(0)
      await expect.poll(() => stateOf(device), { timeout: 60_000 }).toEqual(before)

      writeFileSync(`${place.folder}/bin/tagwall`, tagwall)
      const again = await way.run(place, device, 'delta')
      expect(again.status, again.out).toBe(0)
      await expectRight(way, place, device)
    })
  })
}
