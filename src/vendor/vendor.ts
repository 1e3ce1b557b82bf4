import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'
import { UserErrors } from '../errors.ts'
import { FILE_GAPS, GAPS, gapsIn, loadsFile } from '../model/artefact.ts'
import { commandTemplates, isTemplate, linesIn, type MadeItem } from '../model/made-item.ts'
import { manifestSchema } from '../model/manifest-schema.ts'
import { applies, choicesOf, conditionText, type OptionValue, type OptionValues } from '../model/option.ts'
import { limitOf, type Option, type OptionText, type Vendor } from '../model/vendor.ts'
import { isLasting, LOAD_KINDS, NAME_KINDS } from '../model/vendor-words.ts'
import { problemsIn } from '../parse/schema.ts'
import { didYouMean, meantOrHas } from '../text/nearest.ts'
import { placeOf, readManifest } from './manifest-file.ts'
import { preparedVendor } from './prepared.ts'
import { readTemplates, templateOf } from './templates.ts'

export { listVendors } from './manifest-file.ts'

/** Reads a vendor. `at` names the caller in errors. Throws `UserError` if the vendor does not exist or is invalid. */
export function readVendor(name: string, directories: readonly string[], at = ''): Vendor {
  const place = placeOf(name, directories, at)
  const { folder, earlier } = place
  const prepared = preparedVendor(folder)
  if (prepared) return { ...prepared.manifest, name, folder, templates: prepared.templates, readers: prepared.readers }
  const file = join(folder, 'vendor.json')
  const read = readManifest(place)
  const base = read.base === undefined ? undefined : readVendor(read.base, earlier)
  const parsed = manifestSchema.safeParse(read.manifest)
  if (!parsed.success)
    throw new UserErrors(`${file} is not a valid vendor manifest`, problemsIn(parsed.error, [], read.lineOf))
  const vendor: Vendor = {
    ...parsed.data,
    name,
    folder,
    base,
    templates: new Map([
      ...(base?.templates ?? []),
      ...[...linesIn(parsed.data), ...readTemplates(folder)].map(([file, text]) => [file, templateOf(text)] as const),
    ]),
  }
  const problems = [...problemsOf(vendor)]
  if (problems.length > 0) throw new UserErrors(`${file} is not a valid vendor manifest`, problems)
  return vendor
}

/**
 * The value of every option of `vendor`: as given, or its default. Text is parsed as the option's type, so `--set` and
 * policy files are checked alike. Throws `UserErrors` that begin with `at`.
 */
export function resolveOptions(vendor: Vendor, given: Readonly<Record<string, unknown>>, at: string): OptionValues {
  const names = Object.keys(vendor.options)
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(vendor.options, name))
  // A target or vendor in front of the option is a habit from other tools.
  const problems = unknown.map(
    (name) => `${vendor.name} has no option "${name}"${meantOrHas(name.replace(/^.*\./, ''), names)}`,
  )
  const values = Object.entries(vendor.options).map(([name, option]) => {
    // The default was checked with the manifest.
    if (!Object.hasOwn(given, name)) return [name, option.default]
    const parsed = valueSchema(option).safeParse(given[name])
    if (!parsed.success) problems.push(`option "${name}" of ${vendor.name}: ${parsed.error.issues[0]?.message}`)
    return [name, parsed.data ?? option.default]
  })
  const options: OptionValues = Object.fromEntries(values)
  if (problems.length === 0) problems.push(...withoutEffect(vendor, given, options))
  if (problems.length > 0) throw new UserErrors(at, problems)
  return withinGroups(vendor, given, options)
}

/** Options that were set, but have no effect under the others. */
function withoutEffect(
  { name: vendor, options }: Vendor,
  given: Readonly<Record<string, unknown>>,
  values: OptionValues,
): string[] {
  return Object.entries(options)
    .filter(([name, option]) => Object.hasOwn(given, name) && !isDeepStrictEqual(values[name], option.default))
    .flatMap(([name, { when }]) => {
      const unmet = Object.entries(when).filter(([other, value]) => !applies({ [other]: value }, values))
      if (unmet.length === 0) return []
      const actual = unmet.map(([other]) => `${other} is ${values[other]}`).join(' and ')
      const needed = conditionText(Object.fromEntries(unmet))
      return [`option "${name}" of ${vendor} has no effect: it needs ${needed}, but ${actual}`]
    })
}

/** By default, groups leave a fifth of the device's limit free, because a delta adds members before it removes any. */
function withinGroups(vendor: Vendor, given: Readonly<Record<string, unknown>>, options: OptionValues): OptionValues {
  const name = vendor.groups?.members
  if (name === undefined || Object.hasOwn(given, name)) return options
  const max = limitOf(vendor, 'groupMembers', options)?.max ?? Number.POSITIVE_INFINITY
  return { ...options, [name]: Math.min(options[name] as number, Math.max(2, Math.floor((4 * max) / 5))) }
}

