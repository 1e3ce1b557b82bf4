import { XMLParser } from 'fast-xml-parser'
import { expect, test } from 'vitest'
import { KIT } from '../../../src/vendor/kit/kit.ts'
import type { LocatedXml } from '../../../src/vendor/kit/located-json.ts'
import { randomFrom } from '../../random.ts'

/** `2-4 tag name=x "text" (children)` */
const show = ({ line, endLine, tag, attributes, text, children }: LocatedXml): string =>
  [
    line === endLine ? line : `${line}-${endLine}`,
    tag,
    ...[...attributes].map(([name, value]) => `${name}=${value}`),
    ...(text === '' ? [] : [JSON.stringify(text)]),
    ...(children.length === 0 ? [] : [`(${children.map(show).join(', ')})`]),
  ].join(' ')

function read(text: string): string {
  const { root, around, faults } = KIT.readXml(text)
  return [
    ...(around.trim() === '' ? [] : [`around ${JSON.stringify(around.trim())}`]),
    root ? show(root) : 'nothing',
    ...faults.map(({ line, text, reason }) => `! ${line} ${text} ${reason}`),
  ].join(' ')
}

test.for([
  ['<a/>', '1 a'],
  ['<a></a>', '1 a'],
  ['\n\n<a>\n\n\n<b/></a>', '3-6 a (6 b)'],
  ['\n<a>\n  <b name="x">y</b>\n</a>\n', '2-4 a (3 b name=x "y")'],
  ['<?xml version="1.0"?>\n<!-- <c> -->\n<a>b<!-- c -->d</a>', '3 a "bd"'],
  ['<a x = "1" y=\'2"\'/>', '1 a x=1 y=2"'],
  ['<a>&lt;&amp;&#65;&#x42;&quot;&apos;&gt;</a>', '1 a "<&AB\\"\'>"'],
  ['<a>&#x10ffff;</a>', '1 a "\u{10ffff}"'],
  ['<a>&odd; &#1114112; &</a>', '1 a "&odd; &#1114112; &"'],
  ['<a><![CDATA[<b>&lt;]]></a>', '1 a "<b>&lt;"'],
  ['<a> b <c/> d </a>', '1 a "b  d" (1 c)'],
  ['<a>\n<b>\n</b\n></a>', '1-4 a (2-3 b)'],
  ['before <a/> behind', 'around "before  behind" 1 a'],
  ['<a/><b/>', 'around "<b/>" 1 a'],
  ['', 'nothing'],
  ['text', 'around "text" nothing'],
  ['<a>\n<b><c>', '1-2 a (2 b (2 c)) ! 2 <c> does not end'],
  ['<a>\n<b></a>', '1-2 a (2 b) ! 2 </a> is not well-formed XML'],
  ['<a></a x="1">', '1 a ! 1 </a x="1"> is not well-formed XML'],
  ['</a>', 'nothing ! 1 </a> is not well-formed XML'],
  ['<a b></a>', 'nothing ! 1 <a b></a> is not well-formed XML'],
  ['<a>< b</a>', '1 a ! 1 < b</a> is not well-formed XML'],
  ['<a><!-- b</a>', '1 a ! 1 <!-- b</a> is XML that does not end'],
  ['<a><![CDATA[ b</a>', '1 a ! 1 <![CDATA[ b</a> is XML that does not end'],
  ['<![CDATA[ b ]]>', 'nothing ! 1 <![CDATA[ b ]]> is not well-formed XML'],
  ['<!DOCTYPE a><!-- b', 'nothing ! 1 <!DOCTYPE a><!-- b is not well-formed XML'],
  ['$ show config\n<?xml version="1.0"?>\n<?style x?><a/>', 'around "$ show config" 3 a'],
  [
    '<?xml version="1.0"?>\n<?xml version="1.0"?>\n<a/>',
    'nothing ! 2 <?xml version="1.0"?> is a second XML declaration',
  ],
  ['<a>\n<?xml version="1.0"?></a>', '1-2 a ! 2 <?xml version="1.0"?></a> is a second XML declaration'],
  ['<a x="1" x="2"/>', 'nothing ! 1 <a x="1" x="2"/> is not well-formed XML'],
  ['<!-->', 'nothing ! 1 <!--> is XML that does not end'],
])('reads %j', ([text, found]) => {
  expect(read(text as string)).toBe(found)
})

test('reads seeded XML as fast-xml-parser does', () => {
  const seed = 5
  const next = randomFrom(seed)
  const below = (most: number) => Math.floor(next() * most)
  const pick = <Item>(items: readonly Item[]) => items[below(items.length)] as Item
  const element = (depth: number): string => {
    const tag = pick(['a', 'entry', 'ip-range', 'x1'])
    const attributes = pick(['', '', ' name="b c"', ' name=\'&amp;d\' x="1"'])
    if (below(5) === 0) return `<${tag}${attributes}/>`
    const inner =
      depth > 3 || below(3) === 0
        ? pick(['text', '', 'a &lt; b', '<![CDATA[<&>]]>', '192.0.2.0/24'])
        : Array.from({ length: below(4) }, () => element(depth + 1) + pick(['', '\n', ' <!-- c -->'])).join('')
    return `<${tag}${attributes}>${inner}</${tag}>`
  }
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    processEntities: true,
  })
  type Parsed = Record<string, unknown>
  const plain = (nodes: readonly Parsed[]): unknown[] =>
    nodes.flatMap((node) => {
      const [tag] = Object.keys(node).filter((key) => key !== ':@')
      if (tag === undefined || tag === '#text') return []
      const inner = node[tag] as readonly Parsed[]
      const text = inner
        .map((one) => one['#text'] ?? '')
        .join('')
        .trim()
      return [{ tag, attributes: node[':@'] ?? {}, text, children: plain(inner) }]
    })
  const own = ({ tag, attributes, text, children }: LocatedXml): unknown => ({
    tag,
    attributes: Object.fromEntries(attributes),
    text,
    children: children.map(own),
  })
  for (let round = 0; round < 1000; round++) {
    const text = element(0)
    const { root, faults } = KIT.readXml(text)
    expect(faults).toEqual([])
    expect([own(root as LocatedXml)], `seed ${seed}, round ${round}: ${text}`).toEqual(plain(parser.parse(text)))
  }
})

test('broken, hostile and deep XML throws nothing and ends soon', () => {
  const good = '<?xml version="1.0"?><a x="1"><b>&amp;</b><!-- c --><![CDATA[d]]><e/></a>'
  for (let at = 0; at <= good.length; at++) {
    KIT.readXml(good.slice(0, at))
    for (const character of '<>/"&!-[]?= \n') KIT.readXml(good.slice(0, at) + character + good.slice(at))
  }
  expect(read('<a>'.repeat(100_000))).toContain('is nested deeper than 200 levels')
  const below = (levels: number, end: string) =>
    KIT.readXml('<a>'.repeat(levels) + end).faults.map(({ reason }) => reason)
  expect(below(200, '</a>'.repeat(200))).toEqual([])
  expect(below(201, '</a>'.repeat(201))).toEqual(['is nested deeper than 200 levels'])
  expect(below(200, '<')).toEqual(['is not well-formed XML'])
  expect(KIT.readXml('<a '.repeat(100_000)).faults).toHaveLength(1)
  expect(KIT.readXml(`<a${' b="c"'.repeat(50_000)}`).faults).toHaveLength(1)
  // One long line, as an API answers.
  expect(KIT.readXml(`<a>${'<b/>'.repeat(1_000_000)}</a>`).root?.children.length).toBe(1_000_000)
})
