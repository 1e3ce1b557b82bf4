import type { Word } from 'tagwall/reader'
import type { Schema } from './reader-schema.ts'

/** A place in the configuration: its path, and the words that may follow. */
export interface Spot {
  readonly path: readonly string[]
  readonly schema: Schema
}

/** The path of one statement in the configuration tree. */
export interface Leaf {
  readonly path: readonly string[]
  /** True if the value replaces its siblings. */
  readonly isOnly: boolean
  /** The number of leading words that the schema knows. */
  readonly known: number
}

/** Follows the words of a statement from `start`: the leaves that it names, and the place where it ends. */
export function walk(words: readonly Word[], start: Spot): { leaves: Leaf[]; end: Spot } {
  const leaves: Leaf[] = []
  let { path, schema } = start
  const emit = (tail: readonly Word[], more: { isOnly?: boolean; isUnknown?: boolean } = {}) => {
    const whole = [...path, ...tail.flat()]
    leaves.push({ path: whole, isOnly: more.isOnly === true, known: more.isUnknown ? path.length : whole.length })
  }
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as Word
    if (schema.kind === 'list') {
      if (typeof word !== 'string') {
        for (const name of word) emit([name])
        continue
      }
      path = [...path, word]
      schema = schema.entry
      continue
    }
    if (schema.kind !== 'box') {
      emit(words.slice(at), { isUnknown: schema.kind !== 'rest' })
      return { leaves, end: { path, schema: REST } }
    }
    const child: Schema | undefined =
      typeof word === 'string' && Object.hasOwn(schema.children, word) ? schema.children[word] : undefined
    if (child === undefined) {
      if (schema.plain !== undefined) {
        emit([schema.plain, word], { isOnly: true })
        continue
      }
      emit(words.slice(at), { isUnknown: true })
      return { leaves, end: { path: [...path, ...words.slice(at).flat()], schema: REST } }
    }
    if (child.kind === 'box' || child.kind === 'list') {
      path = [...path, word as string]
      schema = child
    } else if (child.kind === 'flag') emit([word])
    else if (child.kind === 'rest') {
      emit(words.slice(at))
      return { leaves, end: { path: [...path, ...words.slice(at).flat()], schema: REST } }
    } else {
      const values = [words[at + 1] ?? []].flat()
      for (const value of values) emit([word, value], { isOnly: child.kind === 'one' })
      if (values.length === 0) emit([word])
      at++
    }
  }
  return { leaves, end: { path, schema } }
}

const REST: Schema = { kind: 'rest' }
