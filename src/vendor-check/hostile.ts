/** Texts that end, comment out or expand something in one dialect or another, in words that a message can show. */
const PIECES = [
  ...['"', "'", '`', ';', '#', ',', '|', '&', '\\', '!', '%', '=', '*', '?', ':', '/', '//', '--', '/*', '*/'],
  ...[
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '<',
    '>',
    '$',
    '$(reboot)',
    '`reboot`',
    '$' + '{x}',
    '{{header}}',
    '{{{name}}}',
    '%s',
  ],
  ...['&amp;', '&#10;', ']]>', '<!--', '-->', '<any/>', '"/>', '" any "', '; permit any', '\\n', '\\"', '../..'],
  ...['\n', '\r', '\t', '\u0000', '\u001b[2J', '\u0085', '\u2028', '\ufeff', '\u200b', '\u202e', ' ', '\u00a0'],
  ...['é', 'ß', '日本', '\u0430', '🔥', '\nend\n', '\n#', '"\nany\n"', ' any ', ' all'],
]

/** Words that devices take for something else. */
const WORDS = ['', 'any', 'all', 'none', 'default', 'constructor', '__proto__', 'toString', 'end', 'exit', 'no']

/** Values to try as an option or a name. */
export const HOSTILE: readonly string[] = [
  ...WORDS,
  ...PIECES.flatMap((piece) => [piece, `Web${piece}1`]),
  'a'.repeat(64),
  'a'.repeat(256),
  'a'.repeat(5000),
]
