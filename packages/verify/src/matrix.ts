import type { CheckInput } from '@lockstitch/engine'
import type { Effect, JsonValue } from '@lockstitch/policy'

import { isSameJson } from './json.ts'
import {
  type Expectation,
  type ExpectedOutput,
  type Fixtures,
  SuiteError,
  type TestOptions,
  type TestTable,
} from './suite.ts'

/** One principal and one resource of a test, with what is expected of them. */
export interface Test {
  readonly table: TestTable
  /** The names by which the suite knows them. */
  readonly principal: string
  readonly resource: string
  readonly input: CheckInput
  readonly options: TestOptions | undefined
  /** An action that is not here has to be denied. */
  readonly effects: ReadonlyMap<string, Effect>
  readonly outputs: ReadonlyMap<string, ReadonlyMap<string, ExpectedOutput>>
}

/** The tests that a table stands for, in order. Throws a {@link SuiteError} where it cannot be. */
export function expandTable(
  table: TestTable,
  fixtures: Fixtures,
  suiteOptions: TestOptions | undefined,
): readonly Test[] {
  try {
    const options = table.options ?? suiteOptions
    return expand(table, fixtures).map((pair) => ({ ...pair, table, options }))
  } catch (error) {
    if (!(error instanceof SuiteError)) throw error
    throw new SuiteError(`invalid test ${quote(table.name)}: ${error.message}`, table.location)
  }
}

function expand(table: TestTable, fixtures: Fixtures): readonly Omit<Test, 'table' | 'options'>[] {
  const { input } = table
  const expectations = expectationsByPair(table, fixtures)
  const principals = withGroups(input.principals, input.principalGroups, fixtures.principalGroups)
  const resources = withGroups(input.resources, input.resourceGroups, fixtures.resourceGroups)
  const pairs = principals.flatMap((principal) =>
    resources.map((resource) => {
      const key = pairKey(principal, resource)
      const expected = expectations.get(key) ?? NOTHING_EXPECTED
      expectations.delete(key)
      return { principal, resource, ...expected }
    }),
  )
  for (const { principal, resource } of expectations.values()) {
    throw new SuiteError(
      `found an expectation for principal ${quote(principal)} and resource ${quote(resource)}, but at least one of these is not present in input`,
    )
  }
  return pairs.map((pair) => ({ ...pair, input: inputOf(table, pair, fixtures) }))
}

function inputOf(
  { input }: TestTable,
  pair: { readonly principal: string; readonly resource: string },
  fixtures: Fixtures,
): CheckInput {
  const { auxData: auxDataName, actions } = input
  const principal = find('principal', pair.principal, fixtures.principals)
  const resource = find('resource', pair.resource, fixtures.resources)
  if (auxDataName === '') return { principal, resource, actions }
  return { principal, resource, actions, auxData: find('auxData', auxDataName, fixtures.auxData) }
}

interface PairExpectation {
  readonly principal: string
  readonly resource: string
  readonly effects: Map<string, Effect>
  readonly outputs: Map<string, Map<string, ExpectedOutput>>
}

const NOTHING_EXPECTED: Pick<Test, 'effects' | 'outputs'> = {
  effects: new Map(),
  outputs: new Map(),
}

function expectationsByPair(table: TestTable, fixtures: Fixtures): Map<string, PairExpectation> {
  const actions = new Set(table.input.actions)
  const byPair = new Map<string, PairExpectation>()
  for (const expectation of table.expected) {
    const outputs = outputsOf(expectation)
    requireInput('found output expectations for actions that are not in', outputs.keys(), actions)
    const { principalGroups, resourceGroups } = fixtures
    const principals = withGroups(
      expectation.principals,
      expectation.principalGroups,
      principalGroups,
    )
    const resources = withGroups(expectation.resources, expectation.resourceGroups, resourceGroups)
    for (const principal of principals) {
      for (const resource of resources) {
        const effects = expectation.actions
        requireInput('found expectations for actions that do not exist in', effects.keys(), actions)
        const key = pairKey(principal, resource)
        const pair = byPair.get(key) ?? {
          principal,
          resource,
          effects: new Map(),
          outputs: new Map(),
        }
        byPair.set(key, pair)
        mergeEffects(pair, effects)
        mergeOutputs(pair, outputs)
      }
    }
  }
  return byPair
}

function requireInput(
  problem: string,
  expected: Iterable<string>,
  actions: ReadonlySet<string>,
): void {
  const extra = [...expected].filter((action) => !actions.has(action)).sort()
  if (extra.length === 0) return
  throw new SuiteError(`${problem} the input actions list: [${extra.join(',')}]`)
}

/** As in Cerbos, of several entries for one action the last one counts, and so of several for one source. */
function outputsOf({
  outputs,
}: Expectation): ReadonlyMap<string, ReadonlyMap<string, ExpectedOutput>> {
  return new Map(
    outputs.map(({ action, expected }) => [
      action,
      new Map(expected.map((output) => [output.src, output])),
    ]),
  )
}

function mergeEffects(pair: PairExpectation, effects: ReadonlyMap<string, Effect>): void {
  for (const [action, effect] of effects) {
    if ((pair.effects.get(action) ?? effect) !== effect) {
      throw new SuiteError(`found inconsistent expectations for ${who(pair, action)}`)
    }
    pair.effects.set(action, effect)
  }
}

function mergeOutputs(
  pair: PairExpectation,
  outputs: ReadonlyMap<string, ReadonlyMap<string, ExpectedOutput>>,
): void {
  for (const [action, bySource] of outputs) {
    const known = pair.outputs.get(action) ?? new Map<string, ExpectedOutput>()
    pair.outputs.set(action, known)
    for (const [src, output] of bySource) {
      const earlier = known.get(src)
      if (earlier !== undefined && !isSameValue(earlier, output)) {
        throw new SuiteError(
          `found inconsistent expectations for output ${quote(src)} from ${who(pair, action)}`,
        )
      }
      known.set(src, output)
    }
  }
}

function isSameValue(a: ExpectedOutput, b: ExpectedOutput): boolean {
  return isSameOptional(a.val, b.val)
}

/** Whether two values that may be absent are the same; null is a value. */
export function isSameOptional(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return isSameJson(a, b)
}

function who({ principal, resource }: PairExpectation, action: string): string {
  return `principal ${quote(principal)} performing action ${quote(action)} on resource ${quote(resource)}`
}

function withGroups(
  names: readonly string[],
  groups: readonly string[],
  known: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const members = groups.flatMap((group) => {
    const found = known.get(group)
    if (found !== undefined) return found
    // Cerbos says so of resource groups too.
    throw new SuiteError(`principal group ${quote(group)} not found`)
  })
  return [...new Set([...names, ...members])]
}

function find<T>(what: string, name: string, known: ReadonlyMap<string, T>): T {
  const found = known.get(name)
  if (found === undefined) throw new SuiteError(`${what} ${quote(name)} not found`)
  return found
}

function pairKey(principal: string, resource: string): string {
  return JSON.stringify([principal, resource])
}

function quote(name: string): string {
  return JSON.stringify(name)
}
