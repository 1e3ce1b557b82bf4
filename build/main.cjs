#!/usr/bin/env node
// What npm links as `tagwall`. Node 22 and later keep what V8 compiles, for the next run: by default in the shared folder for
// temporary files, where another user of the host could leave code for root to run. A user without a home has no cache.
try {
  const cache = require('node:path').join(require('node:os').userInfo().homedir, '.cache/tagwall')
  require('node:module').enableCompileCache?.(cache)
} catch {}
require('./program.cjs').main()
