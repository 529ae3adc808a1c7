import { posix } from 'node:path'
import { type LinkedPolicySet, type SourceFile, sanitiseName } from '@lockstitch/policy'
import type { SuiteResults } from '@lockstitch/verify'

/** What tests were run with. */
export interface TestedWith {
  readonly policySet: LinkedPolicySet
  readonly policyFiles: readonly SourceFile[]
  readonly testFiles: readonly SourceFile[]
}

/** Says of the results of a suite whether it would have the same after a change. */
export function untouchedBy(
  before: TestedWith,
  after: TestedWith,
): (suite: SuiteResults) => boolean {
  const tests = changedPaths(before.testFiles, after.testFiles)
  const policies = changedPaths(before.policyFiles, after.policyFiles)
  const kinds = kindsTouched(before.policySet, after.policySet, policies)
  return (suite) => {
    const fixtures = posix.join(posix.dirname(suite.file), 'testdata')
    if (tests.some((path) => path === suite.file || posix.dirname(path) === fixtures)) return false
    if (policies.length === 0) return true
    return (
      kinds !== undefined &&
      suite.kinds !== undefined &&
      !suite.kinds.some((kind) => kinds.has(sanitiseName(kind)))
    )
  }
}

/** The files that are new, gone or different. */
function changedPaths(
  before: readonly SourceFile[],
  after: readonly SourceFile[],
): readonly string[] {
  const texts = new Map(before.map(({ path, text }) => [path, text]))
  const changed = after.filter(({ path, text }) => texts.get(path) !== text)
  for (const { path } of after) texts.delete(path)
  return [...changed.map(({ path }) => path), ...texts.keys()]
}

/**
 * The kinds of resources about which decisions may differ; undefined where that may be any. A
 * resource policy that is what it was but for its rules says nothing about other kinds. All else
 * does: a scope exists by any policy in it, and what is imported is used anywhere.
 */
function kindsTouched(
  before: LinkedPolicySet,
  after: LinkedPolicySet,
  changed: readonly string[],
): ReadonlySet<string> | undefined {
  const [old, young] = [policiesByFile(before), policiesByFile(after)]
  const kinds = new Set<string>()
  for (const path of changed) {
    const [was, is] = [old.get(path), young.get(path)]
    if (was === undefined || is?.kind !== 'resource') return undefined
    if (was.key !== is.key || was.scopePermissions !== is.scopePermissions) return undefined
    kinds.add(is.resource)
  }
  return kinds
}

/** A file has one policy. */
function policiesByFile({
  policies,
}: LinkedPolicySet): ReadonlyMap<string, LinkedPolicySet['policies'][number]> {
  return new Map(policies.map((policy) => [policy.location.file, policy]))
}
