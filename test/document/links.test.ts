import { expect, test } from 'vitest'
import { linksIn, refreshIn } from '../../src/document/download/links.ts'

const AT = 'https://www.example.com/en-us/download/details.aspx?id=1'
const FILE = 'https://dl.example.com/a/ServiceTags_Public_20251110.json'
const dates = (page: string) => linksIn(page, AT, 'ServiceTags_Public_').map(({ url }) => url)

test.for<[what: string, page: string, want: string[]]>([
  ['an attribute', `<a class="x" href="${FILE}">Download</a>`, [FILE]],
  ['an attribute without quotes', `<a href=${FILE}>Download</a>`, [FILE]],
  ['a script', `<script>var AcOEt_DownloadUrl = '${FILE}';</script>`, [FILE]],
  ['JSON with escaped slashes', `{"url":"${FILE.replaceAll('/', '\\/')}"}`, [FILE]],
  ['JSON with escaped code points', `{"url":"${FILE.replaceAll('/', '\\u002F')}"}`, [FILE]],
  ['entities', `<a href="${FILE.replaceAll('/', '&#x2F;').replace(':', '&#58;')}">`, [FILE]],
  ['a parameter of another URL', `<a href="https://go.example.com/?to=${encodeURIComponent(FILE)}&x=1">`, [FILE]],
  [
    'a path',
    '<a href="/a/ServiceTags_Public_20251110.json">',
    ['https://www.example.com/a/ServiceTags_Public_20251110.json'],
  ],
  ['a URL without a scheme', `<a href="${FILE.slice(6)}">`, [FILE]],
  ['a query', `<a href="${FILE}?culture=en&amp;country=us">`, [`${FILE}?culture=en&country=us`]],
  ['the same twice', `${FILE} ${FILE}`, [FILE]],
  [
    'several, newest first',
    `${FILE} ${FILE.replace('1110', '1117')} ${FILE.replace('1110', '1103')}`,
    [FILE.replace('1110', '1117'), FILE, FILE.replace('1110', '1103')],
  ],
  ['a name alone', '<td>ServiceTags_Public_20251110.json</td>', []],
  ["another cloud's file", FILE.replace('Public', 'China'), []],
  ['a date that is none', FILE.replace('1110', '1350'), []],
  ['another ending', `${FILE}.html ${FILE}x`, []],
  ['nothing', '', []],
  ['a long run of nothing', 'a/'.repeat(500_000), []],
])('finds links in %s', ([, page, want]) => {
  expect(dates(page)).toEqual(want)
})

test.for<[page: string, want: string | undefined]>([
  [
    '<meta http-equiv="refresh" content="0; url=confirmation.aspx?id=1">',
    'https://www.example.com/en-us/download/confirmation.aspx?id=1',
  ],
  [`<META content='0;URL="https://b.example/?a=1&amp;b=2"' HTTP-EQUIV=Refresh>`, 'https://b.example/?a=1&b=2'],
  ['<meta http-equiv="refresh" content="30">', undefined],
  ['<meta charset="utf-8">', undefined],
])('follows %s', ([page, want]) => {
  expect(refreshIn(page, AT)).toBe(want)
})
