import type { ColumnOperand, Comparison, Form, Operand, Range } from '../form.ts'
import type { SortKey } from '../keyset.ts'
import type { Dialect } from './dialect.ts'
import { type Fragment, separated, sql } from './fragment.ts'

const OPERATORS: Readonly<Record<Comparison, string>> = {
  eq: '=',
  ne: '<>',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
}

/** Writes a form as a condition of SQL. */
export function write(form: Form, dialect: Dialect): Fragment {
  switch (form.kind) {
    case 'constant':
      return [form.value ? '1 = 1' : '1 = 0']
    case 'and':
    case 'or': {
      const parts = form.of.map((part) => sql`(${write(part, dialect)})`)
      return separated(parts, form.kind === 'and' ? ' AND ' : ' OR ')
    }
    case 'not':
      return form.of.kind === 'is-null'
        ? sql`${nullable(form.of.column, dialect)} IS NOT NULL`
        : sql`(${write(form.of, dialect)}) IS NOT TRUE`
    case 'compare': {
      const { left, operator, right } = form
      const [a, b] = [comparable(left, dialect), comparable(right, dialect)]
      return sql`${a} ${OPERATORS[operator]} ${b}`
    }
    case 'in': {
      const values = form.values.map((value) => comparable(value, dialect))
      return sql`${comparable(form.operand, dialect)} IN (${separated(values, ', ')})`
    }
    case 'match':
      return dialect.match(form.how, operand(form.operand, dialect), operand(form.text, dialect))
    case 'is-null':
      return sql`${nullable(form.column, dialect)} IS NULL`
    case 'is-dated':
      return dialect.isDated(columnOf(form.column, dialect))
    case 'json-type':
      return dialect.jsonType(form.json, form.types)
    default:
      return sql`EXISTS (SELECT 1 ${rowsOf(form, dialect)})`
  }
}

/** Writes an order. NULL comes last, which databases do not agree about. */
export function writeOrder(keys: readonly SortKey[], dialect: Dialect): Fragment {
  const parts = keys.map(({ column: key, direction }) => {
    const name = columnOf(key, dialect)
    const order = direction === 'desc' ? ' DESC' : ''
    const ordered = sql`${dialect.sortable(name, key.type)}${order}`
    return key.isNullable ? sql`${name} IS NULL, ${ordered}` : ordered
  })
  return separated(parts, ', ')
}

/** The rows of a list that fulfil a condition. */
function rowsOf(
  { range, alias, where }: { readonly range: Range; readonly alias: string; readonly where: Form },
  dialect: Dialect,
): Fragment {
  const name = dialect.name(alias)
  const condition = write(where, dialect)
  if (range.kind !== 'relation') {
    return sql`FROM ${dialect.rows(range, name)} WHERE ${condition}`
  }
  const joined = sql`${name}.${dialect.name(range.to)} = ${column(range.outer, range.from, dialect)}`
  return sql`FROM ${dialect.name(range.table)} AS ${name} WHERE ${joined} AND (${condition})`
}

function nullable(
  { table, column: name }: { readonly table: string; readonly column: string },
  dialect: Dialect,
): Fragment {
  return column(table, name, dialect)
}

function comparable(each: Operand, dialect: Dialect): Fragment {
  return dialect.comparable(operand(each, dialect), each.type)
}

function operand(each: Operand, dialect: Dialect): Fragment {
  switch (each.kind) {
    case 'column':
      return columnOf(each, dialect)
    case 'json':
      return dialect.jsonValue(each)
    case 'value':
      return dialect.constant(each)
    case 'length':
      return dialect.length(operand(each.of, dialect))
    case 'concat':
      return dialect.concat(each.parts.map((part) => operand(part, dialect)))
    default:
      return sql`(SELECT COUNT(*) ${rowsOf(each, dialect)})`
  }
}

function columnOf({ table, column: name }: ColumnOperand, dialect: Dialect): Fragment {
  return column(table, name, dialect)
}

function column(table: string, name: string, dialect: Dialect): Fragment {
  return [`${dialect.name(table)}.${dialect.name(name)}`]
}
