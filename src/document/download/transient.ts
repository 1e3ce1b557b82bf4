import { UserError } from '../../errors.ts'

/** The cause why a host does not answer: its name, the proxy before it, its certificate, or the connection. */
export type Obstacle = 'dns' | 'proxy' | 'certificate' | 'connection'

/** A temporary failure. `wait` is the pause that the server requested, in milliseconds; `obstacle` is set if no answer came. */
export class Transient extends Error {
  constructor(
    message: string,
    readonly wait?: number,
    readonly obstacle?: Obstacle,
  ) {
    super(message)
  }
}

/** An obstacle that another try cannot remove. */
export class Blocked extends UserError {
  constructor(
    message: string,
    readonly obstacle: Obstacle,
  ) {
    super(message)
  }
}
