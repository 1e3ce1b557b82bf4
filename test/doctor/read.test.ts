import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folderWith, tagwall } from '../cli/harness.ts'
import { ROOT } from '../fixtures.ts'

// The record is of westeurope, without features.

const RECORD = readFileSync(join(ROOT, 'examples/doctor/healthy.json'), 'utf8')

describe('--read', () => {
  test.for<[argv: readonly string[], code: number, hosts: readonly string[]]>([
    [[], 0, []],
    [['--location', 'westeurope'], 0, []],
    [
      ['--location', 'northeurope'],
      1,
      ['northeurope.dp.kubernetesconfiguration.azure.com:443', 'northeurope.login.microsoft.com:443'],
    ],
    [['--features', 'azure-rbac'], 1, ['graph.microsoft.com:443']],
    [['--endpoint', 'mirror.corp.example:8443'], 1, ['mirror.corp.example:8443']],
  ])('with %j: what the record lacks is not checked', async ([argv, code, hosts]) => {
    const folder = folderWith({ 'seen.json': RECORD })
    const run = await tagwall(folder, ['doctor', '--read', 'seen.json', '--json', ...argv])
    const { findings } = JSON.parse(run.out) as { findings: { code: string; facts: { hosts: string[] } }[] }
    expect({ code: run.code, err: run.err }).toEqual({ code, err: '' })
    expect(findings.filter(({ code }) => code === 'NOT_CHECKED').flatMap(({ facts }) => facts.hosts)).toEqual(hosts)
  })
})
