import { FilterError } from '../errors.ts'
import type {
  ColumnOperand,
  Comparison,
  Form,
  JsonPlace,
  JsonType,
  NativeArray,
  Operand,
  Range,
} from '../form.ts'
import { jsonStep } from '../sql/json-path.ts'

/** An expression of MongoDB's aggregations. */
export type Expression = unknown

/** What a name of a table stands for: the document, or an element of a list. */
export type Roots = ReadonlyMap<string, string>

/**
 * Writes a form as an expression, which is true or false for every document. Unlike MongoDB's queries,
 * expressions do not look into lists where none are asked about, so that all is said here that needs
 * more than a field and a value. They order values of different types: each has its type asked first.
 */
export function writeExpression(form: Form, roots: Roots): Expression {
  switch (form.kind) {
    case 'constant':
      return { $literal: form.value }
    case 'and':
    case 'or': {
      const parts = form.of.map((part) => writeExpression(part, roots))
      return form.kind === 'and' ? { $and: parts } : { $or: parts }
    }
    case 'not':
      return { $not: [writeExpression(form.of, roots)] }
    case 'compare': {
      const operands = [form.left, form.right].map((each) => operandOf(each, roots))
      const types = [form.left, form.right].map((each) => hasType(each, roots))
      return { $and: [...types, { [OPERATORS[form.operator]]: operands }] }
    }
    case 'in': {
      const values = form.values.map((each) => each.value)
      return { $in: [operandOf(form.operand, roots), { $literal: values }] }
    }
    case 'match':
      return matching(form, roots)
    case 'is-null': {
      if (form.column.kind === 'array')
        return { $not: [{ $isArray: [columnOf(form.column, roots)] }] }
      return { $in: [{ $type: columnOf(form.column, roots) }, ['null', 'missing', 'undefined']] }
    }
    case 'is-dated': {
      const moment = operandOf(form.column, roots)
      const [first, end] = [{ $literal: DATED.$gte }, { $literal: DATED.$lt }]
      const isWithin = [{ $gte: [moment, first] }, { $lt: [moment, end] }]
      return { $and: [hasType(form.column, roots), ...isWithin] }
    }
    case 'json-type': {
      const types = form.types.flatMap((type) => TYPES[type])
      return { $in: [{ $type: placeOf(form.json, roots) }, types] }
    }
    default:
      return { $anyElementTrue: [tests(form, roots)] }
  }
}

/** The moments that there are in CEL. */
export const DATED: { readonly $gte: Date; readonly $lt: Date } = {
  $gte: new Date('0001-01-01T00:00:00.000Z'),
  $lt: new Date('+010000-01-01T00:00:00.000Z'),
}

/** Of each element of a list whether it fulfils a condition. */
function tests(
  { range, alias, where }: { readonly range: Range; readonly alias: string; readonly where: Form },
  roots: Roots,
): Expression {
  const inner = new Map(roots).set(alias, `$$${alias}`)
  const each = { input: elementsOf(range, roots), as: alias }
  return { $map: { ...each, in: writeExpression(where, inner) } }
}

const OPERATORS = {
  eq: '$eq',
  ne: '$ne',
  lt: '$lt',
  le: '$lte',
  gt: '$gt',
  ge: '$gte',
} as const satisfies Record<Comparison, string>

const NUMBERS = ['int', 'long', 'double', 'decimal']

const TYPES: Readonly<Record<JsonType, readonly string[]>> = {
  string: ['string'],
  number: NUMBERS,
  boolean: ['bool'],
  null: ['null'],
  array: ['array'],
  object: ['object'],
}

