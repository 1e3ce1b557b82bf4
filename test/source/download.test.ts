import { gzipSync } from 'node:zlib'
import { MockAgent } from 'undici'
import { afterEach, expect, test } from 'vitest'
import { download, MAX_BYTES } from '../../src/source/download.ts'

const URL = 'https://download.example/ServiceTags_Public_20251110.json'

interface Answer {
  readonly status?: number
  readonly body?: string | Buffer
  readonly headers?: Record<string, string>
  readonly error?: Error
}

let agent: MockAgent
afterEach(() => agent.close())

/** What comes from the first URL when the network answers like this; the text, or the problem. */
async function fetched(answers: Readonly<Record<string, Answer>>, url = URL): Promise<string> {
  agent = new MockAgent()
  agent.disableNetConnect()
  for (const [at, { status = 200, body = '', headers = {}, error }] of Object.entries(answers)) {
    const { origin, pathname } = new globalThis.URL(at)
    const scope = agent.get(origin).intercept({ path: pathname, headers: { 'user-agent': /^tagwall / } })
    if (error) scope.replyWithError(error)
    else scope.reply(status, body, { headers })
  }
  try {
    return new TextDecoder().decode(await download(url, agent))
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
}

const to = (location: string): Answer => ({ status: 302, headers: { location } })

test.for<[what: string, answers: Readonly<Record<string, Answer>>, want: string]>([
  ['a document', { [URL]: { body: '{"é": 1}' } }, '{"é": 1}'],
  ['a compressed document', { [URL]: { body: gzipSync('{}'), headers: { 'content-encoding': 'gzip' } } }, '{}'],
  [
    'a document behind a redirect',
    { [URL]: to('https://mirror.example/a.json'), 'https://mirror.example/a.json': { body: '{}' } },
    '{}',
  ],
  [
    'a redirect to plain http',
    { [URL]: to('http://mirror.example/a.json'), 'http://mirror.example/a.json': { body: '{}' } },
    `UserError: ${URL} redirects to http://mirror.example/a.json, which is not https`,
  ],
  [
    'a redirect by way of plain http',
    {
      [URL]: to('http://mirror.example/a.json'),
      'http://mirror.example/a.json': to('https://mirror.example/b.json'),
      'https://mirror.example/b.json': { body: '{}' },
    },
    `UserError: ${URL} redirects to http://mirror.example/a.json, which is not https`,
  ],
  ['no such page', { [URL]: { status: 404, body: 'not here' } }, `UserError: ${URL} answered with status 404`],
  ['an answer without content', { [URL]: { status: 204 } }, `UserError: ${URL} answered with status 204`],
  ['a server in trouble', { [URL]: { status: 503 } }, `UserError: ${URL} answered with status 503`],
  [
    'no server',
    { [URL]: { error: new Error('getaddrinfo ENOTFOUND download.example') } },
    `UserError: ${URL} could not be fetched: getaddrinfo ENOTFOUND download.example`,
  ],
  [
    'a body that grows without end when it is unpacked',
    { [URL]: { body: gzipSync(Buffer.alloc(MAX_BYTES + 1)), headers: { 'content-encoding': 'gzip' } } },
    `UserError: ${URL} is larger than ${MAX_BYTES} bytes, which no service tag document is`,
  ],
])('%s', async ([, answers, want]) => {
  expect(await fetched(answers)).toBe(want)
})

test('gives up where redirects have no end', async () => {
  agent = new MockAgent()
  agent.disableNetConnect()
  let hops = 0
  agent
    .get('https://download.example')
    .intercept({ path: /.*/ })
    .reply(() => ({ statusCode: 302, responseOptions: { headers: { location: `/${hops++}` } } }))
    .persist()
  await expect(download(URL, agent)).rejects.toThrow(`${URL} answered with status 302`)
})

test.for(['http://download.example/a.json', 'ftp://download.example/a.json', 'file:///etc/passwd'])(
  'refuses %s before it asks anyone',
  async (url) => {
    expect(await fetched({}, url)).toBe(
      `UserError: ${url} is not an https URL; firewall rules are not built from text that anyone on the way can change`,
    )
  },
)
