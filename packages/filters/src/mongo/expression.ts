import { FilterError } from '../errors.ts'
import type {
  ColumnOperand,
  Comparison,
  Form,
  JsonPlace,
  JsonType,
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
        return { $not: [{ $isArray: [listOf(form.column, roots)] }] }
      return { $in: [{ $type: columnOf(form.column, roots) }, ['null', 'missing', 'undefined']] }
    }
    case 'json-type': {
      const types = form.types.flatMap((type) => TYPES[type])
      return { $in: [{ $type: placeOf(form.json, roots) }, types] }
    }
    default: {
      const inner = new Map(roots).set(form.alias, `$$${form.alias}`)
      const each = { input: elementsOf(form.range, roots), as: form.alias }
      return { $anyElementTrue: [{ $map: { ...each, in: writeExpression(form.where, inner) } }] }
    }
  }
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
  const subject = operandOf(operand, roots)
  const sought = { $literal: text }
  const found = {
    contains: { $gte: [{ $indexOfBytes: [subject, sought] }, 0] },
    startsWith: { $eq: [{ $indexOfBytes: [subject, sought] }, 0] },
    endsWith: {
      $let: {
        vars: { start: { $subtract: [{ $strLenBytes: subject }, { $strLenBytes: sought }] } },
        in: {
          $and: [
            { $gte: ['$$start', 0] },
            { $eq: [{ $indexOfBytes: [subject, sought, '$$start'] }, '$$start'] },
          ],
        },
      },
    },
  }[how]
  // What is no text is not searched: that would be an error of the whole query.
  return { $cond: [hasType(operand, roots), found, false] }
}

function hasType(operand: Operand, roots: Roots): Expression {
  if (operand.kind === 'value') return true
  if (operand.kind === 'size') return { $isArray: [elementsOrNot(operand.range, roots)] }
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
    case 'size':
      return { $size: elementsOf(operand.range, roots) }
    default:
      return {
        $literal: operand.type === 'timestamp' ? new Date(String(operand.value)) : operand.value,
      }
  }
}

function columnOf({ table, column }: ColumnOperand, roots: Roots): Expression {
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
    const isObject = { $eq: [{ $type: '$$within' }, 'object'] }
    const field = { $cond: [isObject, `$$within.${key}`, '$$REMOVE'] }
    return { $let: { vars: { within: input }, in: field } }
  }, start)
}

function elementsOf(range: Range, roots: Roots): Expression {
  const list = elementsOrNot(range, roots)
  return { $cond: [{ $isArray: [list] }, list, []] }
}

function elementsOrNot(range: Range, roots: Roots): Expression {
  if (range.kind === 'array') return listOf(range, roots)
  throw new FilterError('bad-mapping', 'other documents are in no condition of MongoDB', {
    operator: 'exists',
  })
}

function listOf({ table, column }: Range & { readonly kind: 'array' }, roots: Roots): Expression {
  return fieldOf(rootOf(table, roots), column)
}
