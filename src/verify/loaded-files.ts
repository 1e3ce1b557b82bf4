import { type Device, loadWhole } from '../model/device.ts'
import { type Item, itemKey } from '../model/item.ts'
import { lazy } from '../model/lazy.ts'
import type { FoundRule, MixedReading, Note, ReadFile, Reading } from '../model/reading.ts'
import type { Job } from '../model/vendor.ts'
import type { LoadKind } from '../model/vendor-words.ts'
import type { Readers } from '../vendor/kit/reader-api.ts'
import { decideAlike } from './compare.ts'
import { proofContext } from './expectation.ts'

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
    this.release()
    this.#device = device
  }

  /** Lets its device go, which is large: another one will be given. What the files make is known. */
  release(): void {
    this.reading()
    this.items()
    this.#device = undefined
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

  /** `files` on the device of `job`; the same for equal files. `from`: the job of the older rules, if commands lead from its options to those of `job`. */
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

  /** Lets the devices of all other files go, which were read. */
  keepOnly(one: LoadedFiles): void {
    for (const { loaded } of this.#known) if (loaded !== one) loaded.release()
  }
}

const areSame = (files: readonly ReadFile[], others: readonly ReadFile[]) =>
  files.length === others.length &&
  files.every(({ part, family, text }, index) => {
    const other = others[index] as ReadFile
    return part === other.part && family === other.family && text === other.text
  })

/**
 * One device on its way from the older values of its options to newer ones: two models of it, each under one of them, which follow the same commands.
 * Its reading is that of the model that understands everything, the newer one first. In between, a rule may have the form of either, so each of
 * the two may leave out what `isByOptions` says, if the other one reads it; any other note of one stays.
 */
export class PairDevice implements Device {
  #isApart = false

  constructor(
    private readonly older: Device,
    private readonly newer: Device,
  ) {}

  *load(files: readonly ReadFile[], kind: LoadKind): Iterable<unknown> {
    const others = this.older.load(files, kind)[Symbol.iterator]()
    for (const step of this.newer.load(files, kind)) {
      this.#isApart ||= others.next().done === true
      yield step
    }
    this.#isApart ||= others.next().done !== true
  }

  reading(): MixedReading {
    const both = mixed(this.older.reading(), this.newer.reading())
    return this.#isApart ? { ...both, notes: [...both.notes, APART] } : both
  }

  items(): readonly Item[] {
    const items = this.newer.items()
    const known = new Set(items.map(itemKey))
    return [...items, ...this.older.items().filter((item) => !known.has(itemKey(item)))]
  }
}

/** A command of which only one model knows when it takes effect. */
const APART: Note = {
  place: { part: 'the commands', line: 1 },
  text: 'a command',
  reason: 'takes effect under the older options or under the newer ones only',
}

function mixed(older: Reading, newer: Reading): MixedReading {
  const understood = [newer, older].find(({ notes }) => notes.length === 0)
  if (understood) return understood
  const [old, young] = [byOptions(older), byOptions(newer)]
  const notes = [...newer.notes, ...older.notes].filter(
    (note) => !note.isByOptions || (old.has(keyOf(note)) && young.has(keyOf(note))),
  )
  const isKnown = (rule: FoundRule) => newer.rules.some((other) => isSame(rule, other))
  return { rules: newer.rules, others: older.rules.filter((rule) => !isKnown(rule)), lists: newer.lists, notes }
}

/** The lines that a model leaves out because of its options. */
const byOptions = ({ notes }: Reading) => new Set(notes.filter(({ isByOptions }) => isByOptions).map(keyOf))

const keyOf = ({ place: { part, line }, text }: Note) => JSON.stringify([part, line, text])

/** True if two models read the same rule alike. */
const isSame = (rule: FoundRule, other: FoundRule): boolean =>
  rule.name === other.name &&
  rule.place.part === other.place.part &&
  rule.place.line === other.place.line &&
  decideAlike(rule, other)
