import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DOCUMENT, folderWith, tagwall } from '../cli/harness.ts'
import { CERTIFICATES } from './certificates.ts'
import { documentOf, ok, online, POLICY, type Site, serve, status, to } from './harness.ts'

// Secrets that are planted wherever there may be one turn up in nothing that is printed or written.

const PLANTED = /planted|cGxhbnRlZC11c2Vy/i
const USER = 'planted-user:planted-p%40ss'
const TOKEN = 'planted.token-0123456789'
const PATH = '/files/ServiceTags_Public_20251110.json'
const QUERY = '?sv=2025&sig=planted-signature'
const GONE = '127.0.0.1:1'

/** Everything in the files of a folder, but for what git keeps for itself. */
function written(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !`${entry.parentPath}/`.includes('/.git/'))
    .map((entry) => `${entry.name}\n${readFileSync(join(entry.parentPath, entry.name), 'utf8')}`)
    .join('\n')
}

interface Plan {
  readonly routes: Parameters<typeof serve>[0]
  readonly argv: (site: Site) => string[]
  readonly env?: (site: Site) => Record<string, string>
}

const API =
  '/subscriptions/00000000-1111-2222-3333-444444444444/providers/Microsoft.Network/locations/westeurope/serviceTags'
const API_ARGV = ['fetch', '--source', 'api', '--subscription', API.split('/')[2] as string, '--location', 'westeurope']
const REPEATED = status(
  401,
  { 'content-type': 'application/json' },
  JSON.stringify({ error: { code: 'X', message: `bad token ${TOKEN}` } }),
)
const GOOD = documentOf()
const from = (site: Site, more = QUERY) => `https://${site.host}${PATH}${more}`

const PLANS: Readonly<Record<string, Plan>> = {
  'a signed URL': {
    routes: { [PATH]: ok(GOOD) },
    argv: (site) => ['update', '--from', from(site), '--report', 'report'],
  },
  'a signed URL, in JSON': { routes: { [PATH]: ok(GOOD) }, argv: (site) => ['update', '--from', from(site), '--json'] },
  'a signed URL that is refused': { routes: { [PATH]: status(403) }, argv: (site) => ['fetch', '--from', from(site)] },
  'a signed URL that is in trouble': {
    routes: { [PATH]: status(503) },
    argv: (site) => ['fetch', '--from', from(site)],
  },
  'a signed URL of no document': { routes: { [PATH]: ok('<p>') }, argv: (site) => ['fetch', '--from', from(site)] },
  'a signed URL of too many redirects': {
    routes: { [PATH]: to(`${PATH}${QUERY}`) },
    argv: (site) => ['fetch', '--from', from(site)],
  },
  'a redirect to a signed URL elsewhere': {
    routes: { [PATH]: to(`https://x.example/y${QUERY}`) },
    argv: (site) => ['fetch', '--from', from(site)],
  },
  'a redirect to a URL with a password': {
    routes: { [PATH]: to(`http://${USER}@x.example/y`) },
    argv: (site) => ['fetch', '--from', from(site)],
  },
  'a URL with a password': { routes: {}, argv: (site) => ['fetch', '--from', `https://${USER}@${site.host}${PATH}`] },
  'a URL with a password, without TLS': {
    routes: {},
    argv: (site) => ['fetch', '--from', `http://${USER}@${site.host}${PATH}`],
  },
  'a URL with a slash in its password': {
    routes: {},
    argv: (site) => ['fetch', '--from', `https://planted:planted/x@${site.host}${PATH}`],
  },
  'a URL to look up in': {
    routes: { [PATH]: ok(GOOD) },
    argv: (site) => ['lookup', '20.190.128.1', '--from', from(site)],
  },
  'a URL to list': { routes: { [PATH]: ok(GOOD) }, argv: (site) => ['list', 'tags', '--json', '--from', from(site)] },
  'links with signatures on the page': {
    routes: { '/page': ok(`<a href="${PATH}${QUERY}">`), [PATH]: ok(GOOD) },
    argv: () => ['update', '--report', 'report'],
  },
  'a page that sends its reader to a signed URL': {
    routes: { '/page': ok(`<meta http-equiv="refresh" content="0;url=/other${QUERY}">`), '/other': status(404) },
    argv: () => ['fetch'],
  },
  'the password of a proxy': {
    routes: {},
    argv: () => ['fetch'],
    env: () => ({ HTTPS_PROXY: `http://${USER}@${GONE}` }),
  },
  'the password of a proxy that refuses it': {
    routes: {},
    argv: () => ['fetch'],
    env: (site) => ({ HTTPS_PROXY: `https://${USER}@${site.host}` }),
  },
  'a proxy that is no URL': {
    routes: {},
    argv: () => ['fetch'],
    env: () => ({ HTTPS_PROXY: `http://planted:planted/ss@${GONE}` }),
  },
  'a token': { routes: { [API]: ok(GOOD) }, argv: () => API_ARGV, env: () => ({ AZURE_ACCESS_TOKEN: TOKEN }) },
  'a token that the API repeats': {
    routes: { [API]: REPEATED },
    argv: () => API_ARGV,
    env: () => ({ AZURE_ACCESS_TOKEN: TOKEN }),
  },
  'a token that the API repeats, in the summary of a job': {
    routes: { [API]: REPEATED },
    argv: () => ['update', ...API_ARGV.slice(1), '--summary', 'summary.md'],
    env: () => ({ AZURE_ACCESS_TOKEN: TOKEN }),
  },
  'a token that is none': { routes: {}, argv: () => API_ARGV, env: () => ({ AZURE_ACCESS_TOKEN: 'planted token' }) },
}

describe.skipIf(!CERTIFICATES)('no secret is told:', () => {
  test.for(Object.entries(PLANS))('%s', async ([, { routes, argv, env }]) => {
    const site = await serve(routes)
    const folder = folderWith({ 'tagwall.yaml': POLICY })
    for (const isTerminal of [false, true]) {
      const { out, err } = await online(folder, argv(site), site.network, {
        env: { TAGWALL_DEBUG: '1', ...env?.(site) },
        isTerminal,
      })
      expect(out + err).not.toBe('')
      expect(out + err).not.toMatch(PLANTED)
      expect(written(folder)).not.toMatch(PLANTED)
    }
  })

  test('a token in the remote of a repository', async () => {
    const folder = folderWith({
      'tagwall.yaml': POLICY,
      'report/title.txt': 'x',
      'report/body.md': 'x',
      'report/files.txt': `${PATH.slice(7)}\n`,
      [PATH.slice(7)]: DOCUMENT,
    })
    const git = (...argv: string[]) => execFileSync('git', argv, { cwd: folder, stdio: 'pipe' })
    git('init', '--quiet')
    git('-c', 'user.name=x', '-c', 'user.email=x@x.example', 'commit', '--quiet', '--allow-empty', '-m', 'x')
    const remote = `https://x-access-token:planted-token@${GONE}/x.git`
    git('remote', 'add', 'origin', remote)
    for (const name of ['origin', remote]) {
      const argv = ['propose', '--report', 'report', '--to', 'github', '--remote', name]
      const { err } = await tagwall(folder, argv, { env: { PATH: process.env.PATH } })
      expect(err).toMatch(/failed|refused|not/)
      expect(err).not.toMatch(PLANTED)
    }
  })
})
