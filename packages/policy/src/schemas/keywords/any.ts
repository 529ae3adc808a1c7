import type { JsonValue } from '../../linked.ts'
import { equalsSchema, typeOf } from '../equality.ts'
import { FORMATS } from '../formats.ts'
import { quote, quoteGo } from '../go-text.ts'
import {
  isSchemaList,
  isSchemaObject,
  type SchemaJson,
  SchemaNumber,
  textsOf,
} from '../schema-json.ts'
import type { Schema } from '../validate.ts'
import type { KeywordContext } from './context.ts'

/** `type`, `const`, `enum` and `format`. */
export function addAnyKeywords(schema: Schema, { json, version }: KeywordContext): void {
  const type = json.get('type')
  const types = typeof type === 'string' ? [type] : textsOf(type)
  if (types.length > 0) schema.checkType = (value) => wrongType(types, value)

  const constant = json.get('const')
  if (constant !== undefined && version >= 6) {
    const message = isCompound(constant) ? 'const failed' : `value must be ${show(constant)}`
    schema.any.push((value, frame) => {
      if (!equalsSchema(value, constant)) frame.fail('const', message)
    })
  }

  const values = json.get('enum')
  if (isSchemaList(values) && values.length > 0) {
    const message = enumMessage(values)
    schema.any.push((value, frame) => {
      if (!values.some((each) => equalsSchema(value, each))) frame.fail('enum', message)
    })
  }

  const format = json.get('format')
  const hasFormat = typeof format === 'string' ? FORMATS.get(format) : undefined
  if (typeof format === 'string' && hasFormat) {
    const name = quote(format)
    schema.any.push((value, frame) => {
      if (typeof value === 'string' && !hasFormat(value)) {
        frame.fail('format', `${quote(value)} is not valid ${name}`)
      }
    })
  }
}

function wrongType(types: readonly string[], value: JsonValue): string | undefined {
  const actual = typeOf(value)
  const isInteger = actual === 'number' && Number.isInteger(value) && types.includes('integer')
  if (isInteger || types.includes(actual)) return undefined
  return `expected ${types.join(' or ')}, but got ${actual}`
}

function enumMessage(values: readonly SchemaJson[]): string {
  if (values.some(isCompound)) return 'enum failed'
  return `value must be ${values.length > 1 ? 'one of ' : ''}${values.map(show).join(', ')}`
}

function isCompound(json: SchemaJson): boolean {
  return isSchemaList(json) || isSchemaObject(json)
}

/** As Go's `%#v` prints it: numbers are texts there. */
function show(json: SchemaJson): string {
  if (json === null) return '<nil>'
  if (typeof json === 'boolean') return String(json)
  return quoteGo(json instanceof SchemaNumber ? json.text : String(json))
}
