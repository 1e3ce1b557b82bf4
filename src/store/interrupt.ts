const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

interface Held {
  undo(): void
  tell(): void
}

/** Files and locks to remove on an interrupt, the newest last. */
const held: Held[] = []

/**
 * Until the returned function is called, a signal that ends the process first calls `undo` and `tell`, and then ends the process
 * as usual. A signal arrives between two steps of the event loop, so never in the middle of writing.
 */
export function undoIfInterrupted(undo: () => void, tell: () => void): () => void {
  const one = { undo, tell }
  if (held.length === 0) for (const signal of SIGNALS) process.on(signal, endedBy)
  held.push(one)
  return () => {
    const index = held.indexOf(one)
    if (index >= 0) held.splice(index, 1)
    if (held.length === 0) ignoreSignals()
  }
}

function ignoreSignals(): void {
  for (const signal of SIGNALS) process.off(signal, endedBy)
}

function endedBy(signal: NodeJS.Signals): void {
  const all = held.splice(0).reverse()
  ignoreSignals()
  for (const { undo } of all) undo()
  all[0]?.tell()
  process.kill(process.pid, signal)
}

/** Lets a signal that has come meanwhile end the process. For long work without a wait. */
export const stopIfInterrupted = (): Promise<void> => new Promise((done) => void setImmediate(done))
