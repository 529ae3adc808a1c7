import {
  getCheckingSuite,
  getConformanceSuite,
  type IncrementalTest,
  type IncrementalTestSuite,
} from '@bufbuild/cel-spec/testdata/tests.js'
import { expect, test } from 'vitest'

import {
  type Declarations,
  declare,
  declareFunctions,
  type OverloadDeclaration,
} from '../src/check/declarations.ts'
import { check } from '../src/check.ts'
import { type CelDiagnostic, positionAt } from '../src/errors.ts'
import { ALL_MACROS } from '../src/extension-macros.ts'
import { ALL_FUNCTIONS } from '../src/functions/library.ts'
import { parse } from '../src/parser.ts'
import { BOOL, BYTES, DOUBLE, INT, NULL, STRING, UINT } from '../src/types.ts'
import { checkedDebugString, declarationsFromProto, withoutHint } from './check-support.ts'
import { protoDeclarations } from './proto-declarations.ts'

const PROTO = protoDeclarations()

// cel-go made these cases before it compared numbers across types, which Cerbos turns on.
const CROSS_TYPE = /^(less|greater)(_equals)?_(int64|uint64|double)_(int64|uint64|double)$/
const FUNCTIONS = ALL_FUNCTIONS.filter(
  ({ id }) => !CROSS_TYPE.test(id) && !id.startsWith('hierarchy_'),
)

// What cel-go's own checker tests declare for all of their cases.
const CHECKER_VARIABLES = {
  is: STRING,
  ii: INT,
  iu: UINT,
  iz: BOOL,
  ib: BYTES,
  id: DOUBLE,
  ix: NULL,
}
const CHECKER_FUNCTIONS: readonly OverloadDeclaration[] = [
  { id: 'fg_s_0', name: 'fg_s', member: false, args: [], result: STRING },
  { id: 'fi_s_s_0', name: 'fi_s_s', member: true, args: [STRING], result: STRING },
]

interface Case extends IncrementalTest {
  readonly suite: string
}

function allCases(suite: IncrementalTestSuite, path = suite.name): readonly Case[] {
  const own = suite.tests.map((each) => ({ ...each, suite: path }))
  return [...own, ...suite.suites.flatMap((inner) => allCases(inner, `${path}/${inner.name}`))]
}

const CASES = [...allCases(getConformanceSuite()), ...allCases(getCheckingSuite())]

