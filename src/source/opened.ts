import { UserError } from '../errors.ts'

/** What `read` returns. Throws `UserError` when it cannot read the file, which the sentence calls `shown`. */
export function reading<T>(shown: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof UserError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    throw new UserError(
      code === 'ENOENT'
        ? `there is no file ${shown}`
        : code === 'EISDIR'
          ? `${shown} is a directory, not a file`
          : `${shown} cannot be read: ${message}`,
    )
  }
}
