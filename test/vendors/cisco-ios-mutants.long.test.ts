import { device } from '../../vendors/cisco-ios/reader.ts'
import { testMutants } from './cisco-mutants.ts'
import { harnessOf } from './harness.ts'

const { goldens, goldenOf, objectionsTo } = harnessOf('cisco-ios', device)

testMutants({ goldens: goldens(), goldenOf, objectionsTo })
