import {
  Type_PrimitiveType as Primitive,
  type Type,
  Type_WellKnownType as WellKnown,
} from '@bufbuild/cel-spec/cel/expr/checked_pb.js'
import { getTestRegistry } from '@bufbuild/cel-spec/testdata/registry.js'
import {
  getConformanceSuite,
  type IncrementalTest,
  type IncrementalTestSuite,
} from '@bufbuild/cel-spec/testdata/tests.js'
import {
  BOOL,
  BYTES,
  CelError,
  type CelType,
  createEnv,
  DOUBLE,
  DURATION,
  DYN,
  type Env,
  type EnvOptions,
  formatType,
  INT,
  isCelError,
  listType,
  mapType,
  NULL,
  opaqueType,
  optionalType,
  type Program,
  STRING,
  TIMESTAMP,
  typeParam,
  UINT,
  type Value,
} from '@lockstitch/cel'

import { CERBOS_FOLDING } from '@lockstitch/cel/cerbos'
import { plainValue } from '../cel/plain-value.ts'
import { ForeignValue, readSpecValue } from '../cel/spec-value.ts'
import { difference } from '../compare.ts'
import { CEL_SPEC_SKIPS } from '../skips/cel-spec.ts'
import { type ConformanceCase, failed, type Outcome, PASSED, type Suite } from '../suite.ts'

type SpecTest = IncrementalTest['original']

/** The simple tests of the CEL specification. @see https://github.com/google/cel-spec/tree/v0.25.1/tests/simple */
export const CEL_SPEC: Suite = {
  name: 'cel-spec',
  needsCorpus: false,
  skips: CEL_SPEC_SKIPS,
  cases: () => withUniqueNames(casesOf(getConformanceSuite(), '')),
}

const REGISTRY = getTestRegistry()

function casesOf(suite: IncrementalTestSuite, path: string): readonly ConformanceCase[] {
  const own = suite.tests.map(({ name, original }) => ({
    name: `${path}${name}`,
    run: () => runCase(original),
  }))
  return [...own, ...suite.suites.flatMap((inner) => casesOf(inner, `${path}${inner.name}/`))]
}

/** The specification uses some names twice. */
function withUniqueNames(cases: readonly ConformanceCase[]): readonly ConformanceCase[] {
  const seen = new Map<string, number>()
  return cases.map((each) => {
    const count = (seen.get(each.name) ?? 0) + 1
    seen.set(each.name, count)
    return count === 1 ? each : { ...each, name: `${each.name}#${count}` }
  })
}

function runCase(spec: SpecTest): Outcome {
  try {
    return judge(spec)
  } catch (error) {
    if (error instanceof ForeignValue) return failed(`expects a protobuf value: ${error.message}`)
    return failed(`threw ${error instanceof Error ? (error.stack ?? error.message) : error}`)
  }
}

function judge(spec: SpecTest): Outcome {
  const { resultMatcher: matcher, expr } = spec
  const compiled = envOf(spec).compile(expr)
  const expectsError = matcher.case === 'evalError' || matcher.case === 'anyEvalErrors'
  if (!compiled.ok) {
    const isMissing = compiled.diagnostics.some(({ code }) => MISSING.has(code))
    if (expectsError && !isMissing) return PASSED
    return failed(
      `\`${expr}\` does not compile: ${compiled.diagnostics.map(({ message }) => message).join('; ')}`,
    )
  }
  const { program } = compiled
  if (matcher.case === 'typedResult') {
    const wrong = wrongType(program, matcher.value.deducedType)
    if (wrong !== undefined) return failed(`\`${expr}\`: ${wrong}`)
    if (spec.checkOnly) return PASSED
  }
  const result = program.evaluate(bindingsOf(spec))
  if (isCelError(result)) {
    return expectsError ? PASSED : failed(`\`${expr}\` fails: ${result.message}`)
  }
  if (expectsError) return failed(`\`${expr}\`: expected an error, got ${text(result)}`)
  const wanted = matcher.case === 'typedResult' ? matcher.value.result : expectedValue(matcher)
  const expected: Value = wanted === undefined ? true : readSpecValue(wanted, REGISTRY)
  const differing = difference(plainValue(expected), plainValue(result))
  return differing === undefined ? PASSED : failed(`\`${expr}\`: ${differing}`)
}

