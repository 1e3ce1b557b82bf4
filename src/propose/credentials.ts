import { git, type Shell } from './shell.ts'

/** The credentials that a service expects from git: the variable with the token, and its user name. */
export interface GitToken {
  readonly variable: string
  readonly user: string
}

/**
 * The environment and the address of a push with the token of the service, if its variable is set and the remote is an https address. The
 * token stays in the environment: it is in no file, no address and no command line, and only the host of the remote gets it. Credentials
 * that a checkout left behind are not used then. Without a token, git uses its own configuration.
 */
export function withToken(
  shell: Shell,
  remote: string,
  { variable, user }: GitToken,
): { shell: Shell; remote: string } {
  const address = addressOf(shell, remote)
  if (!shell.env[variable] || !address) return { shell, remote }
  // git asks the helper through a shell.
  const helper = `!f() { test "$1" = get && echo username=${user} && echo "password=$${variable}"; }; f`
  const { origin, href } = address
  const config: [key: string, value: string][] = [
    // git prefers the settings of a longer address, so the whole one counts too.
    ...[`${origin}/`, href].flatMap((url): [string, string][] => [
      // An empty value discards those before it.
      [`http.${url}.extraHeader`, ''],
      [`credential.${url}.helper`, ''],
      [`credential.${url}.helper`, helper],
    ]),
    // The address is rewritten already. A second time could bring a password into it.
    [`url.${href}.insteadOf`, href],
    [`url.${href}.pushInsteadOf`, href],
  ]
  return { shell: { ...shell, env: { ...shell.env, ...configuration(shell.env, config) } }, remote: address.href }
}

/** The https address of a remote without its user and password, for a browser. */
export const webAddressOf = (shell: Shell, remote: string): string | undefined =>
  addressOf(shell, remote)?.href.replace(/\/$/, '')

/** The https address of a remote without its user and password. */
function addressOf(shell: Shell, remote: string): URL | undefined {
  const names = git(shell, ['remote']).split('\n')
  const text = names.includes(remote)
    ? git(shell, ['remote', 'get-url', '--push', remote])
    : git(shell, ['ls-remote', '--get-url', '--end-of-options', remote])
  const address = URL.canParse(text) ? new URL(text) : undefined
  if (address?.protocol !== 'https:') return undefined
  address.username = ''
  address.password = ''
  return address
}

/** Settings for git in its environment, appended to the existing ones. */
function configuration(env: Shell['env'], settings: readonly [key: string, value: string][]): Record<string, string> {
  const first = Number(env.GIT_CONFIG_COUNT ?? 0)
  const pairs = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${first + index}`, key],
    [`GIT_CONFIG_VALUE_${first + index}`, value],
  ])
  return { GIT_CONFIG_COUNT: String(first + settings.length), ...Object.fromEntries(pairs) }
}
