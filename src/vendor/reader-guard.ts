import { lazy } from '../model/lazy.ts'

// The reader of a user's vendor is a program that the user chose to run, and it runs among the program's own code. By accident it may print,
// which would mix with the rules on standard output, or end the process, which would look like a success with an empty file.

/** The readers whose code runs now, for messages; one in another. */
const running: string[] = []

/** Notes that code of a reader runs, until the result is called; what began last ends first. */
export function enter(who: string): () => void {
  running.push(who)
  return leave
}

const leave = () => void running.pop()

/** From now on, while code of a reader runs, its prints go to standard error, and an end of the process is exit code 2 with its name. */
export const watchReaders = lazy(() => {
  process.stdout.write = new Proxy(process.stdout.write, {
    apply: (write, stdout, given: Parameters<typeof process.stdout.write>) =>
      running.length > 0 ? process.stderr.write(...given) : Reflect.apply(write, stdout, given),
  })
  process.prependListener('exit', () => {
    if (running.length === 0) return
    process.exitCode = 2
    process.stderr.write(`tagwall: ${running.at(-1)} ended the program before it returned a result\n`)
  })
})
