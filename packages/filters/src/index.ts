export { FilterError, type FilterErrorCode, type FilterErrorPlace } from './errors.ts'
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
