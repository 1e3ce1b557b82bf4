import { afterAll, describe, expect, test } from 'vitest'
import { device } from '../../vendors/paloalto/reader.ts'
import { shapeOf, someOf, someOfEach } from '../thorough.ts'
import { type Golden, harnessOf } from './harness.ts'

const { goldens, goldenOf, optionsOf, objectionsTo } = harnessOf('paloalto', device)

describe('a mutant of what tagwall writes', () => {
  let tried = 0
  afterAll(() => console.log(`paloalto: ${tried} mutants tried`))

  const all = goldens()
  const { ruleset } = all.find(({ title }) => title === 'sides {}') as Golden
  const settings = [{}, { protectedZone: 'trust', internetZone: 'untrust' }, { form: 'xml' }, { form: 'api' }]
  const sides = settings.map((one) => goldenOf(`sides ${JSON.stringify(one)}`, ruleset, optionsOf(one)))
  const chosen = [...all.filter(({ title }) => title.startsWith('several ')), ...sides]
  test.for(chosen.map((golden, turn) => [golden.title, golden, turn] as const))(
    'of %s is caught',
    ([title, golden, turn]) => {
      const survivors = golden.files.flatMap((file, index) =>
        someOf(
          someOfEach(
            mutantsOf(file.text).filter(({ text }) => text !== file.text),
            ({ kind, line }) => `${kind}: ${shapeOf(line)}`,
          ),
          3,
          turn,
        ).filter(({ text }) => {
          tried++
          return objectionsTo(golden, golden.files.with(index, { ...file, text })).length === 0
        }),
      )
      expect(
        survivors
          .filter(({ line, kind }) => !isHarmless(line, kind) && !(title.startsWith('sides ') && isDenied(line)))
          .map(({ kind, line }) => `${kind}: ${line.trim()}`),
      ).toEqual([])
    },
  )
})

interface Mutant {
  readonly kind: string
  /** The line that was changed. */
  readonly line: string
  readonly text: string
}

/** Addresses that the first rule denies, and that no other rule allows. */
const isDenied = (line: string) => /az-(?:198\.51\.100\.8_32|203\.0\.113\.64_27)/.test(line)

