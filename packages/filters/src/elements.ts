import { comparison, type Outcome } from './compare.ts'
import { FilterError } from './errors.ts'
import {
  ALWAYS,
  type Comparison,
  every,
  type Form,
  type JsonPlace,
  NEVER,
  not,
  type Range,
  some,
} from './form.ts'
import { isScalarColumn } from './mapping.ts'
import { isArray, isThere, type JsonScalar, type Term } from './term.ts'

/** What a condition goes through: the elements of a list, or the keys of an object. */
export interface Elements {
  /** Where it is a list, or an object. */
  readonly isList: Form
  /** Where nothing of what made it was an error. */
  readonly isComplete: Form
  /** Where something is true of any of them. */
  readonly some: (test: Test) => Form
  /** Where something is true of so many of them. */
  readonly count: (operator: Comparison, limit: number, test: Test) => Form
}

type Test = (element: Term) => Form

/** How many names of subqueries there are. */
export interface Aliases {
  count: number
}

/** What a term has for elements, or for keys unless lists are asked for; undefined where it never is one. */
export function elementsOf(term: Term, aliases: Aliases, of?: 'lists'): Elements | undefined {
  switch (term.kind) {
    case 'values':
      return ofValues(term.values)
    case 'relation': {
      const { range, element } = term
      return ofRange(range, ALWAYS, aliases, (table) =>
        isScalarColumn(element)
          ? { kind: 'column', table, ...element }
          : { kind: 'record', table, fields: element },
      )
    }
    case 'array':
      return ofRange(term.range, isArray(term), aliases, (table) =>
        elementOf(term.range.json, table),
      )
    case 'native-array': {
      const { range, elements: type } = term
      return ofRange(range, isArray(term), aliases, (table) => ({
        ...{ kind: 'column', table, column: 'value', type, null: 'null' },
      }))
    }
    case 'json':
      return of === 'lists' ? ofJsonList(term.json, aliases) : ofJson(term.json, aliases)
    case 'none':
      return { isList: NEVER, isComplete: NEVER, some: () => NEVER, count: () => NEVER }
    default:
      return undefined
  }
}

/** The elements of which a condition holds; an error of any is one of the whole. */
export function filtered(elements: Elements, condition: (element: Term) => Outcome): Elements {
  const isKept = (element: Term): Form => condition(element).holds
  return {
    isList: elements.isList,
    isComplete: every(elements.isComplete, isDecided(elements, condition)),
    some: (test) => elements.some((each) => every(isKept(each), test(each))),
    count: (operator, limit, test) =>
      elements.count(operator, limit, (each) => every(isKept(each), test(each))),
  }
}

/** What the elements are turned into. */
export function mapped(elements: Elements, termOf: (element: Term) => Term): Elements {
  const missing = elements.some((each) => not(isThere(termOf(each))))
  return {
    isList: elements.isList,
    isComplete: every(elements.isComplete, not(missing)),
    some: (test) => elements.some((each) => test(termOf(each))),
    count: (operator, limit, test) => elements.count(operator, limit, (each) => test(termOf(each))),
  }
}

/** Where a condition is an error of none of the elements. */
export function isDecided(elements: Elements, condition: (element: Term) => Outcome): Form {
  const undecided = elements.some((each) => {
    const { holds, fails } = condition(each)
    return not(some(holds, fails))
  })
  return not(undecided)
}

function ofValues(values: readonly JsonScalar[]): Elements {
  return {
    isList: ALWAYS,
    isComplete: ALWAYS,
    some: (test) => some(...values.map((value) => test({ kind: 'value', value }))),
    count() {
      const message = 'how many of a list that is known fulfil a condition'
      throw new FilterError('unsupported-operator', message, { operator: 'size' })
    },
  }
}

function ofJsonList(json: JsonPlace, aliases: Aliases): Elements {
  return ofRange({ kind: 'elements', json }, isOf(json, 'array'), aliases, (table) =>
    elementOf(json, table),
  )
}

function ofJson(json: JsonPlace, aliases: Aliases): Elements {
  const list = ofJsonList(json, aliases)
  const object = ofRange({ kind: 'keys', json }, isOf(json, 'object'), aliases, (table) => ({
    ...{ kind: 'column', table, column: 'value', type: 'string' },
  }))
  return {
    isList: { kind: 'json-type', json, types: ['array', 'object'] },
    isComplete: ALWAYS,
    some: (test) => some(list.some(test), object.some(test)),
    count: (...asked) => some(list.count(...asked), object.count(...asked)),
  }
}

function isOf(json: JsonPlace, type: 'array' | 'object'): Form {
  return { kind: 'json-type', json, types: [type] }
}

function elementOf(list: JsonPlace, table: string): Term {
  return { kind: 'json', json: { table, column: undefined, list, path: [] }, null: undefined }
}

function ofRange(
  range: Range,
  isList: Form,
  aliases: Aliases,
  elementIn: (alias: string) => Term,
): Elements {
  const tested = (test: Test): { alias: string; where: Form } => {
    aliases.count += 1
    const alias = `lockstitch_${aliases.count}`
    return { alias, where: test(elementIn(alias)) }
  }
  return {
    isList,
    isComplete: ALWAYS,
    some(test) {
      const { alias, where } = tested(test)
      const isNever = where.kind === 'constant' && !where.value
      return isNever ? NEVER : { kind: 'exists', range, alias, where }
    },
    count(operator, limit, test) {
      const size = { kind: 'size', range, ...tested(test), type: 'int' } as const
      const value = { kind: 'value', value: limit, type: 'number' } as const
      return every(isList, comparison(operator, size, value))
    },
  }
}
