import { rmSync } from 'node:fs'
import { folderWith } from '../cli/harness.ts'
import { claims, edits, items, kinds, options } from './claims.ts'
import { geometry } from './geometry.ts'
import { pairOf } from './kinds.ts'
import { Choice } from './pairs.ts'
import { texts } from './same-texts.ts'
import { see } from './see.ts'

/** What is wrong in the texts about the change of a kind and seed; empty if all agree. Throws `Unsuitable` or `Refused` for no pair. */
export async function problemsOf(kind: string, seed: number): Promise<string[]> {
  const pair = pairOf(kind, seed)
  const folder = folderWith()
  try {
    const seen = await see(kind, pair, folder, new Choice(seed + 1_000_000))
    return [
      ...geometry(seen),
      ...kinds(seen, pair),
      ...texts(seen),
      ...edits(seen),
      ...options(seen),
      ...items(seen),
      ...claims(seen),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
