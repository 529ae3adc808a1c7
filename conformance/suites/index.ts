import type { Suite } from '../suite.ts'
import { AUXDATA_EXTRACT } from './auxdata-extract.ts'
import { CEL_EVAL } from './cel-eval.ts'
import { CEL_LIB } from './cel-lib.ts'
import { CEL_SPEC } from './cel-spec.ts'
import { COMPILE } from './compile.ts'
import {
  ENGINE,
  ENGINE_LENIENT,
  ENGINE_SCHEMA_REJECT,
  ENGINE_SCHEMA_WARN,
  ENGINE_STRICT,
} from './engine.ts'
import { HACK_REQUESTS } from './hack-requests.ts'
import { INDEX } from './index-build.ts'
import { INSPECT } from './inspect.ts'
import { PARSER } from './parser.ts'
import { POLICY_FORMATS } from './policy-formats.ts'
import { QPA } from './qpa.ts'
import { QUERY_PLANNER } from './query-planner.ts'
import { QUERY_PLANNER_FILTER } from './query-planner-filter.ts'
import { SCHEMA, SCHEMA_LOAD } from './schema.ts'
import { SDKJS_HTTP } from './sdkjs-http.ts'
import { SERVER } from './server.ts'
import { STRICT_EVALUATION } from './strict-evaluation.ts'
import { VERIFY } from './verify.ts'
import { VERIFY_GET_TESTS } from './verify-get-tests.ts'
import { VERIFY_JUNIT } from './verify-junit.ts'

/** The suites that can be run, in the order of running. A new one is a file and a line here. */
export const SUITES: readonly Suite[] = [
  CEL_SPEC,
  CEL_EVAL,
  CEL_LIB,
  ENGINE,
  ENGINE_STRICT,
  ENGINE_LENIENT,
  ENGINE_SCHEMA_WARN,
  ENGINE_SCHEMA_REJECT,
  SCHEMA,
  SCHEMA_LOAD,
  STRICT_EVALUATION,
  ...QUERY_PLANNER,
  QUERY_PLANNER_FILTER,
  QPA,
  COMPILE,
  INDEX,
  INSPECT,
  PARSER,
  POLICY_FORMATS,
  AUXDATA_EXTRACT,
  VERIFY,
  VERIFY_GET_TESTS,
  VERIFY_JUNIT,
  ...SERVER,
  SDKJS_HTTP,
  HACK_REQUESTS,
]
