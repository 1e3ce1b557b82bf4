import { spawnSync } from 'node:child_process'
import { basename, join } from 'node:path'
import ts from 'typescript-api'
import { expect, test } from 'vitest'
import { DOCUMENTS, HAS_DOCUMENTS, ROOT, WITHOUT_DOCUMENTS } from './fixtures.ts'

// The package as a library: `src/index.ts` is its whole surface.

const entry = join(ROOT, 'dist/index.d.ts')
const config = ts.getParsedCommandLineOfConfigFile(join(ROOT, 'examples/tsconfig.json'), undefined, {
  ...ts.sys,
  onUnRecoverableConfigFileDiagnostic: (problem) => expect(problem.messageText).toBe(''),
}) as ts.ParsedCommandLine
// One program for both, because the types of Node take long to read.
const program = ts.createProgram([entry, ...config.fileNames], config.options)

test('the public surface changes only on purpose', async () => {
  const checker = program.getTypeChecker()
  const module = checker.getSymbolAtLocation(program.getSourceFile(entry) as ts.SourceFile) as ts.Symbol
  const flags =
    ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias | ts.TypeFormatFlags.WriteArrowStyleSignature
  const lines = checker.getExportsOfModule(module).flatMap((exported): string[] => {
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
