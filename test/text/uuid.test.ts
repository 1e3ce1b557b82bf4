import { expect, test } from 'vitest'
import { nameUuid } from '../../src/model/naming.ts'

const DNS = '6ba7b810-9dad-11d1-80b4-00c04fd430c8'

// The first is the example of RFC 9562, appendix A.4; the others are what Python's uuid.uuid5 gives.
test.for([
  [DNS, 'www.example.com', '2ed6657d-e927-568b-95e1-2665a8aea6a2'],
  [DNS, 'tagwall-X', 'b96d6460-bdca-55d3-9819-95cf54b84081'],
  [DNS.toUpperCase(), 'tagwall-X', 'b96d6460-bdca-55d3-9819-95cf54b84081'],
  [DNS, '', '4ebd0208-8328-5d69-8c44-ec50939c0967'],
  [DNS, 'Größe', 'e1aa1205-d4e2-5710-a677-5c65f6628640'],
  ['', 'x', undefined],
  ['6ba7b810-9dad-11d1-80b4-00c04fd430c', 'x', undefined],
] as const)('in %s, %s has the UUID %s', ([namespace, name, want]) => {
  expect(nameUuid(namespace, name)).toBe(want)
})
