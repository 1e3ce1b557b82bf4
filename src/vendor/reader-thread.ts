import { readFileSync } from 'node:fs'
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { throwDenial, UserError } from '../errors.ts'
import { lazy } from '../model/lazy.ts'
import type { ReadFile } from '../model/reading.ts'
import { READER_WORKER } from '../paths.ts'
import { plural } from '../text/numbers.ts'
import {
  type AnsweredCall,
  type Crossing,
  type CrossingContext,
  type DeviceCall,
  type ThreadAnswer,
  Unpacker,
} from './crossing.ts'
import { copies, shortened } from './reader-door.ts'
import type { ReaderOwner } from './reader-module.ts'

/** The memory of a thread in MiB. */
const MEMORY = 2048
/** The seconds until a call counts as endless, unless TAGWALL_READER_SECONDS says otherwise. */
const USUAL_SECONDS = 60

/** The start data of the thread. */
export interface ThreadStart {
  /** The folder of the vendor, with its reader.js. */
  readonly folder: string
  readonly owner: ReaderOwner
  /** Calls and answers, each to the call before it. */
  readonly port: MessagePort
  /** Counts the answers, and wakes the program, which waits for the next one. */
  readonly answered: Int32Array
}

interface ThreadState {
  readonly worker: Worker
  readonly port: MessagePort
  /** Counts the answers. */
  readonly answered: Int32Array
  /** The seconds until a call counts as endless. */
  readonly seconds: number
  /** The reason why it can be called no more. */
  ended: string | undefined
}

/** A thread that runs the reader of one folder. Calls wait for their answer. */
export class ReaderThread {
  private static readonly threads = new Map<string, WeakRef<ReaderThread>>()
  private static readonly unused = new FinalizationRegistry<Worker>((worker) => worker.terminate())
  private devices = 0
  private answers = 0
  // A device that nobody holds any more is forgotten in the thread, too.
  private readonly forgotten = new FinalizationRegistry<number>((device) =>
    this.state.port.postMessage({ call: 'end', device }),
  )

  /** The thread for the reader in `folder`; there is one, as Node loads a module once. Throws `UserError` if the file is not a reader. */
  static async of(who: string, folder: string, owner: ReaderOwner): Promise<ReaderThread> {
    const key = JSON.stringify([folder, owner])
    const known = ReaderThread.threads.get(key)?.deref()
    if (known && known.state.ended === undefined) return known
    const thread = await start(who, folder, owner)
    ReaderThread.threads.set(key, new WeakRef(thread))
    ReaderThread.unused.register(thread, thread.state.worker)
    return thread
  }

  constructor(
    private readonly who: string,
    private readonly state: ThreadState,
    /** True if the reader models its device. */
    readonly hasModel: boolean,
  ) {}

  read(files: readonly ReadFile[], context: CrossingContext): unknown {
    return this.unpacked(new Unpacker(), this.call({ call: 'read', files: copies(files), context }))
  }

  /** A device without contents. */
  device(context: CrossingContext): { call(call: DeviceCall): unknown } {
    const device = this.devices++
    this.call({ call: 'device', device, context })
    const unpacker = new Unpacker()
    const open = {
      call: (call: DeviceCall) => {
        const answer = this.call({ ...call, ...('files' in call && { files: copies(call.files) }), device })
        // Only readings refer to the sets of the one before.
        return this.unpacked(call.call === 'reading' ? unpacker : new Unpacker(), answer)
      },
    }
    this.forgotten.register(open, device)
    return open
  }

  private unpacked(unpacker: Unpacker, crossing: Crossing): unknown {
    try {
      return unpacker.unpack(crossing)
    } catch (error) {
      throw new UserError(`${this.who} returned values that no reader can: ${(error as Error).message}`)
    }
  }

