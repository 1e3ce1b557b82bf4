import { type Device, loadWhole } from '../model/device.ts'
import type { Item } from '../model/item.ts'
import { lazy } from '../model/lazy.ts'
import type { MixedReading, ReadFile } from '../model/reading.ts'
import type { Job } from '../model/vendor.ts'
import type { Readers } from '../vendor/kit/reader-api.ts'
import { proofContext } from './expect-target.ts'
import { PairDevice } from './pair-device.ts'

/** Full files on a device that was empty. What they make comes from one load. */
export class LoadedFiles {
  #device: Device | undefined

  constructor(
    readonly files: readonly ReadFile[],
    readonly empty: () => Device,
  ) {}

  /** The rules and lists that these files alone make. */
  readonly reading = lazy((): MixedReading => this.#loaded().reading())

  /** The items that these files alone make. */
  readonly items = lazy((): readonly Item[] => this.#loaded().items())

  /** A device with what these files alone make, for the caller to change; another one for each caller. */
  take(): Device {
    const device = this.#loaded()
    this.#device = undefined
    return device
  }

  /** Leaves a device to the next caller of `take`: commands have led it to the items of these files, in their order. */
  give(device: Device): void {
    this.reading()
    this.items()
    this.#device = device
  }

  #loaded(): Device {
    if (!this.#device) {
      const device = this.empty()
      loadWhole(device, this.files)
      this.#device = device
    }
    return this.#device
  }
}

/** The full files of one target, for all proofs that begin with them. Its devices are large, so it must not outlive the work on the target. */
export class Loads {
  readonly #known: { readonly device: string; readonly loaded: LoadedFiles }[] = []

  /**
   * `files` on the device of `job`; the same as before for equal files. `from`: the job of the older rules, if commands lead from its options to those
   * of `job`.
   */
  of(files: readonly ReadFile[], { device: model }: Readers, job: Job, from: Job = job): LoadedFiles {
    const options = [from, job].map((one) => JSON.stringify(one.options))
    const device = JSON.stringify([job.vendor.folder, ...options])
    const known = this.#known.find((one) => one.device === device && areSame(one.loaded.files, files))
    if (known) return known.loaded
    const alone = () => model(proofContext(job))
    const pair = () => new PairDevice(model(proofContext(from)), alone())
    const loaded = new LoadedFiles(files, options[0] === options[1] ? alone : pair)
    this.#known.push({ device, loaded })
    return loaded
  }
}

const areSame = (files: readonly ReadFile[], others: readonly ReadFile[]) =>
  files.length === others.length &&
  files.every(({ part, family, text }, index) => {
    const other = others[index] as ReadFile
    return part === other.part && family === other.family && text === other.text
  })