/** Texts are searched as bytes, which has no patterns. */
function matching(
  { how, operand, text }: Form & { readonly kind: 'match' },
  roots: Roots,
): Expression {
  const [subject, sought] = [operandOf(operand, roots), operandOf(text, roots)]
  const found = {
    contains: { $gte: [{ $indexOfBytes: [subject, sought] }, 0] },
    startsWith: { $eq: [{ $indexOfBytes: [subject, sought] }, 0] },
    endsWith: {
      $let: {
        vars: { start: { $subtract: [{ $strLenBytes: subject }, { $strLenBytes: sought }] } },
        in: {
          $and: [
            { $gte: ['$$start', 0] },
            // What nothing is sought behind is left to no evaluator.
            {
              $or: [
                { $eq: [sought, { $literal: '' }] },
                { $eq: [{ $indexOfBytes: [subject, sought, '$$start'] }, '$$start'] },
              ],
            },
          ],
        },
      },
    },
  }[how]
  // What is no text is not searched: that would be an error of the whole query.
  const areTexts = { $and: [hasType(operand, roots), hasType(text, roots)] }
  return { $cond: [areTexts, found, false] }
}

function hasType(operand: Operand, roots: Roots): Expression {
  if (operand.kind === 'value') return true
  if (operand.kind === 'size') return true
  const type = operand.type
  const types =
    type === 'string'
      ? ['string']
      : type === 'boolean'
        ? ['bool']
        : type === 'timestamp'
          ? ['date']
          : NUMBERS
  return { $in: [{ $type: operandOf(operand, roots) }, types] }
}

function operandOf(operand: Operand, roots: Roots): Expression {
  switch (operand.kind) {
    case 'column':
      return columnOf(operand, roots)
    case 'json':
      return placeOf(operand.json, roots)
    case 'size': {
      const kept = { $filter: { input: tests(operand, roots), as: 'test', cond: '$$test' } }
      return { $size: kept }
    }
    case 'length':
      return ofTexts([operand.of], roots, (text) => ({ $strLenCP: text }))
    case 'concat':
      return ofTexts(operand.parts, roots, (...texts) => ({ $concat: texts }))
    default:
      return {
        $literal: operand.type === 'timestamp' ? new Date(String(operand.value)) : operand.value,
      }
  }
}

/** What is made of texts, or `null` where one is none: that would be an error of the whole query. */
function ofTexts(
  operands: readonly Operand[],
  roots: Roots,
  make: (...texts: readonly Expression[]) => Expression,
): Expression {
  const are = operands.map((each) => hasType(each, roots))
  return { $cond: [{ $and: are }, make(...operands.map((each) => operandOf(each, roots))), null] }
}

function columnOf({ table, column }: ColumnOperand | NativeArray, roots: Roots): Expression {
  // An element of a list of scalars is the value itself.
  return roots.get(table) ?? fieldOf('$', column)
}

function rootOf(table: string, roots: Roots): string {
  return roots.get(table) ?? '$'
}

function fieldOf(root: string, field: string): string {
  return root === '$' ? `$${field}` : `${root}.${field}`
}

/** A value within another, if each on the way is an object: a list of objects is none. */
function placeOf({ table, column, path }: JsonPlace, roots: Roots): Expression {
  const root = rootOf(table, roots)
  const start: Expression = column === undefined ? root : fieldOf(root, column)
  return path.reduce((input, key) => {
    jsonStep(key)
    if (typeof key === 'number') {
      const element = { $arrayElemAt: ['$$within', key] }
      const place = { $cond: [{ $isArray: ['$$within'] }, element, '$$REMOVE'] }
      return { $let: { vars: { within: input }, in: place } }
    }
    const isObject = { $eq: [{ $type: '$$within' }, 'object'] }
    const field = { $cond: [isObject, `$$within.${key}`, '$$REMOVE'] }
    return { $let: { vars: { within: input }, in: field } }
  }, start)
}

function elementsOf(range: Range, roots: Roots): Expression {
  if (range.kind === 'relation') {
    throw new FilterError('bad-mapping', 'other documents are in no condition of MongoDB', {
      operator: 'exists',
    })
  }
  if (range.kind === 'keys') {
    const value = placeOf(range.json, roots)
    const isObject = { $eq: [{ $type: value }, 'object'] }
    const fields = { $cond: [isObject, { $objectToArray: value }, []] }
    return { $map: { input: fields, as: 'field', in: '$$field.k' } }
  }
  const list = range.kind === 'array' ? columnOf(range, roots) : placeOf(range.json, roots)
  return { $cond: [{ $isArray: [list] }, list, []] }
}
