import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { memo } from '../src/model/lazy.ts'
import { contentsOf, folderWith, tagwall } from './cli/harness.ts'
import { DOCUMENTS, HAS_DOCUMENTS, ROOT, WITHOUT_DOCUMENTS } from './fixtures.ts'

// The monthly job over the published documents, in order of date: each one updated, diffed, proved and written.

const CLOUDS = [
  ['public', /^ServiceTags_Public_(202[4-9]\d{4})\.json$/],
  ['usgov', /^ServiceTags_AzureGovernment_(\d{8})\.json$/],
  ['china', /^ServiceTags_China_(\d{8})\.json$/],
] as const

const filesLike = (pattern: RegExp) =>
  HAS_DOCUMENTS
    ? readdirSync(DOCUMENTS)
        .filter((file) => pattern.test(file))
        .sort()
    : []

const TAGS = ['AzureActiveDirectory', 'AzureResourceManager', 'AzureFrontDoor.FirstParty', 'MicrosoftContainerRegistry']

/** The weeks that changed none of these. */
const QUIET = {
  public: ['ServiceTags_Public_20250303.json', 'ServiceTags_Public_20251110.json'],
  usgov: [],
  china: [],
}

/** The prefixes of the tags of the built-in policy, straight from the published JSON. */
const published = memo((file: string): ReadonlyMap<string, string[]> => {
  const { values } = JSON.parse(readFileSync(join(DOCUMENTS, file), 'utf8').replace(/^\uFEFF/, ''))
  const used = values.filter(({ name }: { name: string }) => TAGS.includes(name))
  return new Map(
    used.map((tag: { name: string; properties: { addressPrefixes: string[] } }) => [
      tag.name,
      tag.properties.addressPrefixes,
    ]),
  )
})
const prefixesIn = (file: string, tag: string) => published(file).get(tag) ?? []

/** Addresses of prefixes that do not overlap, counted from their text alone. */
const sizeOf = (prefixes: readonly string[]) =>
  prefixes.reduce((sum, cidr) => sum + (1n << BigInt((cidr.includes(':') ? 128 : 32) - Number(cidr.split('/')[1]))), 0n)

type Sizes = Record<'ipv4' | 'ipv6', { addresses: string }>
const addressesIn = ({ ipv4, ipv6 }: Sizes) => BigInt(ipv4.addresses) + BigInt(ipv6.addresses)

test.skipIf(!HAS_DOCUMENTS).for(CLOUDS)(
  `updates through every published document of %s${HAS_DOCUMENTS ? '' : ` (skipped: ${WITHOUT_DOCUMENTS})`}`,
  { timeout: 300_000 },
  async ([cloud, pattern]) => {
    const folder = folderWith()
    const quiet: string[] = []
    let before: string | undefined
    let snapshotBefore = ''
    for (const file of filesLike(pattern)) {
      const update = ['update', '--cloud', cloud, '--from', join(DOCUMENTS, file), '--exit-code']
      // A week is a change where a tag in use changed. In any other, nothing is written.
      const isQuiet = before !== undefined && isDeepStrictEqual(published(before), published(file))
      if (isQuiet) {
        const contents = contentsOf(folder)
        expect((await tagwall(folder, update)).code, file).toBe(0)
        expect(contentsOf(folder), file).toEqual(contents)
        quiet.push(file)
      }
      // Two of the shipped snapshots are of weeks that changed nothing: with --record, a snapshot is a change.
      const argv = [...update, '--record', '--json', '--require-proof']
      const { code, out } = await tagwall(folder, argv, { date: '2026-11-12' })
      expect(code, file).toBe(1)
      const { files, snapshot } = JSON.parse(out)
      expect(files.every(({ proof }: { proof: unknown }) => proof !== null)).toBe(true)
      // These four tags are published as minimal covers, so the change in text is the change in addresses, unless a
      // block was cut differently: then the text says more than the addresses do, never less.
      if (before) {
        const text = TAGS.filter(
          (tag) =>
            prefixesIn(before as string, tag)
              .toSorted()
              .join() !== prefixesIn(file, tag).toSorted().join(),
        )
        const diff = await tagwall(folder, ['diff', snapshotBefore, snapshot.path, '--cloud', cloud, '--json'])
        expect(diff, file).toMatchObject({ err: '' })
        const delta = JSON.parse(diff.out)
        for (const { tag, added, removed } of delta.changes) {
          const grown = sizeOf(prefixesIn(file, tag)) - sizeOf(prefixesIn(before, tag))
          expect(addressesIn(added) - addressesIn(removed), `${file} ${tag}`).toBe(grown)
        }
        expect(
          delta.changes.map(({ tag }: { tag: string }) => tag),
          file,
        ).toEqual(text.toSorted())
      }
      // What the repository ships is what the program makes today.
      const [, year, month, day] = /(\d{4})(\d\d)(\d\d)\.json$/.exec(file) ?? []
      const date = `${year}-${month}-${day}`
      const shipped = join(ROOT, 'snapshots', cloud, `${date}.json`)
      if (readdirSync(join(ROOT, 'snapshots', cloud)).includes(`${date}.json`)) {
        const text = readFileSync(shipped, 'utf8')
        // The newest ones have the tags of every built-in policy.
        if (text.includes('"AzureArcInfrastructure"')) {
          const more = ['fetch', '--cloud', cloud, '--policy', 'arc-kubernetes-public', '--from', join(DOCUMENTS, file)]
          expect(await tagwall(folder, more, { date: '2026-11-12' }), file).toMatchObject({ code: 0 })
        }
        expect(readFileSync(join(folder, snapshot.path), 'utf8'), file).toBe(text)
      }
      before = file
      snapshotBefore = snapshot.path
    }
    expect(quiet).toEqual(QUIET[cloud])
    console.log(`${cloud}: ${filesLike(pattern).length} documents updated`)
  },
)

test.skipIf(!HAS_DOCUMENTS).for([
  ['ServiceTags_Public_20190722.json', /no service tag matches "AzureResourceManager"/],
  ['ServiceTags_AzureGermany_20220307.json', /is a document of the cloud "AzureGermany"; expected Public/],
] as const)(
  `refuses what cannot be compiled, and writes nothing: %s${HAS_DOCUMENTS ? '' : ` (skipped: ${WITHOUT_DOCUMENTS})`}`,
  async ([file, message]) => {
    const folder = folderWith()
    const { code, out, err } = await tagwall(folder, ['update', '--from', join(DOCUMENTS, file)])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(message)
    expect(readdirSync(folder)).toEqual([])
  },
)