const OUT_OF_RANGE = /^(timestamp\('(0000|10000)-|duration\('-?[23]\d{11}s'\))/

interface Skip {
  readonly reason: string
  /** How many of the cases that cel-go accepts. */
  readonly count: number
  readonly applies: (each: Case) => boolean
}

/** The cases that cannot pass, by what they use. One that passes nevertheless fails the test. */
const SKIPPED: readonly Skip[] = [
  {
    count: 18,
    reason: 'protobuf extension fields',
    applies: ({ original }) => /proto\.(has|get)Ext/.test(original.expr),
  },
  {
    count: 25,
    reason: 'cel.block exists for the tests of an optimizer only',
    applies: ({ original }) => original.expr.includes('cel.block'),
  },
  {
    count: 0,
    reason: 'a variable as a message name: cel-go no longer says that it is no type',
    applies: ({ original }) => original.expr === 'NotAMessage{}',
  },
  {
    count: 2,
    reason: 'what optMap is asked on is evaluated once here, twice in cel-go',
    applies: ({ original }) => /\)\.optMap\(/.test(original.expr),
  },
  {
    count: 1,
    reason: 'a field that only the messages of cel-go have',
    applies: ({ original }) => /nestedgroup.nested_id|^x.single_int32 != null$/.test(original.expr),
  },
  {
    count: 8,
    reason: 'literals are tried when the expression is checked, which Cerbos turns on',
    applies: ({ original }) => OUT_OF_RANGE.test(original.expr),
  },
  {
    count: 1,
    reason: 'inside a comprehension cel-go forgets that comparing across types is off',
    applies: ({ original }) => original.expr === 'lists.filter(x, x > 1.5)',
  },
  {
    count: 1,
    reason: 'cel-go has declared `optional_type` with its parameter since',
    applies: ({ name, suite }) => suite === 'conformance/optionals/optionals' && name === 'type',
  },
]

function declarationsOf({ original, suite }: Case): Declarations {
  const { variables, overloads } = declarationsFromProto(original.typeEnv, PROTO.types)
  const checking = suite === 'checking'
  return declare({
    variables: { ...PROTO.constants, ...(checking ? CHECKER_VARIABLES : {}), ...variables },
    types: PROTO.types,
    functions: declareFunctions([
      ...FUNCTIONS,
      ...(checking ? CHECKER_FUNCTIONS : []),
      ...overloads,
    ]),
    container: original.container,
  })
}

function checkCase(each: Case): string {
  const parsed = parse(each.original.expr, { macros: ALL_MACROS })
  if (!parsed.ok) return JSON.stringify(parsed.diagnostics)
  const result = check(parsed.expr, declarationsOf(each))
  if (result.ok) return checkedDebugString(parsed.expr, result)
  return result.diagnostics.map(({ message }) => message).join('\n')
}

test('the types and references of every node are those of cel-go', () => {
  const cases = CASES.filter((each) => each.checkedAst !== undefined)
  const differing: unknown[] = []
  const skipped = new Map<string, number>()
  for (const each of cases) {
    const expected = each.checkedAst?.replaceAll('~any', '~dyn')
    const got = checkCase(each)
    const skip = SKIPPED.find(({ applies }) => applies(each))
    if (skip !== undefined) skipped.set(skip.reason, (skipped.get(skip.reason) ?? 0) + 1)
    if ((got === expected) === (skip !== undefined)) {
      differing.push({ suite: each.suite, expr: each.original.expr, got, expected, skip })
    }
  }
  expect(differing).toEqual([])
  expect(cases.length).toBe(2167)
  for (const { reason, count } of SKIPPED) expect(skipped.get(reason) ?? 0, reason).toBe(count)
})

/** cel-go's messages with their offsets, without those about parts that are wrong already. */
function expectedProblems({ error = '' }: Case): readonly Problem[] {
  const found = [...error.matchAll(/^ERROR: <input>:(\d+):(\d+): (.*)$/gm)]
  return found.map(([, line, column, message = '']) => ({
    message,
    line: Number(line),
    column: Number(column),
  }))
}

interface Problem {
  readonly message: string
  readonly line: number
  readonly column: number
}

// cel-go was asked without the library of macros for two variables.
const NOT_LOADED = /undeclared reference to '(all|exists|existsOne|exists_one|transform\w+)'/

// These point at the name or the text here, and at a bracket or colon beside it in cel-go.
const PLACED_OTHERWISE = /^(undefined field|expected type of field|could not parse|index \d)/

/** Whether a diagnostic says the same as one of cel-go, which has the place of the operator. */
function isSame(source: string, theirs: Problem, ours: CelDiagnostic): boolean {
  if (theirs.message !== withoutHint(ours.message)) return false
  if (PLACED_OTHERWISE.test(ours.message)) return true
  const start = positionAt(source, ours.span.start)
  const end = positionAt(source, ours.span.end)
  const after = theirs.line > start.line || theirs.column >= start.column
  const before = theirs.line < end.line || theirs.column <= end.column
  return after && before
}

test('what cel-go rejects is rejected with the same messages at the same places', () => {
  const differing: unknown[] = []
  const cases = CASES.filter(
    (each) => expectedProblems(each).length > 0 && !NOT_LOADED.test(each.error ?? ''),
  )
  for (const each of cases) {
    const source = each.original.expr
    const parsed = parse(source, { macros: ALL_MACROS })
    if (!parsed.ok) continue
    const result = check(parsed.expr, declarationsOf(each))
    const ours = result.ok ? [] : result.diagnostics
    const theirs = expectedProblems(each)
    const missing = theirs.filter((one) => !ours.some((other) => isSame(source, one, other)))
    const unexpected = ours.filter((one) => !theirs.some((other) => isSame(source, other, one)))
    const skip = SKIPPED.find(({ applies }) => applies(each))
    if ((missing.length + unexpected.length === 0) === (skip !== undefined))
      differing.push({ source, missing, unexpected, skip })
  }
  expect(cases.length).toBe(170)
  expect(differing).toEqual([])
})
