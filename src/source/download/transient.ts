/** A failure that may pass. `wait` is what the server asked for, in milliseconds. */
export class Transient extends Error {
  constructor(
    message: string,
    readonly wait?: number,
  ) {
    super(message)
  }
}
