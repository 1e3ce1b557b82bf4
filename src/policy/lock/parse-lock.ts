import { UserError } from '../../errors.ts'
import { rulesOf, wideningOf } from '../rules.ts'
import type { Lock, LockedTarget, State } from './lock.ts'
import { checkLock, type LockInput } from './lock-schema.ts'

const CONFLICT = /^(?:<<<<<<<|=======|>>>>>>>)/m

// 10,000 targets take 4 MB.
const MOST_BYTES = 64 * 1024 * 1024

/**
 * Parses a lock. Errors name it `shown`. `keyOf` is the key of a state by its content. Throws `UserError`: a lock may have come with a
 * checkout, and a person may have edited or merged it.
 */
export function parseLock(text: string, shown: string, keyOf: (state: State) => string): Lock {
  if (CONFLICT.test(text))
    throw new UserError(`${shown} has merge conflict markers; take either side, then run "tagwall build"`)
  const { policy, states, targets } = read(text, shown)
  const lock = {
    policy,
    states: new Map(Object.entries(states).map(([key, state]): [string, State] => [key, stateOf(state, shown)])),
    targets: new Map(
      Object.entries(targets).map(([name, locked]): [string, LockedTarget] => [name, lockedOf(name, locked, shown)]),
    ),
  }
  const edited = [...lock.states].find(([key, state]) => keyOf(state) !== key)
  if (edited) throw new UserError(`${shown} is damaged: the state ${edited[0]} was edited or merged by hand; ${REMEDY}`)
  return lock
}

const REMEDY =
  'restore it from version control, or remove it and run "tagwall build", which then reads the files in place'

function read(text: string, shown: string): LockInput {
  try {
    if (text.length > MOST_BYTES) throw new Error('it is too large')
    const json: unknown = JSON.parse(text)
    const format = typeof json === 'object' && json !== null && 'lock' in json ? json.lock : undefined
    if (typeof format === 'number' && format > 1)
      throw new UserError(
        `${shown} has the format ${format} of a newer tagwall; update tagwall, then run the command again`,
      )
    if (format === undefined) throw new Error('it is not a lock of tagwall')
    return checkLock(json)
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(`${shown} is damaged (${(error as Error).message}); ${REMEDY}`)
  }
}

function stateOf({ document, rules }: LockInput['states'][string], shown: string): State {
  return { document, rules: rulesOf(rules, () => shown) }
}

function lockedOf(
  name: string,
  { target, state, cover, files }: LockInput['targets'][string],
  shown: string,
): LockedTarget {
  const { widen, ...rest } = target
  return {
    target: { ...rest, name, widen: widen && wideningOf(widen), at: shown },
    state,
    cover: new Map(Object.entries(cover)),
    files: new Map(Object.entries(files)),
  }
}
