import { test } from 'vitest'
import { type BrokenVendor, findsWhatIsBroken, replace } from './small-vendor.ts'

// More broken vendors, which the check finds by edits and by hostile texts; vendor-check.test.ts has one of each kind.

test.for<BrokenVendor>([
  [
    'whose reader skips lines that it does not know',
    { 'reader.js': replace("else return 'is not understood'", '') },
    { edits: /^not noticed: the line `setq \S+ \S+` after `set / },
  ],
  [
    'whose reader ignores what follows a rule',
    {
      'reader.js': replace('(\\S+) (\\S+))$/', '(\\S+) (\\S+))/'),
    },
    { edits: /^not noticed: `.* unread` in place of `/ },
  ],
  [
    'whose reader ignores what follows an address',
    { 'reader.js': replace('(?: (\\S+))?$/', '(?: (\\S+))?/') },
    { edits: /^not noticed: `set .* unread` in place of `set / },
  ],
  [
    'whose reader takes any list for its own',
    { 'reader.js': replace(/text === `list [^`]*`/, "text.startsWith('list ')") },
    { edits: /^not noticed: `list azure unread` in place of `list azure`/ },
  ],
  [
    'whose reader throws for what a text says',
    { 'reader.js': replace("return 'is not a CIDR'", "throw new TypeError('no')") },
    { edits: /^a file that was edited makes the reader fail: the reader of small failed: TypeError/ },
  ],
  [
    'whose option may hold a line break',
    { 'vendor.json': replace('^[a-z]{1,20}$', '^[\\\\s\\\\S]{1,20}$') },
    { hostile: /^option "list" may be "\\n" .*: the file is not proved then: / },
  ],
  [
    'whose reader throws for what a name says',
    { 'reader.js': replace('if (broken) return broken', "if (text.includes(' toString')) throw new TypeError('no')") },
    { hostile: /^the name of a rule may be "toString": the reader of small failed: TypeError: no \(/ },
  ],
])('a vendor %s', findsWhatIsBroken)
