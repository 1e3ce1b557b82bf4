import { manifestSchema } from '../../src/model/manifest-schema.ts'
import type { NameForm, Vendor } from '../../src/model/vendor.ts'

/** A form of names that takes everything, but for what `more` says. */
export const nameForm = (more: Partial<NameForm> = {}): NameForm => ({
  when: {},
  max: 255,
  pattern: '',
  shorten: false,
  reserved: {},
  prefix: '',
  replace: {},
  lower: false,
  ...more,
})
const ANY = nameForm()

/** A vendor that holds everything, but for what `more` says. */
export const vendorOf = (more: Partial<Vendor> = {}): Vendor => ({
  name: 'acme',
  folder: 'acme',
  templates: new Map(),
  title: 'A firewall',
  kind: 'other',
  options: {},
  families: [],
  carries: manifestSchema.shape.carries.parse(undefined),
  setBySet: [],
  listPerDirection: [],
  words: { ipv4: 'v4', ipv6: 'v6' },
  split: [{ when: {}, by: 'none' }],
  names: {
    rule: [ANY],
    set: [ANY],
    service: [ANY],
    object: { prefix: undefined, replace: { '/': '-', ':': '-', '.': '-' } },
  },
  priority: [],
  closing: [],
  groups: undefined,
  limits: {},
  models: {},
  lines: {},
  items: [],
  order: 'each',
  deltas: [],
  cleanup: [],
  init: { ask: [], extension: '' },
  recognise: [],
  unaudited: [],
  narrows: {},
  runbook: { prepare: [], load: [], print: [], confirm: [], abort: [], audit: {} },
  artefacts: [],
  ...more,
})
