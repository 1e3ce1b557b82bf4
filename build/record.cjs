// Runs the built program with the arguments behind the name of a folder of caches, and stores there what V8 has made of each part
// by then: all that this run used, and what the caches held that it began with. The program itself never writes a cache.
const { mkdirSync, writeFileSync } = require('node:fs')
const { basename, dirname, join } = require('node:path')
const v8 = require('node:v8')
const vm = require('node:vm')

const MAIN = join(__dirname, '../dist/main.cjs')
const [own] = process.argv.splice(2, 1)
const FOLDER = join(dirname(MAIN), 'caches', `${process.version}-${process.platform}-${process.arch}`, own)
const scripts = new Map()

function store() {
  mkdirSync(FOLDER, { recursive: true })
  for (const [filename, script] of scripts)
    writeFileSync(join(FOLDER, `${basename(filename)}.bin`), script.createCachedData())
  scripts.clear()
}

vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options)
    scripts.set(options.filename, this)
  }
}

// A cache holds the flags of the moment when it is made, and counts where they are the same: before the program sets its own, or behind.
const { setFlagsFromString } = v8
v8.setFlagsFromString = (flags) => {
  store()
  setFlagsFromString(flags)
}

process.argv[1] = MAIN
process.on('exit', store)
require(MAIN)
