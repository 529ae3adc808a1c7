import type { AuxData, Principal, Resource } from '@lockstitch/engine'
import type { Effect, JsonValue, SourceLocation } from '@lockstitch/policy'

/**
 * A `_test.yaml` file as it is written, before groups and lists are expanded.
 * @see https://docs.cerbos.dev/cerbos/latest/policies/compile#testing
 */
export interface TestSuite extends Fixtures {
  readonly file: string
  readonly name: string
  readonly description: string
  readonly skip: boolean
  readonly skipReason: string
  readonly options: TestOptions | undefined
  readonly tests: readonly TestTable[]
}

/** Who and what tests are about, by the names that tests use. */
export interface Fixtures {
  readonly principals: ReadonlyMap<string, Principal>
  readonly resources: ReadonlyMap<string, Resource>
  readonly auxData: ReadonlyMap<string, AuxData>
  readonly principalGroups: ReadonlyMap<string, readonly string[]>
  readonly resourceGroups: ReadonlyMap<string, readonly string[]>
}

/** How the engine is set for a test. Those of a test replace those of its suite as a whole. */
export interface TestOptions {
  /** An RFC 3339 time, which conditions see as `now()`. */
  readonly now: string | undefined
  readonly lenientScopeSearch: boolean
  readonly strictEvaluation: boolean
  readonly defaultPolicyVersion: string
  readonly defaultScope: string
  readonly globals: Readonly<Record<string, JsonValue>>
}

/** An entry of `tests`: every principal does every action to every resource. */
export interface TestTable {
  readonly name: string
  readonly description: string
  readonly skip: boolean
  readonly skipReason: string
  readonly options: TestOptions | undefined
  readonly input: TestInput
  readonly expected: readonly Expectation[]
  readonly location: SourceLocation
}

export interface TestInput {
  readonly principals: readonly string[]
  readonly principalGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceGroups: readonly string[]
  readonly actions: readonly string[]
  /** `''` where there is none. */
  readonly auxData: string
}

/** What is expected of some of the pairs. What no expectation names has to be denied. */
export interface Expectation {
  readonly principals: readonly string[]
  readonly principalGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceGroups: readonly string[]
  readonly actions: ReadonlyMap<string, Effect>
  readonly outputs: readonly OutputExpectations[]
}

export interface OutputExpectations {
  readonly action: string
  readonly expected: readonly ExpectedOutput[]
}

/** An output by its source. One without `val` is expected to have none, which no output has. */
export interface ExpectedOutput {
  readonly src: string
  readonly val?: JsonValue
}

/** A problem with a suite that is not one of reading it, in Cerbos's words. */
export class SuiteError extends Error {
  override readonly name = 'SuiteError'
  /** Of the test that it is about, if it is about one. */
  readonly location: SourceLocation | undefined

  constructor(message: string, location?: SourceLocation) {
    super(message)
    this.location = location
  }
}
