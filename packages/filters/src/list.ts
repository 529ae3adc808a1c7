import type { PlanFilter } from '@lockstitch/engine'

import { equal } from './compare.ts'
import { cursorOf, readCursor } from './cursor.ts'
import { FilterError } from './errors.ts'
import { ALWAYS, every, type Form } from './form.ts'
import { afterPosition, type OrderBy, type SortKey, sortKeys } from './keyset.ts'
import type { Mapping } from './mapping.ts'
import { askable, type JsonScalar, variableTerm } from './term.ts'
import { translate } from './translate.ts'

/** What may be listed: the filter of a plan, and what the plan took for known of every resource. */
export interface ListPlan {
  readonly filter: PlanFilter
  /** The attributes that the plan was asked with. They become conditions: without them it says too little. */
  readonly known?: Readonly<Record<string, unknown>>
}

/** How a list is asked for, beside what is allowed. */
export interface ListOptions<Own> {
  /** The application's own condition. */
  readonly where?: Own | undefined
  /** By default by id. The id is always the last key, so that there is one order. */
  readonly orderBy?: readonly OrderBy[]
  /** Rows of a page, 50 by default. */
  readonly limit?: number
  /** Where the page begins: `next` of the page before. It may be anything that a request says. */
  readonly after?: string | undefined
}

/** One page of a list. */
export interface Page<Row> {
  readonly rows: readonly Row[]
  /** Where the next page begins, if there is one. */
  readonly next: string | undefined
}

/**
 * What to ask the database for. Only two kinds have a condition to ask it with, and they always have:
 * nothing is there to be mistaken for the lack of a filter.
 */
export type AuthorizedList<Where, Order> =
  /** The policies allow none. There is nothing to ask. */
  | { readonly kind: 'denied' }
  /** `after` is none that this list has given. */
  | { readonly kind: 'bad-cursor' }
  /** The policies allow all; `where` has the rest of what was asked for. */
  | ({ readonly kind: 'allowed' } & ListQuery<Where, Order>)
  /** The policies allow those that `where` keeps. */
  | ({ readonly kind: 'conditional' } & ListQuery<Where, Order>)

export interface ListQuery<Where, Order> {
  /** What is allowed, what is known, the application's own condition, and what comes after the page before. */
  readonly where: Where
  readonly orderBy: Order
  /** How many rows to ask for: one more than a page has, to know of a next one. */
  readonly take: number
  /**
   * The page that the rows are, and where the next one begins. A row has its id as `id` and the
   * attributes that it is ordered by under their names, `null` where the column is NULL; `recordOf` makes
   * such a record of a row that has not.
   */
  pageOf<Row extends object>(rows: readonly Row[], recordOf?: (row: Row) => object): Page<Row>
}

/** How the forms of a list are written for a database. */
export interface ListWriter<Own, Where, Order> {
  /** What is allowed, what comes after the page before, and the application's own condition. */
  readonly where: (allowed: Form, after: Form, own: Own | undefined) => Where
  readonly orderBy: (keys: readonly SortKey[]) => Order
}

/** The list of what a plan allows, in the form that `writer` gives it. */
export function authorizedList<Own, Where, Order>(
  { filter, known = {} }: ListPlan,
  mapping: Mapping,
  { where, orderBy = [], limit = 50, after }: ListOptions<Own>,
  writer: ListWriter<Own, Where, Order>,
): AuthorizedList<Where, Order> {
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new RangeError(`\`limit\`: expected a whole number above 0, got ${limit}`)
  }
  // What cannot be written is told for every principal, and not for those alone who may see something.
  const keys = sortKeys(orderBy, mapping)
  const common = Object.entries(known).map(([name, value]) => isKnown(name, value, mapping))
  if (filter.kind === 'denied') return { kind: 'denied' }
  const position = after === undefined ? undefined : readCursor(after, keys)
  if (position === 'bad-cursor') return { kind: 'bad-cursor' }
  const rest = position === undefined ? ALWAYS : afterPosition(keys, position)
  const allowed = every(...common, translate(filter, mapping))
  return {
    kind: filter.kind,
    where: writer.where(allowed, rest, where),
    orderBy: writer.orderBy(keys),
    take: limit + 1,
    pageOf(rows, recordOf = (row) => row) {
      const shown = rows.slice(0, limit)
      const last = rows.length > limit ? shown.at(-1) : undefined
      return { rows: shown, next: last && cursorOf(recordOf(last), keys) }
    },
  }
}

function isKnown(name: string, value: unknown, mapping: Mapping): Form {
  const attribute = `request.resource.attr.${name}`
  const isScalar = ['string', 'number', 'boolean'].includes(typeof value) || value === null
  if (!isScalar || name.includes('.')) {
    throw new FilterError('unsupported-value', `\`${attribute}\` is known to be no scalar`, {
      attribute,
    })
  }
  const term = variableTerm(attribute, { mapping, locals: new Map() })
  // As the test above has it.
  const scalar = askable(value as JsonScalar)
  return equal(term, { kind: 'value', value: scalar }, 'eq').holds
}
