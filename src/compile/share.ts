import type { Finding } from '../finding/finding.ts'
import type { Target } from '../model/policy.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { Job } from '../model/vendor.ts'
import { renderAll } from './render-target.ts'
import { isFor, isForAll } from './rules-of-target.ts'
import { deviceKey } from './target-job.ts'
import type { Cover } from './widen/widen.ts'

/** Results that targets share if they differ in name and path only, as at many sites; not those with findings, which name their target. */
export class Shared<T> {
  readonly #made = new Map<string, T>()
  readonly #ids = new Map<object | undefined, number>()

  /** The same text for the same device and the same objects. */
  keyOf(job: Job, objects: readonly (object | undefined)[]): string {
    return `${deviceKey(job)} ${objects.map((one) => this.#idOf(one))}`
  }

  find(key: string): T | undefined {
    return this.#made.get(key)
  }

  /** Keeps `made`, unless it has findings, and returns it. */
  keep(key: string, made: T): T {
    const { findings = [] } = made as { readonly findings?: readonly Finding[] }
    if (findings.length === 0) this.#made.set(key, made)
    return made
  }

  drop(key: string): void {
    this.#made.delete(key)
  }

  #idOf(one: object | undefined): number {
    const id = this.#ids.get(one) ?? this.#ids.size
    this.#ids.set(one, id)
    return id
  }
}

/** The same text for targets that get the same rules: with one local side, widening and cover, and without the same rules of others. */
export function rulesKey({ name, local, widen }: Target, { rules }: Ruleset, cover: Cover | undefined): string {
  const own = rules.every(isForAll) ? [] : rules.filter((rule) => isFor(rule, name))
  return JSON.stringify([own.map((rule) => rule.name), local, widen, cover && [...cover]])
}

export type Renderer = typeof renderAll

/** Renders a ruleset once for all targets that differ in name and path only, and for all who need the files: proof, commands, report. */
export function sharedRenderer(): Renderer {
  const made = new Shared<ReturnType<Renderer>>()
  return (ruleset, job, sides) => {
    const key = made.keyOf(job, [ruleset])
    return made.find(key) ?? made.keep(key, renderAll(ruleset, job, sides))
  }
}
