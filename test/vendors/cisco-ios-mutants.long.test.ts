import { device } from '../../vendors/cisco-ios/reader.ts'
import { testMutants } from './cisco-mutants.ts'
import { harnessOf } from './harness.ts'

testMutants(harnessOf('cisco-ios', device))
