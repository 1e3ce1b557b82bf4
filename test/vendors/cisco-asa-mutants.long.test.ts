import { device } from '../../vendors/cisco-asa/reader.ts'
import { testMutants } from './cisco-mutants.ts'
import { harnessOf } from './harness.ts'

const { goldens, goldenOf, objectionsTo } = harnessOf('cisco-asa', device)

testMutants({ goldens: goldens(), goldenOf, objectionsTo })
