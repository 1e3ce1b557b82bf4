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

  test('an endpoint has the same name in the table and in the findings, IPv6 in brackets', async () => {
    const record = JSON.parse(RECORD)
    const one = { host: '2001:db8::1', port: 8443, lookup: { addresses: ['2001:db8::1'] } }
    const tcp = [{ address: '2001:db8::1', result: 'ETIMEDOUT' }]
    record.endpoints.push({ ...one, tcp }, { ...one, port: 443, tcp })
    const folder = folderWith({ 'seen.json': JSON.stringify(record) })
    const { out } = await tagwall(folder, ['doctor', '--read', 'seen.json'])
    expect(out.match(/^ +\S*2001:db8\S*/gm)).toEqual(['  [2001:db8::1]:8443', '  [2001:db8::1]'])
  })

  test('endpoints that Private Link does not need are not missing without a region', async () => {
    const { location, ...record } = JSON.parse(RECORD)
    const folder = folderWith({ 'seen.json': JSON.stringify({ ...record, features: ['cluster-connect'] }) })
    const missing = async (...argv: string[]) =>
      JSON.parse((await tagwall(folder, ['doctor', '--read', 'seen.json', '--json', ...argv])).out).withoutLocation
    expect([location, await missing(), await missing('--no-private-link')]).toEqual(['westeurope', 2, 3])
  })
})
