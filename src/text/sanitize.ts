/**
 * Makes foreign text one visible line: control characters, line breaks, bidirectional marks (Unicode UAX #9) and letters that only look like
 * Latin ones become JSON escapes, so nothing is hidden from a reviewer and the same text in JSON keeps its meaning.
 */
export const sanitize = (text: string): string => sanitizeName(marked(text))

/** The same for a name to compare with others, whose letters stay. */
export function sanitizeName(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, numbersOf)
}

/** The same for the message of another program; several lines become one. */
export function sanitizeSentence(text: string): string {
  const lines = text.split(/[\r\n\u0085\u2028\u2029]+/).map((line) => line.trim())
  return sanitize(lines.filter((line) => line !== '').join(' '))
}

/**
 * Makes text of several lines safe for a terminal and a CI log: no control characters except line breaks, tabs and, if
 * `isColored`, tagwall's own colors; and nothing that a CI service reads as a command.
 */
export function sanitizeLines(text: string, isColored: boolean): string {
  const visible = /^[\n\t -~]*$/.test(text)
    ? text
    : marked(text).replaceAll(isColored ? OUTSIDE_COLORS : /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (found) =>
        found.length > 2 ? found : numbersOf(found),
      )
  return (
    visible
      // Azure Pipelines and GitHub look for these anywhere in a line.
      .replaceAll(/##(?=\w{0,20}\[)/g, '#\\u0023')
      // GitHub looks for these at the start of a line.
      .replaceAll(/:(?<=^[ \t]*:)(?=:[A-Za-z-]+(?:::| [^\n]*::))/gm, '\\u003a')
  )
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const OUTSIDE_COLORS = /\u001b\[(?:[012]|2[24]|3[1-69])m|[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

const numbersOf = (text: string) =>
  text
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')

/**
 * A text in which escapes stand for letters that look like Latin ones: those of other alphabets beside Latin letters in one word, as in a Cyrillic
 * `\u0430rc`, and Latin letters of other shapes (Unicode UTS #39). Words of one script stay.
 */
function marked(text: string): string {
  if (/^\p{ASCII}*$/u.test(text)) return text
  return text
    .replaceAll(WORD, (word) => (/^[^[]*\p{Script=Latin}/u.test(word) ? word.replaceAll(LIKE_LATIN, numbersOf) : word))
    .replaceAll(OTHER_SHAPES, numbersOf)
}

// A color of tagwall ends with a letter, and is no part of the word behind it.
const WORD = /\[\d*m|[\p{L}\p{M}\p{N}_]+/gu
const LIKE_LATIN =
  /[\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Coptic}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Lisu}]/gu
/** Letters for mathematics, and those as wide as a Chinese character. */
const OTHER_SHAPES = /[\u{1d400}-\u{1d7ff}\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]/gu

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

/** The most backticks beside each other in a text. */
export const longestTicks = (text: string): number =>
  Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length))

/** A code block of Markdown, which its text cannot end. */
export function codeBlock(text: string, language = ''): string {
  const fence = '`'.repeat(Math.max(3, longestTicks(text) + 1))
  return `${fence}${language}\n${text}\n${fence}`
}

/** A text as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return isPlainWord(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** A text as one word at the prompt of a device: there, double quotes hold blanks and what ends a command, and a backslash escapes. */
export function promptWord(text: string): string {
  return isPlainWord(text) ? text : `"${text.replaceAll(/["\\$`]/g, '\\$&')}"`
}

const isPlainWord = (text: string) => /^[A-Za-z0-9_./:=@%+,-]+$/.test(text)
