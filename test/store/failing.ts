import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

/** A call of the file system, by name: what it is given, and how often it was called before. Returns the code to fail with. */
export type Fault = (given: readonly unknown[], times: number) => string | undefined

/** Does `work` while calls of the file system fail as `faults` say. */
export async function failing<T>(faults: Readonly<Record<string, Fault>>, work: () => T | Promise<T>): Promise<T> {
  const table = fs as unknown as Record<string, (...given: unknown[]) => unknown>
  const real = Object.fromEntries(Object.keys(faults).map((name) => [name, table[name] as (typeof table)[string]]))
  for (const [name, fault] of Object.entries(faults)) {
    let times = 0
    table[name] = (...given) => {
      const code = fault(given, times++)
      if (code) throw Object.assign(new Error(`${code}: injected, ${name}`), { code, syscall: name })
      return real[name]?.(...given)
    }
  }
  syncBuiltinESMExports()
  try {
    return await work()
  } finally {
    Object.assign(table, real)
    syncBuiltinESMExports()
  }
}
