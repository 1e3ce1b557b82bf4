import type { TestModule } from 'vitest/node'
import type { Reporter } from 'vitest/reporters'

/** Says in one line what a run left out, why, and how to run it. */
export class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const reasons = new Map<string, number>()
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const result = test.result()
        const reason =
          (result.state === 'skipped' && result.note) || /skipped: ([^)]+)/.exec(test.fullName)?.[1] || 'see the test'
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
      }
    }
    const skipped = [...reasons].map(([reason, count]) => `${count} tests (${reason})`)
    const isFast = modules.every(({ moduleId }) => !moduleId.endsWith('.long.test.ts'))
    const left = [...skipped, ...(isFast ? ['the long tests (npm run test:long)'] : [])]
    if (left.length > 0) console.log(`\nNot run: ${left.join('; ')}\n`)
  }
}
