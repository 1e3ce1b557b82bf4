import { afterEach } from 'vitest'
import { Namespace } from './namespace.ts'

const open: Namespace[] = []
afterEach(() => {
  for (const namespace of open.splice(0)) namespace.close()
})

/** A network of its own, which ends with the test. */
export async function kernel(): Promise<Namespace> {
  const namespace = await Namespace.create()
  open.push(namespace)
  return namespace
}
