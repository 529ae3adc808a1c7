import type { SchemaScope } from '../compiler.ts'
import { pointerStep } from '../go-text.ts'
import {
  isSchemaList,
  isSchemaObject,
  type SchemaJson,
  SchemaNumber,
  type SchemaObject,
} from '../schema-json.ts'
import type { Schema } from '../validate.ts'

/** A schema that is being compiled, as the keywords see it. */
export interface KeywordContext {
  readonly json: SchemaObject
  readonly version: number
  readonly scope: SchemaScope
  /** A keyword's number, undefined when it has none. */
  number(keyword: string): SchemaNumber | undefined
  /** A keyword's schema, for members of the value. */
  inner(keyword: string): Schema | undefined
  /** A keyword's schema, for the value itself. */
  samePlace(keyword: string): Schema | undefined
  /** A keyword's list of schemas. */
  list(keyword: string, place: 'inner' | 'same'): readonly NamedSchema[]
  /** A keyword's schemas by name. What is no schema is passed over. */
  members(keyword: string, place: 'inner' | 'same'): readonly NamedSchema[]
}

export interface NamedSchema {
  readonly name: string
  /** The way to it: `properties/x`. */
  readonly keyword: string
  readonly schema: Schema
}

export function createKeywordContext(json: SchemaObject, scope: SchemaScope): KeywordContext {
  const { compiler, document, stack } = scope
  const compile = (keyword: string, place: 'inner' | 'same'): Schema =>
    compiler.compileInside(scope, keyword, place === 'inner' ? [] : stack, keyword)
  const optional = (keyword: string, place: 'inner' | 'same'): Schema | undefined =>
    isSchema(json.get(keyword)) ? compile(keyword, place) : undefined
  return {
    json,
    version: document.draft.version,
    scope,
    number(keyword) {
      const value = json.get(keyword)
      return value instanceof SchemaNumber ? value : undefined
    },
    inner: (keyword) => optional(keyword, 'inner'),
    samePlace: (keyword) => optional(keyword, 'same'),
    list(keyword, place) {
      const value = json.get(keyword)
      if (!isSchemaList(value)) return []
      return value.map((_, index) => {
        const path = `${keyword}/${index}`
        return { name: String(index), keyword: path, schema: compile(path, place) }
      })
    },
    members(keyword, place) {
      const value = json.get(keyword)
      if (!isSchemaObject(value)) return []
      return [...value].flatMap(([name, member]) => {
        if (!isSchema(member)) return []
        const path = `${keyword}/${pointerStep(name)}`
        return [{ name, keyword: path, schema: compile(path, place) }]
      })
    },
  }
}

function isSchema(json: SchemaJson | undefined): boolean {
  return isSchemaObject(json) || typeof json === 'boolean'
}
