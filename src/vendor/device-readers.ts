import { loadWhole, readingsFrom } from '../model/device-readings.ts'
import type { ReadFile } from '../model/found-rule.ts'
import type { DeviceModel, Follower, Reader, ReaderContext } from './kit/reader-api.ts'

/** The readers that a model of a device makes. */
export function readersOf(device: DeviceModel): { readonly read: Reader; readonly follow: Follower } {
  const loaded = (files: readonly ReadFile[], context: ReaderContext) => {
    const model = device(context)
    loadWhole(model, files)
    return model
  }
  return {
    read: (files, context) => loaded(files, context).reading(),
    *follow(files, deltas, context) {
      yield* readingsFrom(loaded(files, context), deltas, 'delta')
    },
  }
}

/** A device that every full load replaces completely. It has no other commands. */
export const replacingDevice =
  (read: Reader): DeviceModel =>
  (context) => {
    let held: readonly ReadFile[] = []
    return {
      *load(files) {
        held = files
        yield
      },
      reading: () => (held.length > 0 ? read(held, context) : { rules: [], lists: [], notes: [] }),
      inventory: () => [],
    }
  }
