import type { LoadKind } from '../model/device.ts'
import type { ReadFile } from '../model/found-rule.ts'
import type { Crossing } from './crossing.ts'
import type { ReaderContext } from './kit/reader-api.ts'

// The messages between the program and the thread of a reader. Only plain data crosses.

/** A context without the kit, which each thread has for itself. */
export interface CrossingContext extends Omit<ReaderContext, 'kit' | 'remotes'> {
  readonly remotes: Crossing
}

/** The program numbers the devices. */
export type AnsweredCall =
  | { readonly call: 'read'; readonly files: readonly ReadFile[]; readonly context: CrossingContext }
  | { readonly call: 'device'; readonly device: number; readonly context: CrossingContext }
  | { readonly call: 'load'; readonly device: number; readonly files: readonly ReadFile[]; readonly kind: LoadKind }
  | { readonly call: 'step' | 'reading' | 'inventory'; readonly device: number }

/** A call without an answer: nobody holds the device any more. */
export type ThreadCall = AnsweredCall | { readonly call: 'end'; readonly device: number }

/** The answer to a call; the first one, when the reader is loaded, says whether it models a device, or that there is none. */
export type ThreadAnswer =
  | { readonly is: 'result'; readonly result: Crossing }
  /** A sentence for the user, and the stack of its cause. */
  | { readonly is: 'refused'; readonly message: string; readonly stack: string | undefined }
  | { readonly is: 'exit' }
