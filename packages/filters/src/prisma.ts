import type { PlanFilter } from '@lockstitch/engine'

import type { SortKey } from './keyset.ts'
import { type AuthorizedList, authorizedList, type ListOptions, type ListPlan } from './list.ts'
import {
  type PrismaField,
  type PrismaFields,
  type PrismaMappingInput,
  type PrismaModel,
  readModel,
} from './prisma/model.ts'
import { writeAfter, writeWhere } from './prisma/where.ts'
import { translate } from './translate.ts'

export type {
  FieldMapping,
  PrismaField,
  PrismaMappingInput,
  PrismaProvider,
  RelationMapping,
} from './prisma/model.ts'

/** A mapping that fits a client, with the type of the conditions of its model. */
export interface PrismaMapping<Where = object> extends PrismaModel {
  /** Never there: it carries the type. */
  readonly Where?: Where
}

/** A client of Prisma's: the names of its models, which have fields. */
type Models<Client> = {
  [Name in keyof Client & string]: Client[Name] extends { readonly fields: object } ? Name : never
}[keyof Client & string]

type FieldNames<Delegate> = Delegate extends { readonly fields: infer Fields }
  ? keyof Fields & string
  : string

/** The conditions that `findMany` of a model takes. */
type WhereOf<Delegate> = Delegate extends {
  readonly [key: symbol]: {
    readonly types: { readonly operations: { readonly findMany: { readonly args: infer Args } } }
  }
}
  ? Args extends { readonly where?: infer Where }
    ? NonNullable<Where>
    : object
  : object

/**
 * A mapping of attributes to the fields of a model, checked against the client's schema, from which the
 * types come.
 */
export function prismaMapping<Client extends object, Model extends Models<Client>>(
  client: Client,
  input: PrismaMappingInput<Model, FieldNames<Client[Model]>>,
): PrismaMapping<WhereOf<Client[Model]>> {
  return readModel(input, (model) => fieldsOf(client, model))
}

function fieldsOf(client: object, model: string): PrismaFields | undefined {
  const delegate: unknown = Reflect.get(client, model)
  if (typeof delegate !== 'object' || delegate === null) return undefined
  const fields: unknown = Reflect.get(delegate, 'fields')
  if (typeof fields !== 'object' || fields === null) return undefined
  // As clients have them; what is no field is found when it is mapped.
  const named = Object.entries(fields as Readonly<Record<string, PrismaField>>)
  return Object.fromEntries(named)
}

/**
 * The condition for Prisma's `where` that keeps the rows whose resources a check allows.
 *
 * @throws FilterError where no condition says exactly what the plan does
 */
export function prismaWhere<Where>(filter: PlanFilter, mapping: PrismaMapping<Where>): Where {
  return written<Where>(writeWhere(translate(filter, mapping.mapping), mapping))
}

/** How Prisma is told an order. */
export type PrismaOrder = Record<
  string,
  'asc' | 'desc' | { readonly sort: 'asc' | 'desc'; readonly nulls: 'last' }
>[]

/**
 * The query for a page of what a plan allows: for the `where`, `orderBy` and `take` of `findMany`.
 *
 * @throws FilterError where no condition says exactly what the plan does
 */
export function authorizedWhere<Where>(
  plan: ListPlan,
  mapping: PrismaMapping<Where>,
  options: ListOptions<Where> = {},
): AuthorizedList<Where, PrismaOrder> {
  return authorizedList<Where, Where, PrismaOrder>(plan, mapping.mapping, options, {
    where(allowed, after, own) {
      const ours = [writeWhere(allowed, mapping), writeAfter(after, mapping)]
      return written<Where>({ AND: own === undefined ? ours : [own, ...ours] })
    },
    orderBy: (keys) => keys.map(orderOf),
  })
}

function orderOf({ column, direction }: SortKey): PrismaOrder[0] {
  const { column: field, isNullable } = column
  return { [field]: isNullable ? { sort: direction, nulls: 'last' } : direction }
}

/** A condition with the type that its model has for it. */
function written<Where>(where: object): Where {
  // Its fields are the mapping's, which were checked against the model's.
  return where as Where
}
