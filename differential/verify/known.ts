import type { KnownDifference } from '../area.ts'
import type { PolicyFile } from '../check/policy-set.ts'
import { PROBES } from '../check/probes.ts'
import { sharedCores } from '../check/shared-cores.ts'
import type { VerifyAnswer } from './answer.ts'
import { type Json, type JsonObject, TOKEN, type VerifyCase } from './verify-case.ts'

/** Differences from the real Cerbos that are meant. Each is a rule with its reason, never a case. */
export const KNOWN: readonly KnownDifference<VerifyCase, VerifyAnswer>[] = [
  {
    isStillTrue: PROBES.coresAreShared,
    reason:
      'Cerbos takes rules of several policies for one that differ only in `any`, `all` and `none` or in when they have an output; which of them counts, the order of loading decides',
    applies: ({ files }) => sharedCores(Object.entries(files).flatMap(policyFile)).size > 0,
  },
  {
    isStillTrue: PROBES.outputComesLate,
    reason:
      'Cerbos emits `conditionNotMet` of a rule whose derived role is not held, from its second action or role on',
    applies: ({ files }, ours, theirs) => {
      const sources = Object.values(files).flatMap(lateOutputs)
      return (
        sources.length > 0 &&
        ours.exitCode === theirs.exitCode &&
        JSON.stringify(without(sources, ours.suites)) ===
          JSON.stringify(without(sources, theirs.suites))
      )
    },
  },
]

/** A file as the area `check` has it, if it is a policy. */
function policyFile([path, file]: readonly [string, Json]): readonly PolicyFile[] {
  const kinds = ['resourcePolicy', 'principalPolicy', 'rolePolicy', 'derivedRoles'] as const
  const kind = kinds.find((name) => name in asObject(file))
  if (kind === undefined) return []
  const content = objectIn(file, kind)
  return [{ path, kind, version: String(content.version ?? ''), content, head: {} }]
}

/** The sources of the outputs that a policy has for derived roles and a condition that is not met. */
function lateOutputs(content: Json): readonly string[] {
  const policy = objectIn(content, 'resourcePolicy')
  const { rules = [], version, scope } = policy
  if (!Array.isArray(rules)) return []
  return rules.flatMap((rule, index) => {
    const { derivedRoles, name, output } = asObject(rule)
    const isLate = derivedRoles !== undefined && 'conditionNotMet' in objectIn(output, 'when')
    if (!isLate) return []
    const of = scope === undefined ? '' : `/${scope}`
    const named = name ?? `rule-${String(index + 1).padStart(3, '0')}`
    return [`resource.doc${TOKEN}.v${version}${of}#${named}`]
  })
}

/** The suites without these outputs. */
function without(sources: readonly string[], value: Json): Json {
  if (Array.isArray(value)) {
    return value
      .filter((item) => !sources.includes(String(asObject(item).src)))
      .map((item) => without(sources, item))
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, of]) => [key, without(sources, of)] as const)
  // No outputs at all are left out, so that none left are as well.
  return Object.fromEntries(
    entries.filter(([key, of]) => key !== 'outputs' || (of as Json[]).length > 0),
  )
}

function objectIn(value: Json | undefined, name: string): JsonObject {
  return asObject(asObject(value)[name])
}

function asObject(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
}
