import { parentPort, workerData } from 'node:worker_threads'
import { UserError } from '../errors.ts'
import type { Device } from '../model/device.ts'
import { checkedReaders } from './checked-device.ts'
import {
  type AnsweredCall,
  type CrossingContext,
  Packer,
  type ThreadAnswer,
  type ThreadCall,
  Unpacker,
} from './crossing.ts'
import { KIT } from './kit/kit.ts'
import type { ReaderContext, Readers } from './kit/reader-api.ts'
import { moduleIn } from './reader-module.ts'
import type { ThreadStart } from './reader-thread.ts'

// The thread of one reader of a user. It has a kit of its own, so the reader cannot reach that of another, nor the program's values.
// It checks what the reader returns, for the sentences; the program checks the answers again, because this thread is not trusted.

const { folder, owner, port, answered } = workerData as ThreadStart

function answer(message: ThreadAnswer): void {
  port.postMessage(message)
  Atomics.add(answered, 0, 1)
  Atomics.notify(answered, 0)
}

// A reader that calls process.exit ends this thread only. The program waits for an answer.
process.on('exit', () => answer({ is: 'exit' }))

const result = (value: unknown, packer = new Packer()): ThreadAnswer => ({ is: 'result', result: packer.pack(value) })

function refusal(error: unknown): ThreadAnswer {
  const { message, cause = error } = error as Error
  const isSentence = error instanceof UserError
  return {
    is: 'refused',
    message: isSentence ? message : `the reader of ${owner.name} failed: ${message}`,
    stack: isSentence && cause === error ? undefined : String((cause as Error).stack),
  }
}

function contextOf({ remotes, ...context }: CrossingContext): ReaderContext {
  return { ...context, remotes: new Unpacker().unpack(remotes) as ReaderContext['remotes'], kit: KIT }
}

/** A device, the load that is under way, and the sets of its last reading. */
interface OpenDevice {
  readonly device: Device
  readonly packer: Packer
  steps: Iterator<unknown>
}

const devices = new Map<number, OpenDevice>()

function answerTo(readers: Readers, call: AnsweredCall): ThreadAnswer {
  if (call.call === 'read') return result(readers.read(call.files, contextOf(call.context)))
  if (call.call === 'device') {
    const device = readers.device(contextOf(call.context))
    devices.set(call.device, { device, packer: new Packer(), steps: [][Symbol.iterator]() })
    return result(undefined)
  }
  const open = devices.get(call.device) as OpenDevice
  switch (call.call) {
    case 'load':
      open.steps = open.device.load(call.files, call.kind)[Symbol.iterator]()
      return result(undefined)
    case 'step':
      return result(open.steps.next().done === true)
    case 'reading':
      return result(open.device.reading(), open.packer)
    case 'items':
      return result(open.device.items())
  }
}

/** Loads the reader, says so, and answers calls from then on. */
async function begin(): Promise<void> {
  const module = await moduleIn(folder)
  const readers = module && checkedReaders(owner, module)
  port.on('message', (call: ThreadCall) => {
    if (call.call === 'end') return devices.delete(call.device)
    try {
      answer(answerTo(readers as Readers, call))
    } catch (error) {
      answer(refusal(error))
    }
  })
  parentPort?.postMessage(result(readers && { hasModel: readers.follow !== undefined }))
}

// No top-level await: this is published as CommonJS.
begin().catch((error) => parentPort?.postMessage(refusal(error)))
