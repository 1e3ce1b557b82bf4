import type { Command } from 'commander'
import type { Io } from '../io.ts'

/** 0: done. 1: there are differences or findings. 2: an error or a refusal. */
export type ExitCode = 0 | 1 | 2

/** A command line that works as it is, and its purpose. */
export type Example = readonly [line: string, what: string]

/** One command of tagwall: its help, its arguments and options, and its action. */
export interface CommandSpec<Arguments extends readonly unknown[], Options> {
  /** One line for `tagwall --help`. */
  readonly summary: string
  /** The description and requirements of the command, for its own help. */
  readonly about: string
  /** The meaning of the exit codes 0 and 1, if the command has a 1. */
  readonly exits?: readonly [zero: string, one: string]
  /** The environment variables that it reads, besides colours. */
  readonly environment?: readonly Environment[]
  /** The page to read on, by its name in `tagwall explain`. */
  readonly docs: string
  /** For its help. A test runs each, so use vendor `list`, and only files that the test knows. */
  readonly examples: readonly Example[]
  /**
   * Most commands take `--policy`, `--snapshots` and the other common options, and tell of an interrupted run first. `writes`: the command
   * recovers an interrupted run itself, while it keeps other runs out. `nothing`: neither.
   */
  readonly uses?: 'writes' | 'nothing'
  /** Adds its arguments and its own options. */
  readonly flags: (command: Command) => Command
  /** Runs the command. Throws `UserError`, which exits with 2. */
  readonly run: (given: Arguments, options: Options, io: Io) => Promise<ExitCode>
}

/** Any command of the table; only its own `flags` and `run` know the types of its arguments. */
// biome-ignore lint/suspicious/noExplicitAny: the parser gives what `flags` declares
export type AnyCommand = CommandSpec<any, any>

/** Commands by name, each loaded when it is needed. */
export type CommandTable = Readonly<Record<string, () => Promise<{ readonly command: AnyCommand }>>>

/** The environment variables that commands read, and their use. */
export const ENVIRONMENT = {
  proxy: ['HTTPS_PROXY, NO_PROXY', 'the proxy for downloads, and the hosts to reach without it'],
  certificates: ['NODE_EXTRA_CA_CERTS', 'a PEM file with the certificates of your own authorities'],
  apiToken: ['AZURE_ACCESS_TOKEN', 'the token for --source api'],
  githubToken: ['GH_TOKEN', 'on GitHub: a token that may write contents and pull requests'],
  azureToken: ['AZURE_DEVOPS_EXT_PAT', 'on Azure DevOps: a token, or $(System.AccessToken) of the job'],
  gitlabToken: ['GITLAB_TOKEN', 'on GitLab: a project access token (Developer, write_repository)'],
} as const satisfies Readonly<Record<string, readonly [names: string, use: string]>>

export type Environment = keyof typeof ENVIRONMENT
