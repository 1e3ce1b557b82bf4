/** A temporary failure. `wait` is the pause that the server requested, in milliseconds. */
export class Transient extends Error {
  constructor(
    message: string,
    readonly wait?: number,
  ) {
    super(message)
  }
}
