import { compilePattern, isCelError, type Matcher } from '@lockstitch/cel'
import { compileGlob, type Matches } from '@lockstitch/policy'

import type { Test } from './matrix.ts'

/** A filter or a pattern that a caller gave and that cannot be used. */
export class TestFilterError extends Error {
  override readonly name = 'TestFilterError'
}

const DIMENSIONS = ['suite', 'test', 'principal', 'resource', 'action'] as const

type Dimension = (typeof DIMENSIONS)[number]

/** The globs of which one has to match, by what they are matched with. */
export type TestFilter = Readonly<Partial<Record<Dimension, readonly string[]>>>

/**
 * Parses `suite=…;test=…`, each with globs separated by commas. Several filters are taken together.
 * Throws a {@link TestFilterError}.
 * @see https://docs.cerbos.dev/cerbos/latest/policies/compile
 */
export function parseTestFilter(texts: readonly string[]): TestFilter {
  const filter: Partial<Record<Dimension, string[]>> = {}
  for (const text of texts) {
    const parts = text.split(';').flatMap((part) => part.trim() || [])
    const parsed = parts.map(parsePart)
    for (const { dimension, globs } of parsed) {
      filter[dimension] = [...(filter[dimension] ?? []), ...globs]
    }
    if (text.trim() === '' || parsed.some(({ globs }) => globs.length > 0)) continue
    throw new TestFilterError(
      'filter must contain at least one glob pattern in at least one dimension',
    )
  }
  return filter
}

function parsePart(part: string): { readonly dimension: Dimension; readonly globs: string[] } {
  const separator = part.indexOf('=')
  if (separator < 0) {
    const problem = `invalid filter dimension format ${JSON.stringify(part)}`
    throw new TestFilterError(`${problem}: expected 'dimension=glob1,glob2'`)
  }
  const name = part.slice(0, separator)
  const dimension = DIMENSIONS.find((each) => each === name.trim().toLowerCase())
  if (dimension === undefined) {
    const problem = `unknown filter dimension ${JSON.stringify(name)}`
    throw new TestFilterError(`${problem}: valid dimensions are ${DIMENSIONS.join(', ')}`)
  }
  const globs = part.slice(separator + 1).split(',')
  return { dimension, globs: globs.map((glob) => glob.trim()).filter((glob) => glob !== '') }
}

/** What is not run, and why. */
export interface Selection {
  /** Why a test is not run at all. `counted` skips are told in the tally. */
  skip(
    suite: string,
    test: Test,
  ): { readonly reason: string; readonly counted: boolean } | undefined
  /** Whether an action of a test that is run is run. */
  runsAction(action: string): boolean
}

export const ACTION_SKIPPED = 'No actions matched the test filter'

/** What a caller may leave out of a run. */
export interface SelectionOptions {
  /** An RE2 pattern that `SUITE/test_table_name:"…" principal_key:"…" resource_key:"…"` must match. */
  readonly run?: string | undefined
  readonly filter?: TestFilter | undefined
  /** Fully qualified names of policies; tests that would meet one are skipped. */
  readonly excludedPolicies?: ReadonlySet<string> | undefined
}

/** Compiles filters. Throws a {@link TestFilterError} for a pattern that is not valid. */
export function selectionFrom(
  { run, filter = {}, excludedPolicies }: SelectionOptions,
  excludes: (test: Test, excluded: ReadonlySet<string>) => string | undefined,
): Selection {
  const pattern = run === undefined || run === '' ? undefined : compileRun(run)
  const matches = (dimension: Dimension): Matches => anyGlob(filter[dimension] ?? [])
  const [suites, tests, principals, resources, actions] = DIMENSIONS.map(matches) as [
    Matches,
    Matches,
    Matches,
    Matches,
    Matches,
  ] // One for each dimension.
  const filtered = (reason: string) => ({ reason, counted: false })
  return {
    runsAction: actions,
    skip(suite, test) {
      const { table, principal, resource, input } = test
      if (pattern && !pattern.test(`${suite}/${testName(test)}`)) {
        return { reason: 'Test name did not match the provided pattern', counted: true }
      }
      const excluded = excludedPolicies && excludes(test, excludedPolicies)
      if (excluded !== undefined) return { reason: excluded, counted: true }
      if (!suites(suite)) return filtered('Suite did not match the test filter')
      if (!tests(table.name)) return filtered('Test did not match the test filter')
      if (!principals(principal)) return filtered('Principal did not match the test filter')
      if (!resources(resource)) return filtered('Resource did not match the test filter')
      if (!input.actions.some(actions)) return filtered(ACTION_SKIPPED)
      return table.skip ? { reason: table.skipReason, counted: true } : undefined
    },
  }
}

function compileRun(run: string): Matcher {
  const pattern = compilePattern(run)
  if (isCelError(pattern))
    throw new TestFilterError(`invalid run specification: ${pattern.message}`)
  return pattern
}

/** A test's name as Cerbos matches it: the text form of the message that holds it. */
function testName({ table, principal, resource }: Test): string {
  const fields = { test_table_name: table.name, principal_key: principal, resource_key: resource }
  return Object.entries(fields)
    .map(([name, value]) => `${name}:${JSON.stringify(value)}`)
    .join('  ')
}

/** Without globs everything matches. */
function anyGlob(globs: readonly string[]): Matches {
  if (globs.length === 0) return () => true
  const compiled = globs.map((glob) => compileGlob(glob))
  return (text) => compiled.some((matches) => matches?.(text) ?? false)
}
