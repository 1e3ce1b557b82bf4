import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ROOT } from '../fixtures.ts'
import { CERTIFICATES, WITHOUT_OPENSSL } from '../network/certificates.ts'
import { checkout } from './checkout.ts'

const SECRET = 'S3cret-t0ken'
const UPDATE = 'tagwall update --report "$RUNNER_TEMP/report" > /dev/null'
const propose = (host: string) => `tagwall propose --to ${host} --report "$RUNNER_TEMP/report"`

/** A job whose origin is a server that asks for the password SECRET; everybody may ask, and the log says who did. */
async function behindPassword(user = '') {
  const job = checkout()
  const path = (name: string) => join(job.home, name)
  writeFileSync(path('ca.pem'), CERTIFICATES?.ca as string)
  writeFileSync(path('cert.pem'), CERTIFICATES?.cert as string)
  writeFileSync(path('key.pem'), CERTIFICATES?.key as string)
  writeFileSync(path('log'), '')
  const argv = [join(ROOT, 'test/ci/git-server.mjs'), job.home, path('key.pem'), path('cert.pem'), path('log'), SECRET]
  const server = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void server.kill())
  const port = await new Promise<string>((found) => server.stdout.once('data', (text) => found(String(text).trim())))
  job.git('config', '--file', path('origin.git/config'), 'http.receivepack', 'true')
  job.git('config', '--global', 'http.sslCAInfo', path('ca.pem'))
  job.git('remote', 'set-url', 'origin', `https://${user}localhost:${port}/origin.git`)
  const bare = (...argv: string[]) => job.git('--git-dir', path('origin.git'), ...argv)
  return {
    ...job,
    origin: `https://localhost:${port}`,
    branches: () => bare('branch', '--list', 'tagwall/update').trim(),
    /** Who asked, other than nobody. */
    users: () =>
      [
        ...new Set(
          readFileSync(path('log'), 'utf8')
            .split('\n')
            .map((line) => line.split(' ')[0]),
        ),
      ].filter((user) => user && user !== '-'),
    /** All that git keeps of the checkout, as text. */
    kept: () =>
      readdirSync(path('work/.git'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
        .join('\n') + readFileSync(path('gitconfig'), 'utf8'),
  }
}

describe.skipIf(!CERTIFICATES)(`propose pushes with a token (${CERTIFICATES ? 'https' : WITHOUT_OPENSSL})`, () => {
  test.for([
    ['github', 'GH_TOKEN', 'x-access-token'],
    ['azure-devops', 'AZURE_DEVOPS_EXT_PAT', 'tagwall'],
    ['gitlab', 'GITLAB_TOKEN', 'oauth2'],
  ] as const)('%s: of $%s, as %s, and keeps it nowhere', async ([host, variable, user]) => {
    const job = await behindPassword()
    job.git('--git-dir', join(job.home, 'origin.git'), 'config', 'receive.advertisePushOptions', 'true')
    const { status, stdout, stderr } = job.run(`${UPDATE}\n${propose(host)}`, { [variable]: SECRET })
    expect({ status, stderr }).toMatchObject({ status: 0 })
    expect(stdout).toMatch(/^pushed to tagwall\/update: /)
    expect(job.branches()).toBe('tagwall/update')
    expect(job.users()).toEqual([user])
    expect(job.kept()).not.toContain(SECRET)
    expect(readFileSync(join(job.home, 'state/calls'), { encoding: 'utf8', flag: 'a+' })).not.toContain(SECRET)
  })

  test('another token in the address or in the configuration of the checkout is not used', async () => {
    const job = await behindPassword('gitlab-ci-token:wrong@')
    const wrong = Buffer.from('x-access-token:wrong').toString('base64')
    job.git('config', `http.${job.origin}/.extraHeader`, `AUTHORIZATION: basic ${wrong}`)
    job.git('config', 'credential.helper', '!f() { echo username=helper; echo password=wrong; }; f')
    expect(job.run(`${UPDATE}\n${propose('gitlab')}`).status).toBe(2)
    job.git('--git-dir', join(job.home, 'origin.git'), 'config', 'receive.advertisePushOptions', 'true')
    writeFileSync(join(job.home, 'log'), '')
    expect(job.run(propose('gitlab'), { GITLAB_TOKEN: SECRET })).toMatchObject({ status: 0 })
    expect(job.users()).toEqual(['oauth2'])
  })

  test('nor what a checkout keeps for one repository, as Azure Pipelines does, or writes into addresses', async () => {
    const job = await behindPassword()
    const wrong = Buffer.from('agent:wrong').toString('base64')
    const { host } = new URL(job.origin)
    job.git('config', `http.${job.origin}/origin.git.extraHeader`, `AUTHORIZATION: basic ${wrong}`)
    job.git('config', '--global', `http.https://tagwall@${host}/.extraHeader`, `AUTHORIZATION: basic ${wrong}`)
    job.git(
      'config',
      `credential.${job.origin}/origin.git.helper`,
      '!f() { echo username=kept; echo password=wrong; }; f',
    )
    job.git('config', '--global', `url.https://rewritten:wrong@${host}/.insteadOf`, `${job.origin}/`)
    expect(job.run(`${UPDATE}\n${propose('azure-devops')}`, { AZURE_DEVOPS_EXT_PAT: SECRET })).toMatchObject({
      status: 0,
    })
    expect(job.users()).toEqual(['tagwall'])
  })

  test('settings for git in the environment stay, and so does the configuration without a token', async () => {
    const job = await behindPassword()
    const helper = `!f() { echo username=helper; echo password=${SECRET}; }; f`
    job.run(UPDATE)
    const { status } = job.run(propose('github'), {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'credential.helper',
      GIT_CONFIG_VALUE_0: helper,
    })
    expect({ status, users: job.users() }).toEqual({ status: 0, users: ['helper'] })
    const again = job.run(propose('github'), {
      GH_TOKEN: SECRET,
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'http.sslCAInfo',
      GIT_CONFIG_VALUE_0: join(job.home, 'nowhere.pem'),
    })
    expect(again.status).toBe(2)
    expect(again.stderr).toContain('SSL CA cert')
  })

  test('a wrong token is refused with a sentence that does not show it', async () => {
    const job = await behindPassword()
    const { status, stderr } = job.run(`${UPDATE}\n${propose('github')}`, { GH_TOKEN: 'wr0ng-secret' })
    expect(status).toBe(2)
    expect(stderr).toMatch(/tagwall: "git ls-remote --symref" failed: .*Authentication failed/)
    expect(stderr).not.toContain('wr0ng-secret')
    expect(existsSync(join(job.home, 'state/calls'))).toBe(false)
  })
})
