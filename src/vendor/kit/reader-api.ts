import type { PrefixSet } from '../../address/prefix-set.ts'
import type { Device } from '../../model/device.ts'
import type { OptionValues } from '../../model/option.ts'
import type { ReadFile, Reading } from '../../model/reading.ts'
import type { ReaderKit } from './kit.ts'

// The functions that a vendor's reader exports, and their arguments.

export interface ReaderContext {
  /** The vendor's options: of the target that is proved, or the defaults when auditing. */
  readonly options: OptionValues
  /** `prove`: exactly the files of a target. `audit`: a running configuration, written by anyone. */
  readonly purpose: 'prove' | 'audit'
  /** Names of objects that stand for local sides: a reader lists them as `local.objects` and does not resolve their addresses. */
  readonly localObjects?: readonly string[]
  /** In an audit: the addresses that the policy's rules have as remote sides. */
  readonly remotes?: PrefixSet | undefined
  /** The part of a configuration that an audit looks at: values of keys in the manifest's `narrows`. */
  readonly narrow: Readonly<Record<string, string | undefined>>
  /** The shared functions of readers, so a reader outside this package needs no import. */
  readonly kit: ReaderKit
}

/** Reads a configuration. It never throws because of the text; problems become notes. */
export type Reader = (files: readonly ReadFile[], context: ReaderContext) => Reading

export type DeviceModel = (context: ReaderContext) => Device

/** The export of a reader's module: a model of its device, or a function if every load replaces everything. */
export interface ReaderModule {
  readonly device?: DeviceModel | undefined
  readonly read?: Reader | undefined
  readonly default?: Reader | undefined
}

/** The functions of a vendor's reader. */
export interface Readers {
  readonly read: Reader
  readonly device: DeviceModel
  /** False if the module has no model of its device: such a reader reads full files only. */
  readonly follows: boolean
}
