export type {
  CallExpr,
  ComprehensionExpr,
  Constant,
  ConstExpr,
  Expr,
  FieldEntry,
  IdentExpr,
  ListExpr,
  MapEntry,
  MapExpr,
  SelectExpr,
  Span,
  StructExpr,
} from './ast.ts'
export { NOW } from './clock.ts'
export {
  type Activation,
  type CompileResult,
  createEnv,
  type Env,
  type EnvOptions,
  type Program,
} from './env.ts'
export {
  type CelDiagnostic,
  type CelDiagnosticCode,
  CelError,
  type CelErrorCode,
  isCelError,
  type Position,
  positionAt,
} from './errors.ts'
export { compilePattern, type Matcher } from './functions/regex.ts'
export { CelMap } from './maps.ts'
export { type ParseOptions, type ParseResult, parse } from './parser.ts'
export { type JsonValue, toJson } from './to-json.ts'
export {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  formatType,
  INT,
  listType,
  type MessageField,
  type MessageType,
  mapType,
  messageType,
  NULL,
  type OpenStructType,
  opaqueType,
  openStructType,
  optionalType,
  STRING,
  sameType,
  TIMESTAMP,
  TYPE,
  typeParam,
  UINT,
} from './types.ts'
export {
  Duration,
  type Int,
  type MapKey,
  Opaque,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './values.ts'
