const HIDDEN = '***'
// The placeholder in tagwall's own messages.
const EXAMPLE = 'USER:PASSWORD'

/** Removes secrets from URLs in a text: user, password and query. The query of a download page stays. */
export function redactUrls(text: string): string {
  return text.replaceAll(/:\/\/[^\s"'<>`\\]+/g, (found) => {
    // Punctuation at the end is not part of the URL.
    let end = found.length
    while ('.,:;!)]}'.includes(found[end - 1] as string)) end--
    return withoutQuery(withoutUser(found.slice(0, end))) + found.slice(end)
  })
}

function withoutUser(url: string): string {
  const authority = url.slice(3).split(/[/?#]/, 1)[0] as string
  // A slash in a password ends the authority where a port should be.
  const whole = /:(?!\d*$)/.test(authority) ? url : url.slice(0, 3 + authority.length)
  const at = whole.lastIndexOf('@')
  return at < 0 || url.slice(3, at) === EXAMPLE ? url : `://${HIDDEN}${url.slice(at)}`
}

function withoutQuery(url: string): string {
  const start = url.indexOf('?')
  if (start < 0 || /^\?id=\d{1,8}$/.test(url.slice(start))) return url
  return `${url.slice(0, start)}?${HIDDEN}`
}

/** Replaces each of `secrets` wherever it stands. */
export function redactSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, HIDDEN), text)
}

const TOKENS = [
  ...['AZURE_ACCESS_TOKEN', 'GH_TOKEN', 'GITHUB_TOKEN', 'GITLAB_TOKEN', 'CI_JOB_TOKEN'],
  ...['SYSTEM_ACCESSTOKEN', 'AZURE_DEVOPS_EXT_PAT'],
]
const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy']
// A shorter value is not a token and may be part of a word.
const SHORTEST = 8

/** The secrets in the environment, in every form in which they could be printed. */
export function secretsOf(env: Readonly<Record<string, string | undefined>>): string[] {
  const credentials = PROXIES.flatMap((name) => {
    const userinfo = /^[a-z]+:\/\/(.*)@/i.exec(env[name] ?? '')?.[1] ?? ''
    const plain = decoded(userinfo)
    return [userinfo, plain, Buffer.from(plain).toString('base64')]
  })
  const all = [...TOKENS.map((name) => env[name] ?? ''), ...credentials]
  // Longest first, so no part of a secret remains.
  return [...new Set(all)].filter(({ length }) => length >= SHORTEST).sort((a, b) => b.length - a.length)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