/** What cannot change which addresses and ports are allowed. */
function isHarmless(line: string, kind: string): boolean {
  const words = line.trim()
  return (
    // What a rule says of itself, and what happens to traffic that it has allowed.
    / (?:description|log-end|log-start|log-setting|profile-setting|tag)\b/.test(words) ||
    /^<\/?(?:description|log-end|log-start|log-setting|tag)\b/.test(words) ||
    // The last word of a request in JSON is that of a description.
    (kind === 'an unknown word' && words.endsWith('</description>"}')) ||
    // Comments in XML.
    /^(?:<!--|-->|Merging|load config|\/config\/|<\?xml)/.test(words) ||
    // A rule's own name.
    (kind === 'rename a group' && /^<entry name="[^"]*"> <from>$/.test(words)) ||
    // Setting a value, or a member of a list, twice.
    kind === 'twice' ||
    // On an empty device the rules stand in order already: full files move them for a device that has older ones.
    (/^(?:remove|comment out)$/.test(kind) && /^(?:move |\{"action": "move").* "?after"?/.test(words)) ||
    // The other rules overlap: what one loses, Registry's or Identity's still allows on tcp/443.
    (/^(?:remove|delete|narrow|comment out|rename a group)$/.test(kind) &&
      /(?:Identity|<member>|address |<entry name="az-).*198\.51\.100\.0_30/.test(words))
  )
}

/** Edits of one word: what, and with what. A kind is tried on every line where it changes something. */
const EDITS: readonly (readonly [kind: string, from: RegExp, to: string])[] = [
  ['widen', /(ip-netmask[ >].*)\/(\d+)/, '$1/8'],
  ['narrow', /(ip-netmask[ >].*)\/\d+/, '$1/32'],
  ['another address', /(ip-netmask[ >])[^<\s]+/, '$1100.64.0.0/10'],
  ['a domain name', /ip-netmask([ >].*?)(<\/ip-netmask>|$)/, 'fqdn$1$2'],
  ['rename a member', /(static |<member>)az-/, '$1bz-'],
  ['rename an object', /(address |name=")az-/, '$1bz-'],
  ['rename a group', /(address-group "?|<entry name=")(?=[A-Z])/, '$1X'],
  ['a dynamic group', /\bstatic\b/, 'dynamic'],
  ['swap', /\bsource\b/, 'destination'],
  ['swap', /\bdestination\b/, 'source'],
  ['swap', /( |<\/?)from\b/, '$1to'],
  ['swap', /( |<\/?)to\b(?= "|>)/, '$1from'],
  ['negate', /\b(source|destination) /, 'negate-$1 '],
  ['any address', /\b(source|destination) .*/, '$1 any'],
  ['any address', /<member>(?:Web to Storage|Identity|Registry|Probe)</, '<member>any<'],
  ['another group', /( destination | source |<member>)("?)(?:Web to Storage|Identity|Probe)\b/, '$1$2Registry'],
  ['any local address', /( source | destination |<member>)"?[\w-]*(?:-local|k8s-nodes)\b"?/, '$1any'],
  ['another local side', /("|<member>)Identity-local\b/, '$1Registry-local'],
  ['another object', /k8s-nodes/, 'k8s-masters'],
  ['another zone', /( from | to ).*/, '$1other'],
  ['another zone', /<member>(any|trust)</, '<member>other<'],
  ['another port', /( port |<port>)\d+/, '$11'],
  ['one port more', /( port |<port>)(.*?)(<|$)/, '$1$2,8443$3'],
  ['a range of ports', /( port |<port>)(\d+)/, '$11-$2'],
  ['source ports', /\bport\b(?=[ >])/, 'source-port'],
  ['another protocol', /( protocol |<\/?)tcp\b/, '$1udp'],
  ['another protocol', /( protocol |<\/?)udp\b/, '$1tcp'],
  ['rename a service', /(service |entry name=")(tcp|udp)/, '$1x$2'],
  ['any service', /( service )(?:tcp|udp).*|(<member>)(?:tcp|udp)-[^<]*/, '$1$2any'],
  ['the default service', /( service )(?:tcp|udp).*|(<member>)(?:tcp|udp)-[^<]*/, '$1$2application-default'],
  ['service-http', /( service )(?:tcp|udp).*|(<member>)(?:tcp|udp)-[^<]*/, '$1$2service-http'],
  ['an application', /( application )any|(<member>)any/, '$1$2ssl'],
  ['deny', /(action[ >])allow/, '$1deny'],
  ['allow', /(action[ >])deny/, '$1allow'],
  ['drop', /(action[ >])allow/, '$1drop'],
  ['no action', /(action[ >])allow/, '$1permit'],
  ['another place', /^(set|delete) (?:vsys \w+ |shared |device-group "?\w+"? )?/, '$1 device-group Elsewhere '],
  ['another place', /vsys\d|(entry name=")Branch/, '$1vsys9'],
  ['another place', /(<\/?)(shared|vsys)>/, '$1device-group>'],
  ['another rulebase', /\b(?:pre-|post-)?rulebase\b/, 'other-rulebase'],
  ['another rulebase', /\bpost-rulebase\b/, 'pre-rulebase'],
  ['other rules', /\bsecurity\b/, 'nat'],
  ['delete', /^set /, 'delete '],
  ['set', /^delete /, 'set '],
  ['another verb', /^set /, 'show '],
  ['an unknown word', /(\S+)$/, 'x$1'],
  ['an open quote', /"([^"]*)$/, '$1'],
  ['a list', /(static|source|destination|service) (\S+|".*")$/, '$1 [ $2 any ]'],
  ['another element', /<(\/?)(\w[\w-]*)/, '<$1x$2'],
  ['no name', /<entry name="[^"]*"/, '<entry'],
  ['host', /^(?=[\da-f.:]+\/)/, '1'],
  ['widen', /^([\da-f.:]+\/)\d+$/, '$18'],
  ['a range', /^([\da-f.:]+)\/(?!32$)\d+$/, '$1-$1'],
]

/** Lines to add behind a rule's action. */
const ADDED = [
  ...[
    'disabled yes',
    'negate-source yes',
    'negate-destination yes',
    'source-user bob',
    'category gambling',
    'schedule night',
  ],
  ...[
    'rule-type intrazone',
    'source-hip none',
    'target devices 0011',
    'destination any',
    'source any',
    'service any',
    'to other',
    'new yes',
  ],
]

const xmlOf = (field: string, value: string) =>
  `<${field}>${/^(?:to|so|se|de|ca)/.test(field) ? `<member>${value}</member>` : value}</${field}>`

function mutantsOf(text: string): Mutant[] {
  const lines = text.split('\n').slice(0, -1)
  const isXml = text.startsWith('<')
  const mutants = lines.flatMap((line, index): Mutant[] => {
    const label = /^ *<entry name="[^"]*">$/.test(line) ? `${line.trim()} ${lines[index + 1]?.trim()}` : line
    const withLines = (kind: string, ...put: string[]): Mutant => ({
      kind,
      line: label,
      text: [...lines.slice(0, index), ...put, ...lines.slice(index + 1), ''].join('\n'),
    })
    const edits = EDITS.filter(([, from]) => from.test(line)).map(([kind, from, to]) =>
      withLines(kind, line.replace(from, to)),
    )
    const next = lines[index + 1]
    const others = [
      withLines('remove'),
      withLines('twice', line, line),
      withLines('comment out', isXml ? `<!-- ${line.trim()} -->` : `# ${line}`),
      // Objects before what uses them, and clearing before filling; else the order of commands does not matter.
      ...(/^set .*\b(?:address|service) \S+ (?:ip-netmask|protocol)/.test(line)
        ? [{ kind: 'to the end', line, text: [...lines.toSpliced(index, 1), line, ''].join('\n') }]
        : []),
      ...(next?.startsWith(line.replace('delete ', 'set '))
        ? [{ kind: 'exchange lines', line, text: [...lines.toSpliced(index, 2, next, line), ''].join('\n') }]
        : []),
    ]
    const end = /( action )allow$|^( *<action>).*/.exec(line)
    const added = !end
      ? []
      : ADDED.map((words) => {
          const [field = '', ...value] = words.split(' ')
          return withLines(
            `add ${words}`,
            line,
            isXml ? xmlOf(field, value.join(' ')) : line.replace(/action allow$/, words),
          )
        })
    return [...edits, ...others, ...added]
  })
  const first = lines.findIndex((line) => / security rules | *<rules>/.test(line))
  const [, path = ''] = /^(?:set|delete) (.* rules )/.exec(lines[first] ?? '') ?? []
  const rules = (['allow', 'deny'] as const).flatMap((action) =>
    first < 0
      ? []
      : [
          {
            kind: `${action} before`,
            line: action,
            text: lines.toSpliced(first + (isXml ? 1 : 0), 0, ...ruleOf(action, path, isXml)).join('\n'),
          },
        ],
  )
  const cut = { kind: 'truncate', line: '', text: text.slice(0, text.length * 0.6) }
  return [...mutants, ...rules, cut]
}

function ruleOf(action: string, path: string, isXml: boolean): string[] {
  const fields = ['from', 'to', 'source', 'destination', 'application', 'service'] as const
  if (!isXml)
    return [...fields.map((field) => `set ${path}${action} ${field} any`), `set ${path}${action} action ${action}`]
  return [
    `<entry name="${action}">`,
    ...fields.map((field) => `<${field}><member>any</member></${field}>`),
    `<action>${action}</action></entry>`,
  ]
}
