import { device } from '../../vendors/cisco-asa/reader.ts'
import { harnessOf } from './cisco-harness.ts'
import { testMutants } from './cisco-mutants.ts'

const { goldens, goldenOf, objectionsTo } = harnessOf('cisco-asa', device)

testMutants({ goldens: goldens(), goldenOf, objectionsTo })
