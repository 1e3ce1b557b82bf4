import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { formatPrefix } from '../../src/address/prefix.ts'
import { everything, type PrefixSet } from '../../src/address/prefix-set.ts'
import type { FoundRule, Reading } from '../../src/model/reading.ts'
import { formatPorts } from '../../src/model/traffic.ts'
import type { ReaderContext } from '../../src/vendor/kit/reader-api.ts'
import { singly } from '../audit/notation.ts'

/** A reading, a line a rule, list and note: `4 web: out allow tcp 443 192.0.2.0/24`, `7 nosuch: names a set that does not exist`. */
export function show({ rules, lists, notes }: Reading): string[] {
  return [
    ...singly(rules).map((rule) => `${rule.place.line} ${showRule(rule)}`),
    ...lists.map(({ part, addresses }) => `list ${part}: ${setText(addresses)}`),
    ...notes.map(
      ({ place, text, reason, isHarmless, isForeign }) =>
        `${place.line} ${text}: ${reason}${isHarmless ? ' (harmless)' : ''}${isForeign ? ' (foreign)' : ''}`,
    ),
  ]
}

/** `web: out allow tcp 443 192.0.2.0/24`. */
export function showRule({
  name,
  direction,
  action,
  protocol,
  ports,
  local,
  coverage,
  isPartByZone,
  remote,
}: FoundRule) {
  const numbers = ports.map(formatPorts).join()
  const sides = local && [...local.objects, ...(local.addresses.isEmpty ? [] : [setText(local.addresses)])].join()
  return [
    `${name}: ${direction === 'outbound' ? 'out' : 'in'} ${action} ${protocol}`,
    ...(numbers === '0-65535' ? [] : [numbers]),
    ...(isPartByZone ? ['part-by-interface'] : coverage === 'part' ? ['part'] : []),
    ...(local ? [`local ${sides}`] : []),
    setText(remote.addresses),
  ].join(' ')
}

export function setText(set: PrefixSet): string {
  if (set.equals(everything())) return 'any'
  if (set.equals(everything('ipv4'))) return 'any4'
  if (set.equals(everything('ipv6'))) return 'any6'
  return set.prefixes.map(formatPrefix).join()
}

/** Compares a page of entries with what is read from the line of each, as line N: the objects that all of them may name, `----`, and the entries. */
export async function expectEntries(
  file: string,
  [before, after]: readonly [string, string],
  read: (text: string) => Reading,
): Promise<void> {
  const [objects = '', ...rest] = readFileSync(file, 'utf8').split(/^----\n/m)
  const entries = rest
    .join('')
    .split('\n')
    .filter((line) => /^\S/.test(line))
  const number = `${objects}${before}`.split('\n').length
  const own = new RegExp(`^${number}(?=[ :])`)
  const readings = entries.map((entry) => {
    const found = show(read(`${objects}${before}${entry}${after}`)).filter((line) => own.test(line))
    return [entry, ...found.map((line) => `    ${line.replace(own, 'N')}`)].join('\n')
  })
  await expect(`${objects}----\n${readings.join('\n')}\n`).toMatchFileSnapshot(file)
}

/**
 * Compares a page of configurations with what is read from them: `==== NAME {SETTINGS}`, a configuration, `----` and its reading. Read it as you
 * would read code.
 */
export async function expectReadings(file: string, read: (text: string, settings: Settings) => Reading): Promise<void> {
  const blocks = readFileSync(file, 'utf8')
    .split(/^==== /m)
    .slice(1)
    .map((block) => {
      const [given = ''] = block.split('----\n')
      const [head = '', ...lines] = given.split('\n')
      const settings = JSON.parse(/\{.*\}$/.exec(head)?.[0] ?? '{}')
      return `==== ${given}----\n${show(read(lines.join('\n'), settings)).join('\n')}\n`
    })
  await expect(blocks.join('')).toMatchFileSnapshot(file)
}

interface Settings {
  readonly options?: Readonly<Record<string, unknown>>
  readonly narrow?: ReaderContext['narrow']
}
