import type { CommandTable } from '../cli/command.ts'

/** Every command, in the order of the help. */
export const COMMANDS = {
  update: () => import('./update.ts'),
  fetch: () => import('./fetch.ts'),
  diff: () => import('./diff.ts'),
  plan: () => import('./plan.ts'),
  build: () => import('./build.ts'),
  emit: () => import('./emit.ts'),
  widen: () => import('./widen.ts'),
  adopt: () => import('./adopt.ts'),
  audit: () => import('./audit.ts'),
  doctor: () => import('./doctor.ts'),
  lookup: () => import('./lookup.ts'),
  list: () => import('./list.ts'),
  explain: () => import('./explain.ts'),
  init: () => import('./init.ts'),
  aggregate: () => import('./aggregate.ts'),
  propose: () => import('./propose.ts'),
  vendor: () => import('./vendor.ts'),
  completion: () => import('./completion.ts'),
} satisfies CommandTable
