import { device } from '../../vendors/cisco-ios/reader.ts'
import { harnessOf } from './cisco-harness.ts'
import { testMutants } from './cisco-mutants.ts'

const { goldens, goldenOf, objectionsTo } = harnessOf('cisco-ios', device)

testMutants({ goldens: goldens(), goldenOf, objectionsTo })
