import {
  getConformanceSuite,
  type IncrementalTest,
  type IncrementalTestSuite,
} from '@bufbuild/cel-spec/testdata/tests.js'
import { describe, expect, test } from 'vitest'

import { children, type Expr } from '../src/ast.ts'
import { CERBOS_FOLDING } from '../src/cerbos.ts'
import { createEnv } from '../src/env.ts'
import { isCelError } from '../src/errors.ts'
import { parse } from '../src/parser.ts'
import type { CelType } from '../src/types.ts'
import { fromSpec, sameValue, typeFromSpec, UnsupportedValue } from './spec-values.ts'

type SimpleTest = IncrementalTest['original']

/** Files that are about what Cerbos policies cannot use. */
const FOREIGN_FILES: Readonly<Record<string, string>> = {
  dynamic: 'protobuf well-known types',
  enums: 'protobuf enums',
  proto2: 'protobuf messages',
  proto2_ext: 'protobuf extensions',
  proto3: 'protobuf messages',
  wrappers: 'protobuf wrappers',
  block_ext: 'cel.block, which Cerbos does not have',
  type_deductions: 'the type checker',
  network_ext: 'extension library',
}

const REPEATED_KEY = 'Cerbos takes the last of several equal keys'
const ANY_KEY = 'Cerbos takes a key of any type'
const CERBOS_ANSWERS = 'Cerbos has an answer where the specification has an error'
const CONTAINER = 'name resolution in a container, which Cerbos does not use'

/** Cases by name, each with its reason. */
const SKIPPED: Readonly<Record<string, string>> = {
  'fields/qualified_identifier_resolution/map_value_repeat_key': REPEATED_KEY,
  'fields/qualified_identifier_resolution/map_value_repeat_key_heterogeneous': REPEATED_KEY,
  'fields/qualified_identifier_resolution/map_key_float': ANY_KEY,
  'fields/qualified_identifier_resolution/map_key_null': ANY_KEY,
  'namespace/namespace/self_eval_container_lookup': CONTAINER,
  'namespace/namespace/self_eval_container_lookup_unchecked': CONTAINER,
  'optionals/optionals/map_null_entry_no_such_key': CERBOS_ANSWERS,
  'optionals/optionals/map_present_key_invalid_field': CERBOS_ANSWERS,
  'string_ext/value_errors/indexof_out_of_range': CERBOS_ANSWERS,
  'string_ext/value_errors/lastindexof_out_of_range': CERBOS_ANSWERS,
}

for (const file of getConformanceSuite().suites) {
  if (file.name in FOREIGN_FILES) continue
  const cases = file.suites.filter(({ tests }) =>
    tests.some(({ original }) => !usesMessages(original)),
  )
  if (cases.length === 0) continue
  describe(file.name, () => {
    for (const section of cases) {
      for (const each of section.tests) {
        const name = `${section.name}/${each.name}`
        if (usesMessages(each.original) || !isChecked(each) || `${file.name}/${name}` in SKIPPED)
          continue
        test(name, () => expect(outcome(each.original)).toBe('as expected'))
      }
    }
  })
}

test('no skipped case is gone', () => {
  const names = new Set(getConformanceSuite().suites.flatMap((file) => namesOf(file, file.name)))
  expect(Object.keys(SKIPPED).filter((name) => !names.has(name))).toEqual([])
})

function namesOf(suite: IncrementalTestSuite, prefix: string): string[] {
  return [
    ...suite.tests.map(({ name }) => `${prefix}/${name}`),
    ...suite.suites.flatMap((inner) => namesOf(inner, `${prefix}/${inner.name}`)),
  ]
}

function outcome(original: SimpleTest): string {
  const variables: Record<string, CelType> = {}
  for (const decl of original.typeEnv) {
    if (decl.declKind.case === 'ident') {
      variables[decl.name] = typeFromSpec(decl.declKind.value.type)
    }
  }
  const activation: Record<string, unknown> = {}
  for (const [name, { kind }] of Object.entries(original.bindings)) {
    if (kind.case === 'value') activation[name] = fromSpec(kind.value)
  }
  const { resultMatcher } = original
  const env = createEnv({ variables, folding: CERBOS_FOLDING, check: !original.disableCheck })
  const compiled = env.compile(original.expr)
  const wantsError = resultMatcher.case === 'evalError' || resultMatcher.case === 'anyEvalErrors'
  if (!compiled.ok) {
    return wantsError ? 'as expected' : `does not compile: ${compiled.diagnostics[0]?.message}`
  }
  const got = compiled.program.evaluate(activation)
  if (isCelError(got)) return wantsError ? 'as expected' : `error: ${got.message}`
  if (wantsError) return `no error but ${String(got)}`
  const want =
    resultMatcher.case === 'value'
      ? fromSpec(resultMatcher.value)
      : resultMatcher.case === 'typedResult' && resultMatcher.value.result
        ? fromSpec(resultMatcher.value.result)
        : true
  return sameValue(got, want) ? 'as expected' : `got ${show(got)}, want ${show(want)}`
}

function show(value: unknown): string {
  return JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}n` : each)) ?? ''
}

/** Cases that only a program which was never checked can run: ours are checked always. */
function isChecked({ original, error }: IncrementalTest): boolean {
  return !(original.disableCheck && error?.includes('undeclared reference'))
}

/** Whether a case is about protobuf messages, by what it declares, expects or builds. */
function usesMessages(original: SimpleTest): boolean {
  try {
    for (const { declKind } of original.typeEnv) {
      if (declKind.case === 'ident') typeFromSpec(declKind.value.type)
    }
    for (const { kind } of Object.values(original.bindings)) {
      if (kind.case === 'value') fromSpec(kind.value)
    }
    const { resultMatcher } = original
    if (resultMatcher.case === 'value') fromSpec(resultMatcher.value)
  } catch (error) {
    if (error instanceof UnsupportedValue) return true
    throw error
  }
  const parsed = parse(original.expr)
  return parsed.ok && buildsMessage(parsed.expr)
}

function buildsMessage(expr: Expr): boolean {
  return expr.kind === 'struct' || children(expr).some(buildsMessage)
}
