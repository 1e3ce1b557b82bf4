// Peers that are one line of Node.

/** An empty process. */
export const nothing = () => [process.execPath, '-e', '0']

/** Only reads and parses JSON files. */
export const parseOnly = (...files) => [
  process.execPath,
  '-e',
  `const fs = require('fs'); for (const file of ${JSON.stringify(files)}) JSON.parse(fs.readFileSync(file, 'utf8'))`,
]

/** Splits a file into lines and words, and does nothing with them. */
export const splitOnly = (file) => [
  process.execPath,
  '-e',
  `let words = 0; for (const line of require('fs').readFileSync(${JSON.stringify(file)}, 'utf8').split('\\n')) words += line.split(' ').length; console.log(words)`,
]