/** A function that is not there is no run-time error of a function that is. */
const MISSING: ReadonlySet<string> = new Set([
  'unknown-function',
  'undeclared-reference',
  'not-supported',
  'unexpected-token',
])

function expectedValue(matcher: SpecTest['resultMatcher']) {
  if (matcher.case === 'value') return matcher.value
  if (matcher.case === undefined) return undefined
  throw new ForeignValue(`a matcher ${matcher.case}`)
}

function text(value: Value): string {
  return JSON.stringify(plainValue(value))
}

function wrongType(program: Program, expected: Type | undefined): string | undefined {
  const wanted = formatType(readType(expected))
  const got = formatType(program.resultType)
  return wanted === got ? undefined : `expected the type ${wanted}, got ${got}`
}

function envOf({ typeEnv, container, disableCheck }: SpecTest): Env {
  const variables: Record<string, CelType> = {}
  const functions: DeclaredFunction[] = []
  for (const { name, declKind } of typeEnv) {
    if (declKind.case === 'ident') variables[name] = readType(declKind.value.type)
    if (declKind.case !== 'function') continue
    for (const { overloadId, isInstanceFunction, params, resultType } of declKind.value.overloads) {
      functions.push({
        id: overloadId,
        name,
        member: isInstanceFunction,
        args: params.map(readType),
        result: readType(resultType),
        implementation: notImplemented,
        readsClock: false,
        doc: 'declared by a test',
      })
    }
  }
  return createEnv({
    variables,
    functions,
    folding: CERBOS_FOLDING,
    container,
    check: !disableCheck,
  })
}

type DeclaredFunction = NonNullable<EnvOptions['functions']>[number]

/** The specification declares functions only to have calls of them type-checked. */
function notImplemented(): CelError {
  return new CelError('function-failed', 'this function is only declared')
}

function bindingsOf({ bindings }: SpecTest): Readonly<Record<string, Value>> {
  const entries = Object.entries(bindings).map(([name, { kind }]) => {
    if (kind.case !== 'value') throw new ForeignValue(`a binding that is ${kind.case}`)
    return [name, readSpecValue(kind.value, REGISTRY)] as const
  })
  return Object.fromEntries(entries)
}

// biome-ignore format: a table
const PRIMITIVES: Readonly<Record<Primitive, CelType>> = {
  [Primitive.PRIMITIVE_TYPE_UNSPECIFIED]: DYN, [Primitive.BOOL]: BOOL, [Primitive.INT64]: INT,
  [Primitive.UINT64]: UINT, [Primitive.DOUBLE]: DOUBLE, [Primitive.STRING]: STRING,
  [Primitive.BYTES]: BYTES,
}
// biome-ignore format: a table
const WELL_KNOWN: Readonly<Record<WellKnown, CelType>> = {
  [WellKnown.WELL_KNOWN_TYPE_UNSPECIFIED]: DYN, [WellKnown.ANY]: DYN,
  [WellKnown.TIMESTAMP]: TIMESTAMP, [WellKnown.DURATION]: DURATION,
}

function readType(type: Type | undefined): CelType {
  const kind = type?.typeKind
  switch (kind?.case) {
    case 'primitive':
      return PRIMITIVES[kind.value]
    case 'wellKnown':
      return WELL_KNOWN[kind.value]
    case 'null':
      return NULL
    case 'dyn':
      return DYN
    case 'listType':
      return listType(readType(kind.value.elemType))
    case 'mapType':
      return mapType(readType(kind.value.keyType), readType(kind.value.valueType))
    case 'type':
      return { kind: 'type', of: readType(kind.value) }
    case 'abstractType':
      if (kind.value.name === 'optional_type')
        return optionalType(readType(kind.value.parameterTypes[0]))
      return opaqueType(kind.value.name, ...kind.value.parameterTypes.map(readType))
    case 'typeParam':
      return typeParam(kind.value)
    default:
      throw new ForeignValue(`a type ${kind?.case}`)
  }
}
