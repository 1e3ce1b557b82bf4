import type { TestModule } from 'vitest/node'
import type { Reporter } from 'vitest/reporters'

/** The longest file takes one or two minutes. */
const MINUTES = 10

/** Names the files that take far too long. Vitest cannot end one that waits for a process, and would say nothing. */
export class EndlessReporter implements Reporter {
  private readonly timers = new Map<string, NodeJS.Timeout>()

  onTestModuleStart({ moduleId, relativeModuleId }: TestModule): void {
    const say = () => console.error(`\nStill running after ${MINUTES} minutes: ${relativeModuleId}\n`)
    this.timers.set(moduleId, setTimeout(say, MINUTES * 60_000).unref())
  }

  onTestModuleEnd({ moduleId }: TestModule): void {
    clearTimeout(this.timers.get(moduleId))
  }
}
