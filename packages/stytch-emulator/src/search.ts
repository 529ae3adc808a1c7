import { type ErrorType, StytchFailure } from './errors.ts'
import {
  integer,
  listOf,
  object,
  oneOf,
  optional,
  type Reader,
  string,
  withDefault,
} from './fields.ts'

/** What a search asks for. */
export interface SearchRequest {
  readonly cursor: string | undefined
  readonly limit: number
  readonly query: SearchQuery | undefined
}

/** Conditions, all or any of which must hold. */
export interface SearchQuery {
  readonly operator: 'AND' | 'OR'
  readonly operands: readonly Operand[]
}

/** One condition. */
interface Operand {
  readonly filter_name: string
  readonly filter_value: unknown
}

/** The fields of a search, as Stytch documents them. */
export const searchFields: {
  readonly cursor: Reader<string | undefined>
  readonly limit: Reader<number>
  readonly query: Reader<SearchQuery | undefined>
} = {
  cursor: optional(string),
  limit: withDefault(integer(1, 1000), 100),
  query: optional(
    object({
      operator: oneOf(['AND', 'OR']),
      operands: withDefault(
        listOf(object({ filter_name: string, filter_value: (value: unknown) => value })),
        [],
      ),
    }),
  ),
}

/** What a filter compares: each row makes a predicate of a filter's value. */
export type Filters<T> = Readonly<Record<string, (value: unknown) => (entity: T) => boolean>>

/** The entities that match, one page of them. */
export function search<T>(
  entities: readonly T[],
  request: SearchRequest,
  filters: Filters<T>,
  unknownFilter: ErrorType,
): {
  readonly page: readonly T[]
  readonly results_metadata: { readonly total: number; readonly next_cursor?: string }
} {
  const matches = predicateOf(request.query, filters, unknownFilter)
  const found = entities.filter(matches)
  const { page, next_cursor } = pageOf(found, request)
  return {
    page,
    results_metadata: { total: found.length, ...(next_cursor !== '' && { next_cursor }) },
  }
}

function predicateOf<T>(
  query: SearchQuery | undefined,
  filters: Filters<T>,
  unknownFilter: ErrorType,
): (entity: T) => boolean {
  const tests = (query?.operands ?? []).map(({ filter_name, filter_value }) => {
    const filter = Object.hasOwn(filters, filter_name) ? filters[filter_name] : undefined
    if (filter === undefined)
      throw new StytchFailure(unknownFilter, `The filter_name ${filter_name} is not recognized.`)
    return filter(filter_value)
  })
  if (tests.length === 0) return () => true
  if (query?.operator === 'OR') return (entity) => tests.some((test) => test(entity))
  return (entity) => tests.every((test) => test(entity))
}

/** The length of a page as a query has it, where every value is text. */
export const queryLimit: Reader<number> = (value, name) =>
  integer(1, 1000)(typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value, name)

/** A part of a list, and where the next one begins; empty at the end. */
export function pageOf<T>(
  list: readonly T[],
  {
    cursor,
    limit = 100,
  }: { readonly cursor: string | undefined; readonly limit?: number | undefined },
): { readonly page: readonly T[]; readonly next_cursor: string } {
  const start = offsetOf(cursor)
  const end = start + limit
  return { page: list.slice(start, end), next_cursor: end < list.length ? cursorAt(end) : '' }
}

function cursorAt(offset: number): string {
  return Buffer.from(String(offset)).toString('base64url')
}

function offsetOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  const text = Buffer.from(cursor, 'base64url').toString()
  if (!/^\d{1,9}$/.test(text)) throw new StytchFailure('invalid_argument', 'cursor is invalid.')
  return Number(text)
}

/** Reads a filter value that is a list of strings. */
export function stringsOf(value: unknown, type: ErrorType): readonly string[] {
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value
  throw new StytchFailure(type)
}

/** Readers of filter values that fail as Stytch's search of organizations or members does. */
export function filterValues(vertical: 'organization' | 'member'): {
  strings(value: unknown): readonly string[]
  boolean(value: unknown): boolean
  fuzzy(value: unknown, tooShort: ErrorType): string
} {
  return {
    strings: (value) => stringsOf(value, `${vertical}_search_expected_array_of_strings`),
    boolean(value) {
      if (typeof value === 'boolean') return value
      throw new StytchFailure(`${vertical}_search_expected_boolean`)
    },
    fuzzy(value, tooShort) {
      if (typeof value !== 'string') throw new StytchFailure(`${vertical}_search_expected_string`)
      if (value.length < 3) throw new StytchFailure(tooShort)
      return value.toLowerCase()
    },
  }
}
