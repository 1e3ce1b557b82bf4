import { expect, test } from 'vitest'
import { didYouMean, misspelt } from '../../src/text/nearest.ts'

const TAGS = ['AzureActiveDirectory', 'AzureFrontDoor.FirstParty', 'AzureFrontDoor.Frontend', 'Sql', 'Storage']

test.for([
  ['AzureActiveDirectroy', '; did you mean "AzureActiveDirectory"?'],
  ['azureactivedirectory', '; did you mean "AzureActiveDirectory"?'],
  ['FirstParty', '; did you mean "AzureFrontDoor.FirstParty"?'],
  ['AzureFrontDoor', '; did you mean "AzureFrontDoor.FirstParty" or "AzureFrontDoor.Frontend"?'],
  ['Stroage', '; did you mean "Storage"?'],
  ['Sq', '; did you mean "Sql"?'],
  ['Nothing', ''],
  ['', ''],
])('of the tags, %j is%s', ([name, want]) => {
  expect(didYouMean(name as string, TAGS)).toBe(want)
})

test.for([
  ['asa', '; did you mean "cisco-asa"?'],
  ['srx', '; did you mean "juniper-srx"?'],
  ['azure', '; did you mean "azure-firewall"?'],
  ['forti', '; did you mean "fortigate"?'],
])('of the vendors, %j is%s', ([name, want]) => {
  expect(didYouMean(name as string, ['nsg', 'cisco-asa', 'azure-firewall', 'fortigate', 'juniper-srx', 'pf'])).toBe(
    want,
  )
})

test.for([
  ['AzureActiveDirectroy', ['AzureActiveDirectory']],
  ['Directory', []],
  ['Storages', ['Storage']],
])('%j is a misspelling of %j', ([name, want]) => {
  expect(misspelt(name as string, TAGS)).toEqual(want)
})

test('names three at most, the closest first, and of equals the one that sorts first', () => {
  expect(didYouMean('port', ['ports', 'sport', 'part', 'pars', 'fort'])).toBe(
    '; did you mean "fort", "part" or "ports"?',
  )
})

test('names the one that differs only in case, and no other', () => {
  expect(didYouMean('IPv4', ['ipv6', 'ipv4'])).toBe('; did you mean "ipv4"?')
})

test('suggests nothing without known names', () => {
  expect(didYouMean('port', [])).toBe('')
})
