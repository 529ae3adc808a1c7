export { FilterError, type FilterErrorCode, type FilterErrorPlace } from './errors.ts'
