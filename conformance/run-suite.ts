import type { SkipList } from './skips/skip-list.ts'
import type { ConformanceCase, Outcome } from './suite.ts'

/** How many cases of a suite came to what. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** A case that fails the run. */
export interface Failure {
  readonly name: string
  readonly difference: string
}

/** What running a suite came to. */
export interface SuiteResult extends Tally {
  readonly failures: readonly Failure[]
}

/**
 * Runs the cases of a suite. A case of the skip list is run too: if it passes, it has no business
 * there, and that fails the run as a name does that no case has.
 */
export async function runSuite(
  cases: Iterable<ConformanceCase>,
  skips: SkipList,
): Promise<SuiteResult> {
  const failures: Failure[] = []
  const unused = new Map(skips)
  let passed = 0
  let skipped = 0
  for (const each of cases) {
    unused.delete(each.name)
    if (each.excluded !== undefined) {
      skipped += 1
      continue
    }
    const outcome = await outcomeOf(each)
    const reason = skips.get(each.name)
    if (reason === undefined && outcome.kind === 'passed') passed += 1
    else if (reason === undefined) failures.push({ name: each.name, ...failureOf(outcome) })
    else if (outcome.kind === 'failed') skipped += 1
    else failures.push({ name: each.name, difference: `passes, but is skipped: ${reason}` })
  }
  for (const name of unused.keys()) {
    failures.push({ name, difference: 'is on the skip list, but there is no such case' })
  }
  return { passed, failed: failures.length, skipped, failures }
}

async function outcomeOf(each: ConformanceCase): Promise<Outcome> {
  try {
    return await each.run()
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { kind: 'failed', difference: `threw ${what}` }
  }
}

function failureOf(outcome: Outcome): { readonly difference: string } {
  return { difference: outcome.kind === 'failed' ? outcome.difference : '' }
}
