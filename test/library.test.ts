import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { DOCUMENTS, HAS_DOCUMENTS, ROOT, WITHOUT_DOCUMENTS } from './fixtures.ts'

// The package as a library: `src/index.ts` is its whole surface.

test('the public surface changes only on purpose', async () => {
  const entry = join(ROOT, 'dist/index.d.ts')
  const program = ts.createProgram([entry], {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    types: ['node'],
  })
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

test('the example of the README is type-checked', { timeout: 120_000 }, () => {
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', join(ROOT, 'examples/tsconfig.json')],
    { encoding: 'utf8' },
  )
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
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

const OUTPUT = `Manage: 376 prefixes, 2417851639229258349500802 addresses
the first: 4.150.240.0/23 4.232.96.0/23 4.232.107.192/26
sets : 388 lines
rules ipv4: 9 lines
rules ipv6: 9 lines
hook : 24 lines
proved: 376 prefixes
`
