import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../src/model/limits.ts'
import { contentsOf, DOCUMENT, folderWith, tagwall } from './harness.ts'

// Each of these gives one clear message, exit code 2, and leaves every file as it was.

const GOOD = DOCUMENT
const NAME = 'ServiceTags_Public_20251110.json'

const POLICY = `rules:
  - { name: Login, tags: [AzureActiveDirectory], direction: outbound, ports: [443], priority: 150 }
targets:
  - { name: plain, vendor: list, out: rules/plain.txt }
`

/** A folder in which the good document was imported and built, so that there is something to lose. */
async function established(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = folderWith({ 'tagwall.yaml': POLICY, [NAME]: GOOD })
  expect(await tagwall(folder, ['update', '--from', NAME])).toMatchObject({ code: 0 })
  for (const [name, text] of Object.entries(files)) {
    const { writeFileSync } = await import('node:fs')
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

async function refuses(folder: string, argv: readonly string[], message: string, options = {}) {
  const before = contentsOf(folder)
  const { code, out, err } = await tagwall(folder, argv, options)
  expect({ code, out, err }).toEqual({ code: 2, out: '', err: message })
  expect(contentsOf(folder)).toEqual(before)
}

const edit = (from: string | RegExp, to: string) => {
  const text = GOOD.replace(from, to)
  if (text === GOOD) throw new Error(`nothing to edit: ${from}`)
  return text
}

const INVALID = 'tagwall: new.json: tags that the policy uses are invalid: '
const UNFIT = 'tagwall: the rules do not fit their targets, so nothing is written: target "t"'
const ADDRESSES = 'values[0].properties.addressPrefixes'

describe('a document', () => {
  test.for<[name: string, text: string, message: string]>([
    [
      'not JSON',
      'hello',
      'tagwall: new.json is not JSON (Unexpected token \'h\', "hello" is not valid JSON); expected the document as Microsoft publishes it, such as ServiceTags_Public_20251110.json\n',
    ],
    [
      'a snapshot',
      '{"format":"tagwall-snapshot-1"}',
      'tagwall: new.json is a snapshot, which has only the tags in use; expected the document as Microsoft publishes it\n',
    ],
    ['a lock', '{"lock":1}', 'tagwall: new.json is a lock; expected the document as Microsoft publishes it\n'],
    ['a policy', '{"rules":[]}', 'tagwall: new.json is a policy; expected the document as Microsoft publishes it\n'],
    ['nothing', ' \n', 'tagwall: new.json is empty\n'],
    ['truncated', GOOD.slice(0, 300), 'tagwall: new.json is truncated: the JSON ends after 300 bytes; get it again\n'],
    [
      'a web page',
      '<!doctype html><title>Download</title>',
      'tagwall: new.json is a web page ("Download"), not JSON; download the file that the page links to\n',
    ],
    [
      'another cloud',
      edit('"Public"', '"AzureGovernment"'),
      'tagwall: new.json is a document of the cloud "AzureGovernment"; expected Public; to use this document, add --cloud usgov\n',
    ],
    [
      'a missing tag',
      edit('"name": "AzureActiveDirectory"', '"name": "AzureActiveDirectoryB2C"'),
      'tagwall: new.json is refused; nothing was written: the document no longer has AzureActiveDirectory, which the snapshot of 2025-11-10 has. The rules for it would be lost; to accept it for this run, add --accept vanished\n',
    ],
    [
      'an empty tag',
      edit(/\["20.40.2.0\/26".*\]/, '[]'),
      'tagwall: new.json is refused; nothing was written: tag "AzureActiveDirectory" lost 192 of its 192 IPv4 addresses, and 1.20e24 of its 1.20e24 IPv6 addresses. A loss above 25% can mean a damaged document; to accept it for this run, add --accept shrink\n',
    ],
    [
      'host bits',
      edit('20.40.2.0/26', '20.40.2.1/26'),
      `${INVALID}${ADDRESSES}[0]: "20.40.2.1/26" has host bits set: the prefix is 20.40.2.0/26 (tag "AzureActiveDirectory")\n`,
    ],
    [
      'a bad length',
      edit('20.40.2.0/26', '20.40.2.0/33'),
      `${INVALID}${ADDRESSES}[0]: "20.40.2.0/33" has an invalid length; expected 0 to 32, without leading zeros (tag "AzureActiveDirectory")\n`,
    ],
    [
      'a zone',
      edit('2603:db8::/48', 'fe80::%eth0/64'),
      `${INVALID}${ADDRESSES}[2]: "fe80::%eth0/64" has an IPv6 zone, which is invalid here (tag "AzureActiveDirectory")\n`,
    ],
    [
      'text for a prefix',
      edit('20.40.2.0/26', 'any'),
      `${INVALID}${ADDRESSES}[0]: "any" is not a CIDR: the /length is missing (tag "AzureActiveDirectory")\n`,
    ],
    [
      'a tag twice',
      edit('"name": "AzureResourceManager"', '"name": "AzureActiveDirectory"'),
      `${INVALID}values[1]: duplicate tag "AzureActiveDirectory"; the first is values[0]\n`,
    ],
  ])('is refused: %s', async ([, text, message]) => {
    await refuses(await established({ 'new.json': text }), ['update', '--from', 'new.json'], message)
  })

  test('is refused with every problem at once', async () => {
    const text = edit('"20.40.2.0/26", "20.40.2.128/25"', '"20.40.2.0/26 ", "1.2.3/24", 7')
    await refuses(
      await established({ 'new.json': text }),
      ['fetch', '--from', 'new.json'],
      `tagwall: new.json: tags that the policy uses are invalid:
  ${ADDRESSES}[0]: "20.40.2.0/26 " has an invalid length; expected 0 to 32, without leading zeros (tag "AzureActiveDirectory")
  ${ADDRESSES}[1]: "1.2.3/24" is not an IPv4 or IPv6 prefix (tag "AzureActiveDirectory")
  ${ADDRESSES}[2]: expected text, not 7 (tag "AzureActiveDirectory")
`,
    )
  })
})

describe('a policy', () => {
  const rule = (text: string) => `rules:\n  - { ${text} }\ntargets:\n  - { name: t, vendor: fortigate, out: t.conf }\n`
  const named = (name: string) =>
    rule(`name: ${name}, tags: [AzureActiveDirectory], direction: outbound, ports: [443], priority: 150`)
  const target = (text: string) => POLICY.replace(/ {2}- \{ name: plain.*\}/, text)
  test.for<[name: string, text: string, message: string]>([
    [
      'a document',
      '{"changeNumber":7,"cloud":"Public","values":[]}',
      'tagwall: tagwall.yaml is a document of service tags, not a policy; give it with --from, or with --snapshot where a command has that\n',
    ],
    [
      'a list of names as sites',
      `${POLICY}sites:\n  - berlin\n`,
      'tagwall: tagwall.yaml is not a valid policy: tagwall.yaml:6:5: "sites": expected a site with its name; write "- name: berlin"\n',
    ],
    [
      'an unknown limit',
      target('  - { name: t, vendor: list, out: t.txt, limits: { addresses: 1 } }'),
      `tagwall: tagwall.yaml is not a valid policy: tagwall.yaml:4:52: unknown key "addresses"; expected ${LIMITS.join(', ')}\n`,
    ],
    [
      'an unknown key',
      POLICY.replace('ports:', 'port:'),
      'tagwall: tagwall.yaml is not a valid policy:\n  tagwall.yaml:2:71: unknown key "port"; did you mean "ports"?\n  tagwall.yaml:2:5: "ports": expected at least one port such as 443; only icmp and any have none\n',
    ],
    [
      'an unknown vendor',
      target('  - { name: t, vendor: fortygate, out: t }'),
      'tagwall: tagwall.yaml:4:5: unknown vendor "fortygate"; did you mean "fortigate"?\n',
    ],
    [
      'an unknown option',
      target('  - { name: t, vendor: fortigate, out: t, options: { vdm: root } }'),
      'tagwall: tagwall.yaml:4:5: fortigate has no option "vdm"; did you mean "vdom"?\n',
    ],
    [
      'an option of another type',
      target('  - { name: t, vendor: fortigate, out: t, options: { groupMembers: many } }'),
      'tagwall: tagwall.yaml:4:5: option "groupMembers" of fortigate: expected a whole number from 2 to 65535\n',
    ],
    [
      'an unknown model',
      target('  - { name: t, vendor: fortigate, out: t, model: lowend }'),
      'tagwall: tagwall.yaml:4:5: fortigate has no model "lowend"; did you mean "low-end"?\n',
    ],
    [
      'a model of a vendor that has none',
      target('  - { name: t, vendor: json, out: t, model: x }'),
      'tagwall: tagwall.yaml:4:5: json has no model "x"; it has none\n',
    ],
    [
      'a limit that the vendor does not count',
      target('  - { name: t, vendor: nsg, out: t, limits: { objects: 5 } }'),
      'tagwall: tagwall.yaml:4:5: nsg has no limit "objects"; it has rules, requestEntries, objectBytes, prefixesPerSide, bytes\n',
    ],
    [
      'an unknown limit',
      target('  - { name: t, vendor: nsg, out: t, limits: { rulez: 5 } }'),
      'tagwall: tagwall.yaml is not a valid policy: tagwall.yaml:4:47: unknown key "rulez"; did you mean "rules"?\n',
    ],
    [
      'a limit of nothing',
      target('  - { name: t, vendor: nsg, out: t, limits: { rules: 0 } }'),
      'tagwall: tagwall.yaml is not a valid policy: tagwall.yaml:4:47: "rules": expected a whole number of at least 1\n',
    ],
    [
      'a limit of what is not made',
      target('  - { name: t, vendor: paloalto, out: t, limits: { bytes: 500 } }'),
      'tagwall: tagwall.yaml:4:5: limit "bytes" of paloalto has no effect: it needs form=xml\n',
    ],
    [
      'a limit of what lists do not have',
      target(
        '  - { name: t, vendor: paloalto, out: t, options: { form: edl }, limits: { groups: 5, objects: 5, totalLines: 9 } }',
      ),
      'tagwall: tagwall.yaml:4:5:\n  limit "groups" of paloalto has no effect: these options do not use it\n  limit "objects" of paloalto has no effect: these options do not use it\n',
    ],
    [
      'options of another scope',
      target(
        '  - { name: t, vendor: paloalto, out: t, options: { scope: shared, vsys: vsys2, deviceGroup: Branch, rulebase: post } }',
      ),
      'tagwall: tagwall.yaml:4:5:\n  option "vsys" of paloalto has no effect: it needs scope=vsys, but scope is shared\n  option "deviceGroup" of paloalto has no effect: it needs scope=device-group, but scope is shared\n',
    ],
    [
      'a rulebase of a firewall',
      target('  - { name: t, vendor: paloalto, out: t, options: { rulebase: post } }'),
      'tagwall: tagwall.yaml:4:5: option "rulebase" of paloalto has no effect: it needs scope=shared or scope=device-group, but scope is vsys\n',
    ],
    [
      'any beside other interfaces',
      target('  - { name: t, vendor: fortigate, out: t, options: { srcintf: [any, port1] } }'),
      'tagwall: tagwall.yaml:4:5: option "srcintf" of fortigate: "any" stands for every value, so it must be the only one\n',
    ],
    [
      'any beside other zones',
      target('  - { name: t, vendor: paloalto, out: t, options: { internetZone: "untrust,any" } }'),
      'tagwall: tagwall.yaml:4:5: option "internetZone" of paloalto: "any" stands for every value, so it must be the only one\n',
    ],
    [
      'a name that means every address to the device',
      named('any').replace('vendor: fortigate', 'vendor: paloalto'),
      `${UNFIT}: the rule name "any" is invalid there: as the name of a set, "any", it means every address to PAN-OS. Rename the rule\n`,
    ],
    [
      'two targets with the same fault',
      target(
        '  - { name: a, vendor: fortigate, out: x, options: { vdm: r } }\n  - { name: b, vendor: fortigate, out: y, options: { vdm: r } }\n  - { name: c, vendor: fortygate, out: z }',
      ),
      'tagwall: several targets cannot be built, so nothing is written:\n  tagwall.yaml:4:5: fortigate has no option "vdm"; did you mean "vdom"?\n  tagwall.yaml:5:5: fortigate has no option "vdm"; did you mean "vdom"?\n  tagwall.yaml:6:5: unknown vendor "fortygate"; did you mean "fortigate"?\n',
    ],
    [
      'two targets with one file',
      target('  - { name: a, vendor: list, out: x }\n  - { name: b, vendor: list, out: ./x }'),
      'tagwall: nothing was written: target "a" and target "b" both write FOLDER/x; give them different values of "out"\n',
    ],
    ...[
      'rules/x.delta.conf',
      './rules/X.delta-Web.added.txt',
      'rules/x.rollback.conf',
      'rules/x.cleanup.manual.txt',
      'rules/x.change.md',
      'rules/x.delta',
    ].map((out): [string, string, string] => [
      `a file that stands where commands of another target go, ${out}`,
      target(
        `  - { name: a, vendor: fortigate, out: rules/x.conf }\n  - { name: b, vendor: list, out: ${out} }\n  - { name: c, vendor: list, out: rules/x-1.delta }`,
      ),
      `tagwall: nothing was written: target "b": ${out} is a name for the commands or the runbook of target "a"; choose another "out"\n`,
    ]),
    [
      'a directory as its file',
      target('  - { name: a, vendor: list, out: rules }'),
      'tagwall: nothing was written: target "a": FOLDER/rules is a directory, not a file\n',
    ],
    [
      'a file as its directory',
      target('  - { name: a, vendor: list, out: tagwall.yaml/x }'),
      'tagwall: nothing was written: target "a": FOLDER/tagwall.yaml is not a directory, so FOLDER/tagwall.yaml/x cannot be written\n',
    ],
    [
      'a name with quotes',
      named(`'A "b"'`),
      `${UNFIT}: the rule name "A \\"b\\"" is invalid there: as the name of a set, "A \\"b\\"", it contains the character "\\"". Rename the rule\n`,
    ],
    [
      'a name with a line break',
      named('"A\\nb"'),
      'tagwall: tagwall.yaml is not a valid policy: tagwall.yaml:2:7: "name": invalid characters U+000A; expected printable ASCII, or letters and digits of any script\n',
    ],
    [
      'a tag of YAML',
      named('!!js/function A'),
      'tagwall: tagwall.yaml is not a valid policy: tagwall.yaml:2:13: the YAML tag !!js/function has no meaning here; remove it\n',
    ],
    [
      'a path with a backslash',
      target('  - { name: t, vendor: list, out: rules\\t.txt }'),
      'tagwall: tagwall.yaml is not a valid policy: tagwall.yaml:4:30: "out": "rules\\t.txt" has a backslash; write folders with "/", as in rules/t.txt\n',
    ],
    [
      'a site in a policy without sites',
      target('  - { name: t, vendor: list, out: "rules/{site}/t.txt" }'),
      'tagwall: tagwall.yaml is not a valid policy: tagwall.yaml:4:30: target "t" has {site} in "out", and the policy has no sites; add "sites", or name the file\n',
    ],
    [
      'a name with braces',
      named("'A {{b}}'"),
      `${UNFIT}: the rule name "A {{b}}" is invalid there: as the name of a set, "A {{b}}", it contains the character "{". Rename the rule\n`,
    ],
    [
      'a name that is too long',
      named('A'.repeat(300)),
      'tagwall: tagwall.yaml is not a valid policy: tagwall.yaml:2:7: "name": expected at most 200 characters\n',
    ],
    [
      'a name that is too long for its vendor',
      target(`  - { name: t, vendor: nsg, out: t }`).replace('Login', 'L'.repeat(81)),
      `${UNFIT}: the rule name "${'L'.repeat(81)}" is invalid there: as the name of a rule, "${'L'.repeat(81)}", it has 81 characters, and the limit is 80. Rename the rule\n`,
    ],
    [
      'priorities that collide',
      POLICY.replace(
        'targets:',
        '  - { name: Other, tags: [AzureResourceManager], direction: both, ports: [80], priority: 150 }\ntargets:',
      ),
      'tagwall: tagwall.yaml is not a valid policy: tagwall.yaml:3:5: "Other" and "Login" (tagwall.yaml:2:5) both have priority 150 outbound; give each its own\n',
    ],
    [
      'a failing test',
      `${POLICY}tests:\n  - { deny: 20.40.2.5, direction: outbound, port: 443 }\n`,
      'tagwall: the policy tagwall.yaml fails its own tests, so nothing is written: tagwall.yaml:6:5: test failed: expected outbound tcp 20.40.2.5/32 port 443 to be denied, but rule "Login" allows 20.40.2.5/32\n',
    ],
  ])('is refused: %s', async ([, text, message]) => {
    const folder = await established({ 'tagwall.yaml': text })
    const before = contentsOf(folder)
    const { code, out, err } = await tagwall(folder, ['build'])
    expect({ code, out, err: err.replaceAll(folder, 'FOLDER') }).toEqual({ code: 2, out: '', err: message })
    expect(contentsOf(folder)).toEqual(before)
  })
})

describe('a command line', () => {
  test.for<[argv: string[], message: string]>([
    ...[['updat'], ['help', 'updat'], ['updat', '--help']].map((argv): [string[], string] => [
      argv,
      "tagwall: unknown command 'updat'\n(Did you mean update?)\n(tagwall --help lists the commands)\n",
    ]),
    [
      ['build', '--dryrun'],
      "tagwall: unknown option '--dryrun'\n(Did you mean --dry-run?)\n(tagwall build --help has examples and options)\n",
    ],
    [
      ['emit', 'nsg', '--vendors', 'nsg'],
      'tagwall: cannot find the folder nsg for --vendors, which names a folder with your own vendors; nsg is built in and needs no --vendors\n',
    ],
    [
      ['update', 'new.json'],
      "tagwall: too many arguments for 'update'. Expected 0 arguments but got 1.\n(a document is given with --from new.json; tagwall update --help has examples and options)\n",
    ],
    [
      ['list'],
      "tagwall: missing required argument 'what'\n  what: snapshots, tags, vendors, policies, rules, targets or sites\n  name: only this entry, in full\n  for example: tagwall list snapshots\n(tagwall list --help has examples and options)\n",
    ],
    [
      ['audit', 'tagwall.yaml', 'fortigate'],
      'tagwall: the vendor comes first, then its files: tagwall audit fortigate tagwall.yaml\n',
    ],
    [
      ['plan', '--since', 'yesterday'],
      'tagwall: there is neither a snapshot nor a file "yesterday"; expected a date as YYYY-MM-DD, such as 2025-11-10, latest, previous, or a file\n',
    ],
    [
      ['emit', 'fortigate', '--set', 'fortigate.dst=wan'],
      'tagwall: fortigate with --set fortigate.dst=wan: fortigate has no option "fortigate.dst"; did you mean "dstintf" or "nat"?\n',
    ],
    [['emit', 'asa'], 'tagwall: unknown vendor "asa"; did you mean "cisco-asa"?\n'],
    [['emit', 'fortygate'], 'tagwall: unknown vendor "fortygate"; did you mean "fortigate"?\n'],
    [
      ['emit', 'plain', '--set', 'frm=all'],
      'tagwall: tagwall.yaml:4:5 with --set frm=all: list has no option "frm"; did you mean "form"?\n',
    ],
    [
      ['emit', 'plain', '--set', 'form=x'],
      'tagwall: tagwall.yaml:4:5 with --set form=x: option "form" of list: "x" is not one of all, sets\n',
    ],
    [
      ['emit', 'plain', '--set', 'form'],
      "tagwall: option '--set <key=value>' argument 'form' is invalid. Expected KEY=VALUE.\n(tagwall emit --help has examples and options)\n",
    ],
    [
      ['audit', 'paloalto', 'x', '--narrow', 'vsys=a', '--narrow', 'vsys=b'],
      'tagwall: option \'--narrow <key=value>\' argument \'vsys=b\' is invalid. "vsys" has one value; "a" came before.\n(tagwall audit --help has examples and options)\n',
    ],
    [
      ['emit', 'plain', '--snapshot', '2020-01-01'],
      'tagwall: there is no snapshot 2020-01-01 in snapshots/public; found only 2025-11-10\n',
    ],
    [['diff'], 'tagwall: there is no previous snapshot in snapshots/public; found only 2025-11-10\n'],
    [['diff', 'nowhere.json'], 'tagwall: there is no file nowhere.json\n'],
    [['fetch', '--from', 'nowhere.json'], 'tagwall: there is no file nowhere.json\n'],
    [['fetch', '--from', 'rules'], 'tagwall: rules is a directory, not a file\n'],
    [
      ['fetch', '--from', 'http://example.com/x.json'],
      'tagwall: http://example.com/x.json is not an https URL; anyone on the way could change the firewall rules\n',
    ],
    [['build', 'plian'], 'tagwall: the policy tagwall.yaml has no target "plian"; did you mean "plain"?\n'],
    [
      ['lookup', '1.2.3.4/24', 'x'],
      'tagwall: expected addresses or prefixes, or files with one per line:\n  "1.2.3.4/24" has host bits set: the prefix is 1.2.3.0/24\n  "x" is not an IPv4 or IPv6 address\n',
    ],
    ...[
      ['lookup', '20.0.0.0'],
      ['list', 'tags'],
      ['widen', '--max', '9'],
    ].map((argv): [string[], string] => [
      [...argv, '--from', 'all.json', '--snapshot', '2025-11-10'],
      `tagwall: option '--from <file|url|->' cannot be used with option '--snapshot <date|file>'\n(tagwall ${argv[0]} --help has examples and options)\n`,
    ]),
    [
      ['list', 'snapshots', '2025-11-01'],
      'tagwall: there is no snapshot 2025-11-01 in snapshots/public; found only 2025-11-10\n',
    ],
    [['list', 'tag'], 'tagwall: unknown list "tag"; did you mean "tags"?\n'],
    [
      ['build', '--policy', 'arc-kubernets'],
      'tagwall: cannot find policy "arc-kubernets": neither a file nor a built-in policy has that name; did you mean "arc-kubernetes"?\n',
    ],
  ])('is refused: %s', async ([argv, message]) => {
    await refuses(await established(), argv, message)
  })
})

test('diff --all-tags skips a tag with an invalid name or region, even if its lists are equal', async () => {
  const document = JSON.stringify({
    changeNumber: 1,
    cloud: 'Public',
    values: [
      { name: 'Sql', properties: { region: '', addressPrefixes: ['20.0.0.0/24'] } },
      { name: 'no name', properties: { region: '', addressPrefixes: ['20.0.1.0/24'] } },
      { name: 'Redis', properties: { region: 5, addressPrefixes: ['20.0.2.0/24'] } },
    ],
  })
  const folder = folderWith({ 'old.json': document, 'new.json': document })
  const { code, out, err } = await tagwall(folder, ['diff', '--all-tags', 'old.json', 'new.json', '--json'])
  expect({ code, unchanged: JSON.parse(out).unchanged, err }).toEqual({
    code: 0,
    unchanged: ['Sql'],
    err: ['old.json', 'new.json']
      .map(
        (file) =>
          `warning: skipped: ${file}: values[1].name: contains characters that are invalid in a tag name\n` +
          `warning: skipped: ${file}: values[2].properties.region: expected text, not 5\n`,
      )
      .join(''),
  })
})

test.for([
  ['lookup', '20.0.0.0', '--from', 'page.json'],
  ['list', 'tags', '--from', 'page.json'],
  ['diff', '--all-tags', 'page.json', 'page.json'],
])('one page of several is not taken for a document: %s %s', async (argv) => {
  const page = JSON.stringify({ changeNumber: '7', cloud: 'Public', nextLink: 'https://example.com/next', values: [] })
  expect(await tagwall(folderWith({ 'page.json': page }), argv)).toEqual({
    code: 2,
    out: '',
    err: 'tagwall: page.json is only one page of a response: its nextLink is set; join the pages, or use the weekly file\n',
  })
})

// What a script gives if a variable is not set. As a path it would mean the working directory.
describe('an empty value', () => {
  test.for<[argv: string[], what: string]>([
    [['update', '--from', ''], '--from'],
    [['update', '--from', NAME, '--snapshots', ''], '--snapshots'],
    [['update', '--from', NAME, '--report', ''], '--report'],
    [['build', '--policy', ''], '--policy'],
    [['build', '--vendors=', '--since', ''], '--since, --vendors'],
    [['emit', ''], '<vendor|target>'],
    [['audit', 'list', NAME, ''], '<file>'],
    [['lookup', '20.190.128.1', ''], '<address|file>'],
    [['fetch', '--from', NAME, '--allow-host', ''], '--allow-host'],
  ])('is refused: %j', async ([argv, what]) => {
    const message = `tagwall: the value of ${what} is empty: is a variable of your script not set?\n`
    await refuses(await established(), argv, message)
  })
})
