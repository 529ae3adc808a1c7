import type { Effect } from '@lockstitch/policy'
import { type Fields, fieldPath, locationOf, missingPlace } from '@lockstitch/policy/reading'

import type { Constraints } from './constraints.ts'
import { readAuxData, readPrincipals, readResources } from './read-fixtures.ts'
import { readOptions } from './read-options.ts'
import type {
  Expectation,
  ExpectedOutput,
  OutputExpectations,
  TestInput,
  TestSuite,
  TestTable,
} from './suite.ts'

/** Reads the root of a `_test.yaml` file. */
export function readSuite(fields: Fields, check: Constraints): TestSuite {
  fields.text('$schema')
  const tests = fields.messages('tests', (of) => readTable(of, check))
  return {
    file: fields.place.source.path,
    name: check.requiredText(fields, 'name'),
    description: fields.text('description')?.value ?? '',
    ...readSkip(fields),
    options: fields.message('options', readOptions),
    ...readPrincipals(fields, check),
    ...readResources(fields, check),
    ...readAuxData(fields, check),
    tests: check.requiredList(fields, 'tests', tests),
  }
}

function readSkip(fields: Fields): { readonly skip: boolean; readonly skipReason: string } {
  return {
    skip: fields.flag('skip')?.value ?? false,
    skipReason: fields.text('skipReason')?.value ?? '',
  }
}

function readTable(fields: Fields, check: Constraints): TestTable {
  const input = fields.message('input', (of) => readInput(of, check))
  if (input === undefined && fields.keyOf('input') === undefined) {
    const place = missingPlace(fields.place, 'input')
    check.report('missing-field', place, { field: fieldPath(place), name: 'input', empty: false })
  }
  const expected = fields.messages('expected', (of) => readExpectation(of, check))
  return {
    name: check.requiredText(fields, 'name'),
    description: fields.text('description')?.value ?? '',
    ...readSkip(fields),
    options: fields.message('options', readOptions),
    input: input ?? NO_INPUT,
    expected: check.requiredList(fields, 'expected', expected),
    location: locationOf(fields.place),
  }
}

const NO_INPUT: TestInput = {
  principals: [],
  principalGroups: [],
  resources: [],
  resourceGroups: [],
  actions: [],
  auxData: '',
}

function readInput(fields: Fields, check: Constraints): TestInput {
  const input = {
    principals: check.names(fields, 'principals'),
    resources: check.names(fields, 'resources'),
    actions: check.requiredNames(fields, 'actions'),
    auxData: fields.text('auxData')?.value ?? '',
    principalGroups: check.names(fields, 'principalGroups'),
    resourceGroups: check.names(fields, 'resourceGroups'),
  }
  requireOne(fields, check, input, ['principals', 'principalGroups'])
  requireOne(fields, check, input, ['resources', 'resourceGroups'])
  return input
}

function readExpectation(fields: Fields, check: Constraints): Expectation {
  const principal = fields.text('principal')?.value ?? ''
  const resource = fields.text('resource')?.value ?? ''
  const lists = {
    principals: check.names(fields, 'principals'),
    resources: check.names(fields, 'resources'),
    principalGroups: check.names(fields, 'principalGroups'),
    resourceGroups: check.names(fields, 'resourceGroups'),
  }
  const given = { ...lists, principal, resource }
  requireOne(fields, check, given, ['principal', 'principals', 'principalGroups'])
  forbidBoth(fields, check, given, ['principal', 'principals'])
  requireOne(fields, check, given, ['resource', 'resources', 'resourceGroups'])
  forbidBoth(fields, check, given, ['resource', 'resources'])
  return {
    ...lists,
    principals: principal === '' ? lists.principals : [principal],
    resources: resource === '' ? lists.resources : [resource],
    actions: readEffects(fields, check),
    outputs: fields.messages('outputs', (of) => readOutputs(of, check)).items,
  }
}

const EFFECTS = ['EFFECT_UNSPECIFIED', 'EFFECT_ALLOW', 'EFFECT_DENY', 'EFFECT_NO_MATCH'] as const

function readEffects(fields: Fields, check: Constraints): ReadonlyMap<string, Effect> {
  const entries = fields.choiceMap('actions', EFFECTS, ['EFFECT_ALLOW', 'EFFECT_DENY'])
  check.keys(fields, 'actions', entries)
  const place = fields.keyOf('actions')
  if (entries.length === 0) {
    const at = place ?? missingPlace(fields.place, 'actions')
    const details = { field: fieldPath(at), name: 'actions', empty: place !== undefined }
    check.report('missing-field', at, details)
  }
  const effects = new Map<string, Effect>()
  for (const { name, value } of entries) {
    if (value.value === 'EFFECT_ALLOW' || value.value === 'EFFECT_DENY') {
      effects.set(name, value.value)
      continue
    }
    check.report('invalid-effect', value.place, { field: fieldPath(value.place) })
  }
  return effects
}

function readOutputs(fields: Fields, check: Constraints): OutputExpectations {
  const action = check.requiredText(fields, 'action')
  const expected = fields.messages('expected', readOutput)
  return { action, expected: check.requiredList(fields, 'expected', expected) }
}

function readOutput(fields: Fields): ExpectedOutput {
  // Fields of the message that an output is sent in; an expectation does not look at them.
  fields.text('action')
  fields.text('error')
  const val = fields.json('val')
  return { src: fields.text('src')?.value ?? '', ...(val !== undefined && { val: val.value }) }
}

type Given = Readonly<Record<string, string | readonly string[]>>

function requireOne(
  { place }: Fields,
  check: Constraints,
  given: Given,
  names: readonly string[],
): void {
  if (names.some((name) => hasValue(given, name))) return
  check.report('missing-one-of', place, { field: fieldPath(place), names })
}

function forbidBoth(
  { place }: Fields,
  check: Constraints,
  given: Given,
  names: readonly string[],
): void {
  if (!names.every((name) => hasValue(given, name))) return
  check.report('both-given', place, { field: fieldPath(place), names })
}

function hasValue(given: Given, name: string): boolean {
  return (given[name] ?? '').length > 0
}
