import { resolve } from 'node:path'
import { reportOf, throwDenial, UserError } from '../../errors.ts'
import type { Io } from '../../io.ts'
import { refuseLinkOut } from '../../places.ts'
import { appendToFile } from '../../store/disk.ts'
import { codeBlock, redactSecrets, redactUrls, secretsOf } from '../../text/sanitize.ts'

/** Sentences under a heading, for the page on which a CI service shows a job. Nothing in them becomes Markdown. */
export const jobSummary = (heading: string, sentences: string): string =>
  `## ${heading}\n\n${codeBlock(sentences.trim(), 'text')}\n\n`

/**
 * Runs a command whose outcome is added to a file for people: what the command notes, or the sentences with which it fails. The file stays if the command
 * fails later. Throws `UserError` before the command runs if the file cannot be written, and what the command throws.
 */
export async function withSummary<T>(
  file: string | undefined,
  command: string,
  io: Io,
  run: (note: (markdown: string) => void) => Promise<T>,
): Promise<T> {
  if (file === undefined) return run(() => undefined)
  const add = (markdown: string) => append(file, markdown, io)
  add('')
  try {
    return await run(add)
  } catch (error) {
    add(jobSummary(`tagwall ${command} failed`, reportOf(error, {})))
    throw error
  }
}

function append(file: string, text: string, io: Io): void {
  try {
    refuseLinkOut(resolve(io.cwd, file), io.cwd, `--summary ${file}`)
    // A job may publish the file, so it is as harmless as what is printed.
    appendToFile(resolve(io.cwd, file), redactSecrets(redactUrls(text), secretsOf(io.env)))
  } catch (error) {
    if (error instanceof UserError) throw error
    throwDenial(error)
    throw new UserError(`--summary ${file} cannot be written: ${(error as Error).message}`)
  }
}
