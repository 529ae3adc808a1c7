export type { AuxDataConfig, KeySetConfig } from './auxdata/config.ts'
export { AuxDataError, type AuxDataErrorCode } from './auxdata/errors.ts'
export {
  type AuxDataClaims,
  type AuxDataExtractor,
  type AuxDataTokens,
  createAuxDataExtractor,
  type ExtractOptions,
  type TokenInput,
} from './auxdata/extract.ts'
export type { AuxDataIo } from './auxdata/io.ts'
export type { Claims, ClaimValue } from './auxdata/json.ts'
