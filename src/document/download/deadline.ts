/** A time limit that also holds while the program is too busy for timers. */
export class Deadline {
  readonly #controller = new AbortController()
  readonly #end: number
  readonly #timer: NodeJS.Timeout
  readonly #outer: Deadline | undefined
  readonly #late: Error
  /** Aborts with the deadline. */
  readonly signal: AbortSignal

  /** Throws `late` when the time is over. Also ends with `outer`, for its reason. */
  constructor(milliseconds: number, late: Error, outer?: Deadline) {
    const own = this.#controller.signal
    this.#end = performance.now() + milliseconds
    this.#late = late
    this.#outer = outer
    this.signal = outer ? AbortSignal.any([outer.signal, own]) : own
    this.#timer = setTimeout(() => this.giveUp(late), milliseconds)
  }

  get isOver(): boolean {
    if (!this.#outer?.isOver && performance.now() >= this.#end) this.giveUp(this.#late)
    return this.signal.aborted
  }

  /** In milliseconds. */
  get left(): number {
    return this.isOver ? 0 : Math.min(this.#end - performance.now(), this.#outer?.left ?? Number.POSITIVE_INFINITY)
  }

  /** Throws the reason when the time is over. */
  check(): void {
    if (this.isOver) throw this.signal.reason
  }

  /** Ends the time now. The first reason stays. */
  giveUp(reason: Error): void {
    this.#controller.abort(reason)
  }

  /** Stops the timer. */
  release(): void {
    clearTimeout(this.#timer)
  }
}
