import type { Json, JsonObject } from './verify-case.ts'

/** A mistake in a suite that everybody makes sooner or later. */
interface Mistake {
  readonly name: string
  make(suite: JsonObject, test: JsonObject, expected: JsonObject): void
}

// biome-ignore format: table
export const MISTAKES: readonly Mistake[] = [
  { name: 'unknown principal',      make: (_, test, expected) => { inputOf(test).principals = ['nobody']; expected.principal = 'nobody'; test.expected = [expected] } },
  { name: 'unknown group',          make: (_, test) => { inputOf(test).resourceGroups = ['nothing'] } },
  { name: 'unknown aux data',       make: (_, test) => { inputOf(test).auxData = 'none' } },
  { name: 'expectation outside',    make: (_, __, expected) => { expected.principal = 'p9'; expected.resource = 'r1'; delete expected.resources } },
  { name: 'action outside',         make: (_, __, expected) => { expected.actions = { zip: 'EFFECT_ALLOW', zap: 'EFFECT_DENY' } } },
  { name: 'output outside',         make: (_, __, expected) => { expected.outputs = [{ action: 'zip', expected: [{ src: 'a' }] }] } },
  { name: 'two that disagree',      make: (_, test, expected) => { test.expected = [{ ...expected, actions: { view: 'EFFECT_ALLOW' } }, { ...expected, actions: { view: 'EFFECT_DENY' } }]; inputOf(test).actions = ['view'] ; delete expected.outputs } },
  { name: 'same test twice',        make: (suite, test) => { suite.tests = [...listOf(suite.tests), test] } },
  { name: 'no tests',               make: (suite) => { suite.tests = [] } },
  { name: 'no name',                make: (suite) => { delete suite.name } },
  { name: 'unknown field',          make: (_, test) => { test.expect = 1 } },
  { name: 'unknown option',         make: (suite) => { suite.options = { now: '2024-06-01T00:00:00Z', when: 1 } } },
  { name: 'no time',                make: (suite) => { suite.options = { now: '2024-06-31T00:00:00Z' } } },
  { name: 'unknown effect',         make: (_, __, expected) => { expected.actions = { view: 'ALLOW' } } },
  { name: 'unspecified effect',     make: (_, __, expected) => { expected.actions = { view: 'EFFECT_UNSPECIFIED' } } },
  { name: 'action twice',           make: (_, test) => { inputOf(test).actions = ['view', 'view', 'edit', 'remove', 'verify'] } },
  { name: 'principal and list',     make: (_, __, expected) => { expected.principals = ['p1'] } },
  { name: 'nobody expected',        make: (_, __, expected) => { delete expected.principal } },
  { name: 'list for a mapping',     make: (_, test) => { test.input = [] } },
  { name: 'text for skip',          make: (suite) => { suite.skip = 'yes' } },
  { name: 'group of nobody',        make: (suite) => { suite.principalGroups = { g_a: { principals: [] } } } },
  { name: 'group of strangers',     make: (suite) => { suite.resourceGroups = { g: { resources: ['zz'] } } } },
  { name: 'fixture without roles',  make: (suite) => { suite.principals = { a_b: { id: 'a', roles: [''] } } } },
]

/** Makes a mistake in the first test of a suite. */
export function makeMistake(mistake: Mistake, suite: JsonObject): void {
  const test = objectOf(listOf(suite.tests)[0])
  mistake.make(suite, test, objectOf(listOf(test.expected)[0]))
}

function inputOf(test: JsonObject): JsonObject {
  return objectOf(test.input)
}

function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : []
}

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
}
