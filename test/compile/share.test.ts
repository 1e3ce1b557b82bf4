import { expect, test } from 'vitest'
import { isFor, isForAll } from '../../src/compile/rules-of-target.ts'
import { rulesKey, Shared, sharedRenderer } from '../../src/compile/share.ts'
import { SHIPPED } from '../../src/paths.ts'
import { readVendor, resolveOptions } from '../../src/vendor/vendor.ts'
import { rulesetOf, setOf } from '../audit/notation.ts'
import { vendorOf } from './acme.ts'

const RULES = rulesetOf('Web out tcp 443 192.0.2.0/24')

const jobOf = (target: string, options: object = {}, family?: 'ipv4' | 'ipv6') => {
  const vendor = readVendor('list', [SHIPPED.vendors])
  return { target, vendor, options: resolveOptions(vendor, { ...options }, 'test'), family }
}

test('targets that differ only in their name share the rendered files', () => {
  const render = sharedRenderer()
  const first = render(RULES, jobOf('edge@berlin'))
  expect(first.files.map(({ text }) => text)).toEqual(['192.0.2.0/24\n'])
  expect(render(RULES, jobOf('edge@paris'))).toBe(first)
  expect(render({ ...RULES }, jobOf('edge@paris'))).not.toBe(first)
  expect(render(RULES, jobOf('branch', { form: 'sets' })).files.map(({ part }) => part)).toEqual(['Web'])
  expect(render(RULES, jobOf('v4', {}, 'ipv4'))).not.toBe(first)
})

test('findings name the target of their own files', () => {
  const render = sharedRenderer()
  const limits = { totalLines: { max: 0, source: '', hint: '', when: {}, unverified: false, cases: [] } }
  const job = jobOf('edge@berlin')
  const found = ['edge@berlin', 'edge@paris'].map((target) =>
    render(RULES, { ...job, target, vendor: { ...job.vendor, limits } }).findings.map(
      (finding) => finding.code === 'LIMIT_EXCEEDED' && finding.target,
    ),
  )
  expect(found).toEqual([['edge@berlin'], ['edge@paris']])
})

test('a result is shared for the same objects, vendor, options, limits and family', () => {
  const shared = new Shared<string>()
  const job = { target: 'edge', vendor: vendorOf(), options: { a: 1 }, family: undefined }
  const [one, other] = [{}, {}]
  const key = shared.keyOf(job, [one, undefined])
  expect(shared.find(key)).toBeUndefined()
  expect(shared.keep(key, 'made')).toBe('made')
  const limits = { rules: { max: 5, source: '', hint: '', when: {}, unverified: false, cases: [] } }
  const found = {
    again: shared.keyOf(job, [one, undefined]),
    otherTarget: shared.keyOf({ ...job, target: 'branch' }, [one, undefined]),
    otherObject: shared.keyOf(job, [other, undefined]),
    otherOrder: shared.keyOf(job, [undefined, one]),
    otherOptions: shared.keyOf({ ...job, options: { a: 2 } }, [one, undefined]),
    otherVendor: shared.keyOf({ ...job, vendor: vendorOf({ folder: 'other' }) }, [one, undefined]),
    otherLimits: shared.keyOf({ ...job, vendor: vendorOf({ limits }) }, [one, undefined]),
    otherFamily: shared.keyOf({ ...job, family: 'ipv4' }, [one, undefined]),
  }
  const same = Object.entries(found).filter(([, key]) => shared.find(key) === 'made')
  expect(same.map(([what]) => what)).toEqual(['again', 'otherTarget'])
})

test('targets share rules if these, the local side and the cover are the same', () => {
  const rules = rulesetOf('Web out tcp 443 192.0.2.0/24', 'Own out tcp 80 192.0.2.0/24')
  const split = { ...rules, rules: rules.rules.map((rule, index) => (index ? { ...rule, targets: ['edge'] } : rule)) }
  const sets = ['10.0.0.0/8', '10.0.0.0/9'].map(setOf)
  const keys = ['edge@berlin', 'edge@paris', 'branch'].flatMap((name) => {
    const target = { at: '', name, vendor: 'list', out: '', options: {}, limits: {} }
    return [
      ...[rules, split].map((all) => rulesKey(target, all, undefined)),
      ...sets.map((prefixes) => rulesKey({ ...target, local: { prefixes } }, rules, undefined)),
      ...sets.map((prefixes) => rulesKey(target, rules, new Map([['Web', prefixes]]))),
    ]
  })
  // The branch has one of its own: not all of the split rules are for it.
  expect(new Set(keys).size).toBe(7)
  expect(['edge@berlin', 'edge@paris', 'edge'].map((name) => isFor({ sites: ['berlin'] }, name))).toEqual([
    true,
    false,
    false,
  ])
  expect([{}, { targets: ['edge'] }, { sites: ['berlin'] }].map(isForAll)).toEqual([true, false, false])
})
