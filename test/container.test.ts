import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { PACKAGE_FILE } from '../src/init/init-jobs.ts'
import { VERSION } from '../src/version.ts'
import { tagwall } from './cli/harness.ts'
import { ROOT } from './fixtures.ts'

const read = (file: string) => readFileSync(join(ROOT, 'docs/container', file), 'utf8')

describe('the Containerfile', () => {
  const lines = read('Containerfile')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => /^([A-Z]+) (.*)$/.exec(line)?.slice(1) ?? [line])
  const all = (instruction: string) => lines.filter(([name]) => name === instruction).map(([, rest]) => rest)

  test('takes images by version, and the package of this version', () => {
    for (const image of all('FROM')) expect(image).toMatch(/^[\w.-]+\.[\w]+\/[\w./-]+:(?!latest)[\w.-]+( AS build)?$/)
    expect(all('COPY')[0]).toBe(`${PACKAGE_FILE} /tmp/tagwall.tgz`)
  })

  test('asks no registry of packages and runs none of their scripts', () => {
    expect(all('RUN')).toEqual([
      'npm install --global --prefix /opt/tagwall --offline --ignore-scripts --no-audit --no-fund /tmp/tagwall.tgz',
    ])
    expect(all('ADD')).toEqual([])
  })

  test('ends as a user that is not root, with tagwall as its program', () => {
    const last = lines.slice(lines.findLastIndex(([name]) => name === 'FROM'))
    expect(last.map(([name]) => name)).toEqual(['FROM', 'COPY', 'COPY', 'WORKDIR', 'USER', 'ENTRYPOINT'])
    expect(all('USER')).toEqual(['65532:65532'])
    const bin: string = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).bin.tagwall
    const [, program] = JSON.parse(all('ENTRYPOINT')[0] as string)
    expect(program).toBe(`/opt/tagwall/lib/node_modules/tagwall/${bin}`)
  })
})

describe('the job', () => {
  const job = parseDocument(read('doctor-job.yaml'), { strict: true })
  const { spec } = job.toJS()
  const pod = spec.template.spec
  const [container] = pod.containers

  test('is the same in both versions of YAML', () => {
    expect(job.errors).toEqual([])
    expect(parseDocument(read('doctor-job.yaml'), { version: '1.1', strict: true }).toJS()).toEqual(job.toJS())
  })

  test('is what the standard "restricted" demands, and more', () => {
    expect(pod).toMatchObject({
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
    })
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    expect(spec.backoffLimit).toBe(0)
  })

  test('runs this version with options that exist', async () => {
    expect(container.image).toMatch(new RegExp(`/tagwall:${VERSION}$`))
    const help = (await tagwall(ROOT, ['doctor', '--help'])).out
    const [command, ...options] = container.args
    expect(command).toBe('doctor')
    for (const option of options.filter((text: string) => text.startsWith('--'))) expect(help).toContain(`${option} `)
  })
})
