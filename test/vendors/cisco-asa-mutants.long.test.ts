import { device } from '../../vendors/cisco-asa/reader.ts'
import { testMutants } from './cisco-mutants.ts'
import { harnessOf } from './harness.ts'

testMutants(harnessOf('cisco-asa', device))