function valueSchema(option: Option): z.ZodType<string | number | boolean | string[]> {
  switch (option.type) {
    case 'string':
      return textSchema(option, 'expected text')
    case 'list':
      return z.preprocess(
        (value) => (typeof value === 'string' ? value.split(',') : value),
        z
          .array(textSchema(option), 'expected a list of texts')
          .min(option.min, { error: `expected at least ${option.min}` })
          .refine((list) => list.length === 1 || !list.some((value) => option.exclusive?.includes(value)), {
            error: ({ input }) => {
              const all = (input as string[]).find((value) => option.exclusive?.includes(value))
              return `"${all}" stands for every value, so it must be the only one`
            },
          })
          .readonly(),
      ) as unknown as z.ZodType<string[]>
    case 'integer': {
      const error = `expected a whole number from ${option.min} to ${option.max}`
      return z.preprocess(
        (value) => (typeof value === 'string' && /^-?\d{1,12}$/.test(value) ? Number(value) : value),
        z.int({ error }).min(option.min, { error }).max(option.max, { error }),
      )
    }
    case 'boolean':
      return z.preprocess(
        (value) => (value === 'true' ? true : value === 'false' ? false : value),
        z.boolean('expected true or false'),
      )
    case 'choice': {
      const names = Object.keys(option.choices)
      return z.string().refine((value) => names.includes(value), {
        error: ({ input }) =>
          `${JSON.stringify(input)} is not one of ${names.join(', ')}${didYouMean(String(input), names)}`,
      })
    }
  }
}

/** A text that matches the pattern of an option. */
const textSchema = ({ pattern, expects }: OptionText, notText?: string) =>
  z.string(notText).regex(new RegExp(pattern, 'u'), {
    error: ({ input }) =>
      `${JSON.stringify(input)} ${expects === undefined ? `does not match ${pattern}` : `is invalid; expected ${expects}`}`,
  })

/** Problems that the schema cannot find, such as references to undeclared options. */
function* problemsOf(vendor: Vendor): Generator<string> {
  if (vendor.deltas.length + vendor.cleanup.length > 0 && vendor.recognise.length === 0)
    yield 'has deltas or cleanup files, but no "recognise": patterns by which outdated ones are told from files that somebody else wrote'
  yield* undeclaredOptions(vendor)
  yield* runbookSlips(vendor)
  yield* unloadedFiles(vendor)
  yield* valueSlips(vendor)
  yield* fileSlips(vendor)
}

function* undeclaredOptions(vendor: Vendor): Generator<string> {
  const { options, names, init, runbook } = vendor
  const conditions = conditionsOf(vendor).map(([name]) => name)
  const others = [names.object.prefix, ...init.ask, ...Object.values(runbook.audit)]
  for (const name of [...conditions, ...numberOptions(vendor), ...others]) {
    if (name !== undefined && !Object.hasOwn(options, name))
      yield `uses an undeclared option "${name}"${didYouMean(name, Object.keys(options))}`
  }
}

/** The files of templates that a manifest names, each once. */
export function templatesIn(vendor: Vendor): ReadonlySet<string> {
  const { items, artefacts, deltas, cleanup } = vendor
  const ofFiles = [...artefacts, ...deltas, ...cleanup].flatMap(({ template = [] }) => template)
  const lists = items.flatMap(({ members }) => (members && 'list' in members ? members.list : []))
  return new Set([...ofFiles, ...[...lists, ...commandTemplates(vendor)].filter(isTemplate)])
}

/** Every condition of a manifest, as pairs of an option and its value. */
function conditionsOf(vendor: Vendor): [option: string, value: OptionValue][] {
  const { options, split, items, artefacts, deltas, cleanup, closing, limits, priority, names, carries, families } =
    vendor
  const conditioned = [
    ...[...NAME_KINDS.flatMap((kind) => names[kind]), ...priority, ...carries, ...families, ...split],
    ...[...items, ...artefacts, ...deltas, ...cleanup, ...closing, ...stepsOf(vendor)],
    ...[...Object.values(limits).flatMap((limit) => [limit, ...limit.cases]), ...Object.values(options)],
  ]
  const whens = conditioned.map(({ when }) => when)
  return [...whens, ...vendor.setBySet, ...vendor.listPerDirection].flatMap(Object.entries)
}

/** The sections of a runbook whose steps are about no file. */
const SECTIONS = ['prepare', 'print', 'confirm', 'abort'] as const

const stepsOf = ({ runbook }: Vendor) => [...runbook.load, ...SECTIONS.flatMap((section) => runbook[section])]

/** The options that a manifest uses as whole numbers. */
const numberOptions = ({ priority, groups }: Vendor): string[] =>
  [...priority.map(({ ipv6Offset }) => ipv6Offset), groups?.members].filter((name) => name !== undefined)

