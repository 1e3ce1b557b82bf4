#!/usr/bin/env node
// Where the program begins: dist/main.cjs. Its parts lie beside it, and beside them what V8 made of each when the program was
// built (build/record.cjs): compiling them anew takes longer than most commands do. V8 itself refuses what another version of
// it made, or the same one with other flags, and compiles; so all that a cache can do is save time. V8 knows a source by its
// length only, so parts and caches are always written together.
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { Script } = require('node:vm')

const CACHES = join(__dirname, 'caches', `${process.version}-${process.platform}-${process.arch}`)
// These have caches of their own, with what they use and no more: reading the rest would take longer. The others share one.
const OWN = ['aggregate', 'diff', 'emit'].find((name) => name === process.argv[2]) ?? 'all'
const loaded = new Map()

/** As `require` does, for what is named like a part: `./commands.cjs`. */
function requirePart(name) {
  if (!name.startsWith('./')) return require(name)
  const known = loaded.get(name)
  if (known) return known.exports
  // Most commands end sooner than optimised code would pay off, and Node waits for its compiler before it exits. So it
  // begins after 15 times the work that V8 would let pass: a quarter off the monthly job. Only what aggregates a million
  // prefixes would lose by that.
  if (name === './commands.cjs' && OWN !== 'aggregate')
    require('node:v8').setFlagsFromString('--interrupt-budget=1000000')
  const filename = join(__dirname, name)
  // The build has left nothing in it that is not ASCII.
  const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData: cacheOf(name) })
  const part = { exports: {} }
  loaded.set(name, part)
  script.runInThisContext().call(part.exports, part.exports, requirePart, part, filename, __dirname)
  return part.exports
}

/** For what is no CommonJS: undici, and readers of users. A part cannot import by itself. */
requirePart.import = (name) => import(name)

function cacheOf(name) {
  try {
    return readFileSync(join(CACHES, OWN, `${name}.bin`))
  } catch {
    return undefined
  }
}

requirePart('./program.cjs')
