export { FilterError, type FilterErrorCode, type FilterErrorPlace } from './errors.ts'
export type { OrderBy } from './keyset.ts'
export type { AuthorizedList, ListOptions, ListPlan, ListQuery, Page } from './list.ts'
export {
  type ArrayColumn,
  type AttributeMapping,
  defineMapping,
  type JsonColumn,
  type Mapping,
  type NullMeaning,
  type Relation,
  type ScalarColumn,
  type ScalarType,
} from './mapping.ts'