function* runbookSlips(vendor: Vendor): Generator<string> {
  const { options, runbook, narrows } = vendor
  for (const section of ['load', ...SECTIONS] as const) {
    for (const gap of runbook[section].flatMap(({ say, run }) => [say, ...run].flatMap(gapsIn))) {
      if (!GAPS.includes(gap) && !Object.hasOwn(options, gap))
        yield `has a runbook with an unknown placeholder "{${gap}}"${didYouMean(gap, [...GAPS, ...Object.keys(options)])}`
      else if (FILE_GAPS.includes(gap) && section !== 'load')
        yield `has a runbook with the placeholder "{${gap}}" in "${section}", whose steps have no file; only steps of "load" have it`
    }
  }
  for (const key of Object.keys(runbook.audit)) {
    if (!Object.hasOwn(narrows, key))
      yield `has a runbook whose audit narrows to an undeclared "${key}"${didYouMean(key, Object.keys(narrows))}`
  }
}

function* unloadedFiles({ runbook, artefacts, deltas, cleanup }: Vendor): Generator<string> {
  const files = { full: artefacts, delta: deltas, cleanup }
  for (const kind of runbook.load.length > 0 ? LOAD_KINDS : []) {
    for (const file of files[kind]) {
      if (!runbook.load.some((step) => loadsFile(step, kind, file)))
        yield `has a runbook that does not say how to load the ${kind} file "${file.part}"`
    }
  }
}

function* valueSlips(vendor: Vendor): Generator<string> {
  const { options } = vendor
  // A condition that never matches would silently omit a file.
  for (const [name, value] of conditionsOf(vendor)) {
    const option = options[name]
    if (option && choicesOf(value).some((one) => valueSchema(option).safeParse(one).data !== one))
      yield `has a condition on "${name}" that never holds: ${JSON.stringify(value)}`
  }
  for (const name of numberOptions(vendor)) {
    if (options[name] && options[name].type !== 'integer')
      yield `uses option "${name}" as a whole number, but it is not an integer`
  }
  for (const [name, option] of Object.entries(options)) {
    if (!valueSchema(option).safeParse(option.default).success)
      yield `the default of option "${name}" is not one of its values`
  }
}

function* fileSlips(vendor: Vendor): Generator<string> {
  const { items, artefacts, deltas, limits, models, templates } = vendor
  for (const template of templatesIn(vendor)) {
    if (!templates.has(template)) yield `uses a missing template ${template}${didYouMean(template, templates.keys())}`
  }
  for (const { part, template, begin, end } of deltas) {
    if (items.length === 0) yield `has a delta "${part}", but no "items" from which it comes`
    if (template !== undefined && (begin ?? end) !== undefined)
      yield `has a delta "${part}" with a template, so it cannot have "begin" or "end": these stand around derived commands`
  }
  for (const item of items) yield* itemSlips(item, vendor)
  for (const { part, parts, each } of artefacts) {
    if (parts && each) yield `makes one file for each set of "${part}", so it cannot also split that file into parts`
    if (parts && !limits.bytes && !limits.requestEntries)
      yield `splits "${part}" into parts, but has no limit "bytes" or "requestEntries" for their size`
  }
  if (limits.requestEntries && !artefacts.some(({ entry }) => entry !== undefined))
    yield 'has a limit "requestEntries", but no artefact says which lines are entries ("entry")'
  for (const [model, { limits: own }] of Object.entries(models)) {
    for (const name of Object.keys(own)) {
      if (!Object.hasOwn(limits, name))
        yield `has a limit "${name}" in the model ${model} but not for the vendor itself${didYouMean(name, Object.keys(limits))}`
    }
  }
}

function* itemSlips(
  { each, gone, place, members, part, gonePart }: MadeItem,
  { deltas, cleanup }: Vendor,
): Generator<string> {
  if (place !== undefined && each !== 'rules') yield `places ${each} in "items", but only rules have a place`
  if (isLasting(each) && gone !== undefined) yield `has "gone" for ${each} of "items", but a device always has that`
  const isDerived = [...deltas, ...cleanup].some(({ template }) => template === undefined)
  const isTaken = members !== undefined && 'list' in members && members.take !== undefined
  const goes = gone !== undefined || isLasting(each) || isTaken || !isDerived
  if (each === 'entries' ? !members || 'list' in members : !goes)
    yield `does not say how ${each} of "items" go: expected "${each === 'entries' ? 'members' : 'gone'}"${each === 'entries' ? ' with "line"' : ''}`
  if (members && 'apart' in members && members.apart && each !== 'sets' && each !== 'wholeSets')
    yield `keeps members of ${each} "apart" in "items", but only sets have prefixes that overlap`
  const parts = deltas.filter(({ template }) => template === undefined).map((delta) => delta.part)
  for (const name of [part, gonePart]) {
    if (name !== undefined && !parts.includes(name))
      yield `has items of the part "${name}", but no delta without a template has it${didYouMean(name, parts)}`
  }
}
