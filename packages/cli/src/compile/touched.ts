import { posix } from 'node:path'
import {
  type LinkedPolicy,
  type LinkedPolicySet,
  type SourceFile,
  type SourceLocation,
  sanitiseName,
} from '@lockstitch/policy'
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
 * The kinds of resources about which decisions may differ; undefined where that may be any. What
 * resource policies read of a file, their own or one that they import, says nothing about other
 * kinds. All else does: a scope exists by any policy in it, and constants do not tell their file.
 */
function kindsTouched(
  before: LinkedPolicySet,
  after: LinkedPolicySet,
  changed: readonly string[],
): ReadonlySet<string> | undefined {
  const [old, young] = [readersByFile(before), readersByFile(after)]
  const kinds = new Set<string>()
  for (const path of changed) {
    const [were, are] = [old.get(path), young.get(path)]
    if (were === undefined || are === undefined) return undefined
    const [was, is] = [were, are].map((readers) => policyIn(path, readers))
    if (was?.key !== is?.key || was?.scopePermissions !== is?.scopePermissions) return undefined
    for (const reader of [...were, ...are]) {
      if (reader.kind !== 'resource') return undefined
      kinds.add(reader.resource)
    }
  }
  return kinds
}

type Readers = ReadonlySet<LinkedPolicy>

/** A file has one policy, if it has any. */
function policyIn(path: string, readers: Readers): LinkedPolicy | undefined {
  return [...readers].find(({ location }) => location.file === path)
}

/** The policies that have something of each file: themselves, a derived role or a variable. */
function readersByFile({ policies }: LinkedPolicySet): ReadonlyMap<string, Readers> {
  const byFile = new Map<string, Set<LinkedPolicy>>()
  for (const policy of policies) {
    for (const { file } of locationsIn(policy)) {
      const readers = byFile.get(file) ?? new Set()
      byFile.set(file, readers.add(policy))
    }
  }
  return byFile
}

function locationsIn(policy: LinkedPolicy): readonly SourceLocation[] {
  const roles = policy.kind === 'resource' ? [...policy.derivedRoles.values()] : []
  const variables = [policy, ...roles].flatMap((each) => each.variables.variables)
  return [policy, ...roles, ...variables].map(({ location }) => location)
}