  /** Throws `UserError` if the reader refuses, fails, ends its thread, or takes too long. */
  private call(call: AnsweredCall): Crossing {
    const { port, answered, seconds, ended } = this.state
    if (ended !== undefined) throw new UserError(`${this.who} ${ended}`)
    const before = this.answers++
    port.postMessage(call)
    // The notification of the answer before may come late, so only the count says that there is a new one.
    while (Atomics.load(answered, 0) === before)
      if (Atomics.wait(answered, 0, before, 1000 * seconds) === 'timed-out') this.end(tooLong(seconds))
    const answer = receiveMessageOnPort(port)?.message as ThreadAnswer
    if (answer?.is === 'exit') this.end(EXITED)
    return resultOf(this.who, answer)
  }

  private end(why: string): never {
    this.state.ended = why
    this.state.worker.terminate()
    throw new UserError(`${this.who} ${why}`)
  }
}

const EXITED = 'ended its thread (process.exit); a reader must return its result'

const tooLong = (seconds: number) =>
  `did not answer within ${plural(seconds, 'second')}: it has an endless loop or needs more than ${MEMORY / 1024} GiB of memory; TAGWALL_READER_SECONDS=N waits longer`

/** More than any sentence of `checkedReaders`. */
const LONGEST = 2000

function secondsOf(text = `${USUAL_SECONDS}`): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text)
  throw new UserError(`TAGWALL_READER_SECONDS is "${text}"; expected a whole number from 1 to 99999`)
}

/** The result of a call. Throws `UserError` for a refusal, whose sentence has one of `names`. */
function resultOf(who: string, answer: ThreadAnswer | undefined, names: readonly string[] = [who]): Crossing {
  if (answer?.is === 'refused') {
    const cause = answer.stack === undefined ? undefined : Object.assign(new Error(), { stack: answer.stack })
    // The thread is not trusted to name itself.
    const message = shortened(String(answer.message), LONGEST)
    throw new UserError(
      names.some((name) => message.includes(name)) ? message : `${who} failed: ${message || 'it gave no reason'}`,
      { cause },
    )
  }
  if (answer?.is === 'result') return answer.result
  throw new UserError(`${who} did not answer with a result`)
}

/** The code of a thread, which the build makes. It is read as text, because the single executable has it in its own file system. */
const code = lazy(() => readFileSync(READER_WORKER, 'utf8'))

/** Starts the thread, and waits until it has loaded the reader. */
async function start(who: string, folder: string, owner: ReaderOwner): Promise<ReaderThread> {
  const seconds = secondsOf(process.env.TAGWALL_READER_SECONDS)
  const answered = new Int32Array(new SharedArrayBuffer(4))
  const { port1, port2 } = new MessageChannel()
  const workerData: ThreadStart = { folder, owner, port: port2, answered }
  const worker = startWorker(workerData)
  const state: ThreadState = { worker, port: port1, answered, seconds, ended: undefined }
  let timer: NodeJS.Timeout | undefined
  const answer = await new Promise<ThreadAnswer>((resolve, reject) => {
    const refuse = (why: string) => {
      state.ended ??= why
      reject(new UserError(`${who} ${why}`))
    }
    timer = setTimeout(() => refuse(tooLong(seconds)), 1000 * seconds)
    worker.once('message', resolve)
    worker.on('error', (error) => refuse(`failed: ${shortened(error.message)}`))
    worker.on('exit', () => refuse(EXITED))
  })
    .catch((error) => {
      worker.terminate()
      throw error
    })
    .finally(() => clearTimeout(timer))
  // The program may end while the thread waits for calls.
  worker.unref()
  const { hasModel } = new Unpacker().unpack(resultOf(who, answer, [who, folder])) as { hasModel: boolean }
  return new ReaderThread(who, state, hasModel)
}

function startWorker(workerData: ThreadStart): Worker {
  try {
    return new Worker(code(), {
      eval: true,
      workerData,
      transferList: [workerData.port],
      // Node warns about a module that it takes for CommonJS; the error says the same.
      execArgv: ['--no-warnings'],
      resourceLimits: { maxOldGenerationSizeMb: MEMORY },
      // Standard output is for results.
      stdout: true,
    })
  } catch (error) {
    throwDenial(error)
    throw error
  }
}
