import type { Ruleset } from '../model/ruleset.ts'
import type { Job } from '../model/vendor.ts'
import { type RenderedTarget, renderAll } from './render-target.ts'

/**
 * Results that targets can share if they differ only in name and path, as at many sites. A result that names its target, such as a finding,
 * must not be shared.
 */
export class Shared<T> {
  readonly #made = new Map<string, T>()
  readonly #ids = new Map<object | undefined, number>()

  /** The same text for the same vendor, options, family and limits, and the same objects. */
  keyOf({ vendor, options, family }: Job, objects: readonly (object | undefined)[]): string {
    return JSON.stringify([vendor.folder, vendor.limits, options, family, objects.map((one) => this.#idOf(one))])
  }

  find(key: string): T | undefined {
    return this.#made.get(key)
  }

  /** Keeps `made`, and returns it. */
  keep(key: string, made: T): T {
    this.#made.set(key, made)
    return made
  }

  #idOf(one: object | undefined): number {
    const id = this.#ids.get(one) ?? this.#ids.size
    this.#ids.set(one, id)
    return id
  }
}

/** Renders the full files of a target, as `renderAll` does. */
export type Renderer = (ruleset: Ruleset, job: Job) => RenderedTarget

/**
 * Renders the same ruleset once for all targets that differ only in name and path, and for all who need the files: proof, deltas,
 * cleanups, report. A result with findings is not shared, because they name their target.
 */
export function sharedRenderer(): Renderer {
  const made = new Shared<RenderedTarget>()
  return (ruleset, job) => {
    const key = made.keyOf(job, [ruleset])
    const known = made.find(key)
    if (known) return known
    const result = renderAll(ruleset, job)
    return result.findings.length === 0 ? made.keep(key, result) : result
  }
}
