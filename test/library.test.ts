import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import ts from 'typescript-api'
import { describe, expect, test } from 'vitest'
import { DOCUMENTS, HAS_DOCUMENTS, ROOT, WITHOUT_DOCUMENTS } from './fixtures.ts'
import { schemaFile, schemaOf, shapesByKey } from './json-schema.ts'

// The package as a library: `src/index.ts` is its whole surface.

const entry = join(ROOT, 'dist/index.d.ts')
const config = ts.getParsedCommandLineOfConfigFile(join(ROOT, 'examples/tsconfig.json'), undefined, {
  ...ts.sys,
  onUnRecoverableConfigFileDiagnostic: (problem) => expect(problem.messageText).toBe(''),
}) as ts.ParsedCommandLine
const outputs = join(ROOT, 'dist/commands/json-outputs.d.ts')
// One program for all, because the types of Node take long to read.
const program = ts.createProgram([entry, outputs, ...config.fileNames], config.options)

test('the public surface changes only on purpose', async () => {
  const { checker, symbols } = exportsOf(entry)
  const flags =
    ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias | ts.TypeFormatFlags.WriteArrowStyleSignature
  const lines = symbols.flatMap((exported): string[] => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
    const isValue = (symbol.flags & ts.SymbolFlags.Value) !== 0
    const type = isValue ? checker.getTypeOfSymbol(symbol) : checker.getDeclaredTypeOfSymbol(symbol)
    const isClass = (symbol.flags & ts.SymbolFlags.Class) !== 0
    const declared = isClass ? checker.getDeclaredTypeOfSymbol(symbol) : type
    const isObject = isClass || (symbol.flags & ts.SymbolFlags.Interface) !== 0
    const members = isObject
      ? checker
          .getPropertiesOfType(declared)
          .filter((member) => !/^(?:__|#)/.test(member.name) && !isPrivate(member) && !isOfNode(member))
          .map(
            (member) => `  ${member.name}: ${checker.typeToString(checker.getTypeOfSymbol(member), undefined, flags)}`,
          )
      : []
    const kind = isClass ? 'class' : isValue ? 'value' : 'type'
    const shown = isObject ? '' : `: ${checker.typeToString(type, undefined, flags)}`
    return [`${kind} ${exported.name}${shown}`, ...members.sort()]
  })
  const text = lines
    .join('\n')
    .replaceAll(/import\("[^"]*"\)\./g, '')
    // TypeScript orders the members of a union by when it first saw each.
    .replaceAll(/"[^"]*"(?: \| "[^"]*")+/g, (union) => union.split(' | ').sort().join(' | '))
  await expect(`${text}\n`).toMatchFileSnapshot(join(import.meta.dirname, 'expected/library.txt'))
})

const exportsOf = (file: string) => {
  const checker = program.getTypeChecker()
  const module = checker.getSymbolAtLocation(program.getSourceFile(file) as ts.SourceFile) as ts.Symbol
  return { checker, symbols: checker.getExportsOfModule(module) }
}

describe('what commands print with --json', () => {
  const { checker, symbols } = exportsOf(outputs)
  const type = checker.getDeclaredTypeOfSymbol(symbols.find(({ name }) => name === 'JsonOutputs') as ts.Symbol)
  const schemas = new Map(
    checker
      .getPropertiesOfType(type)
      .map((one) => [one.name, schemaOf(checker.getTypeOfSymbol(one), checker)] as const),
  )

  test.for([...schemas])('docs/schemas has the schema of %s', async ([name, schema]) => {
    const file = join(ROOT, 'docs/schemas', `${name}.json`)
    await expect(schemaFile(name, schema)).toMatchFileSnapshot(file)
  })

  test('docs/schemas has no others', () => {
    expect(readdirSync(join(ROOT, 'docs/schemas')).sort()).toEqual(
      [...schemas.keys()].map((name) => `${name}.json`).sort(),
    )
  })

  test('a key has one shape in all commands; a list of names is a list of entries only where a command lists these', () => {
    const lists = [...schemas].filter(([name]) => name.startsWith('list-'))
    const entries = shapesByKey(
      lists.map(([, { properties = {}, ...schema }]) => ({ ...schema, properties: pick(properties, LISTED) })),
      DATA,
    )
    const several = [...shapesByKey([...schemas.values()], DATA)].filter(([key, shapes]) => {
      const others = [...shapes].filter((shape) => !LISTED.includes(key) || !entries.get(key)?.has(shape))
      return others.length > 1 || (shapes.size > 1 && others.some((shape) => shape !== '[string]'))
    })
    expect(several.map(([key, shapes]) => [key, ...shapes])).toEqual([])
  })
})

/** The keys of data that is as it is elsewhere: facts of findings, a record of doctor, a manifest, values of options and items. */
const DATA = [
  'facts',
  'observations',
  'options',
  'limits',
  'models',
  'artefacts',
  'narrows',
  'vars',
  'settings',
  'was',
  'is',
]
/** The lists of `tagwall list`. */
const LISTED = ['rules', 'sites', 'tags', 'targets']

const pick = <Value>(all: Readonly<Record<string, Value>>, keys: readonly string[]) =>
  Object.fromEntries(Object.entries(all).filter(([key]) => keys.includes(key)))

const isPrivate = (symbol: ts.Symbol) =>
  symbol.declarations?.some(
    (node) => (ts.getCombinedModifierFlags(node as ts.Declaration) & ts.ModifierFlags.Private) !== 0,
  )
/** What every error has is no promise of ours. */
const isOfNode = (symbol: ts.Symbol) =>
  symbol.declarations?.every((node) => /node_modules/.test(node.getSourceFile().fileName)) ?? false

test('the example of the README is type-checked', () => {
  expect(config.fileNames.map((file) => basename(file))).toEqual(['library.mjs'])
  const problems = ts.getPreEmitDiagnostics(program)
  expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])
})

test.skipIf(!HAS_DOCUMENTS)(
  `and it runs${HAS_DOCUMENTS ? '' : ` (skipped: ${WITHOUT_DOCUMENTS})`}`,
  { timeout: 60_000 },
  () => {
    const file = join(DOCUMENTS, 'ServiceTags_Public_20251110.json')
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'examples/library.mjs'), file], {
      encoding: 'utf8',
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toBe(OUTPUT)
  },
)

const OUTPUT = `376 prefixes, 2417851639229258349500802 addresses; the first: 4.150.240.0/23 4.232.96.0/23 4.232.107.192/26
rules/edge.cfg: 383 lines
edge is proved: 1 rules, 376 prefixes
edge opens { first: 8443, last: 8443 }
rules/edge.delta.cfg: 5 lines
audit: 0 findings
`
