import type { Effect, JsonValue, LinkedPolicy } from '@lockstitch/policy'

import type { RequestContext } from './check-resources.ts'
import type { CheckInput, CheckOutput, OutputEntry, ValidationError } from './request.ts'

/**
 * One call and all that was decided in it, as an entry of Cerbos's decision log: plain JSON in which
 * what is empty is left out. `generation` is not in Cerbos's.
 *
 * @see https://docs.cerbos.dev/cerbos/latest/configuration/audit
 */
export interface DecisionRecord {
  readonly callId: string
  /** When it was decided, RFC 3339. */
  readonly timestamp: string
  /** The generation of the policies that decided. */
  readonly generation: number
  /** Who called, where a caller says so. */
  readonly peer?: Peer
  readonly checkResources: {
    readonly inputs: readonly CheckInput[]
    /** An output an input, in the same order. */
    readonly outputs: readonly RecordedOutput[]
  }
  readonly auditTrail: AuditTrail
  /** Where the policies come from, by the kind of store: `{ disk: { directory } }`. */
  readonly policySource?: RecordedSource
  /** What the caller adds to the record, such as headers of a request. */
  readonly metadata?: Readonly<Record<string, { readonly values: readonly string[] }>>
  /** What the request says of itself. */
  readonly requestContext?: RequestContext
}

/** The other end of the connection by which a call came. */
export interface Peer {
  readonly address?: string
  readonly authInfo?: string
  readonly userAgent?: string
  readonly forwardedFor?: string
}

/** The policies with at least one rule that was looked at, by their key. */
export interface AuditTrail {
  readonly effectivePolicies: Readonly<
    Record<string, { readonly attributes: Readonly<Record<string, JsonValue>> }>
  >
}

/** One entry, named after the kind of store. */
export type RecordedSource = Readonly<Record<string, Readonly<Record<string, JsonValue>>>>

/** A {@link CheckOutput} in protobuf's JSON. */
export interface RecordedOutput {
  readonly requestId?: string
  readonly resourceId: string
  readonly actions: Readonly<Record<string, RecordedEffect>>
  readonly effectiveDerivedRoles?: readonly string[]
  readonly validationErrors?: readonly ValidationError[]
  readonly outputs?: readonly OutputEntry[]
  readonly evaluationErrors?: readonly {
    readonly celError: { readonly expression: string; readonly message: string }
  }[]
}

/** The decision for one action. */
export interface RecordedEffect {
  readonly effect: Effect
  readonly policy: string
  readonly scope?: string
}

/** Receives every call's decisions. What it throws is counted and changes nothing. */
export type OnDecision = (record: DecisionRecord) => void

/** An input and what was decided about it. */
export interface DecidedInput {
  readonly input: CheckInput
  readonly output: CheckOutput
}

/** What a record says of the call as a whole. */
export interface RecordedCall {
  readonly callId: string
  /** In milliseconds since 1970. */
  readonly time: number
  readonly generation: number
  /** The policies whose rules were looked at. */
  readonly policies: Iterable<LinkedPolicy>
  readonly peer: Peer | undefined
  readonly metadata: DecisionRecord['metadata'] | undefined
  readonly requestContext: RequestContext | undefined
  readonly policySource: RecordedSource | undefined
}

/** The record of a call. */
export function decisionRecord(
  decided: readonly DecidedInput[],
  call: RecordedCall,
): DecisionRecord {
  const { callId, time, generation, policies, policySource, peer, metadata, requestContext } = call
  return {
    callId,
    timestamp: new Date(time).toISOString(),
    generation,
    ...(peer && { peer }),
    checkResources: {
      inputs: decided.map(({ input }) => input),
      outputs: decided.map(({ output }) => recordedOutput(output)),
    },
    auditTrail: { effectivePolicies: effectivePolicies(policies, policySource) },
    ...(policySource && { policySource }),
    ...(metadata && { metadata }),
    ...(requestContext && { requestContext }),
  }
}

/** A {@link CheckOutput} as Cerbos writes it down. */
export function recordedOutput(output: CheckOutput): RecordedOutput {
  const { requestId, resource, effectiveDerivedRoles, validationErrors, outputs } = output
  const evaluationErrors = output.evaluationErrors.map((celError) => ({ celError }))
  return {
    ...(requestId && { requestId }),
    resourceId: resource.id,
    actions: recordedEffects(output),
    // Copies: who reads a record must not be able to change an answer.
    ...(effectiveDerivedRoles.length > 0 && { effectiveDerivedRoles: [...effectiveDerivedRoles] }),
    ...(validationErrors.length > 0 && { validationErrors: [...validationErrors] }),
    ...(outputs.length > 0 && { outputs: [...outputs] }),
    ...(evaluationErrors.length > 0 && { evaluationErrors }),
  }
}

function recordedEffects({ actions }: CheckOutput): Readonly<Record<string, RecordedEffect>> {
  const effects: Record<string, RecordedEffect> = Object.create(null)
  for (const [action, { effect, matchedPolicy: policy, matchedScope: scope }] of actions) {
    effects[action] = { effect, policy, ...(scope && { scope }) }
  }
  return effects
}

function effectivePolicies(
  policies: Iterable<LinkedPolicy>,
  policySource: RecordedSource | undefined,
): AuditTrail['effectivePolicies'] {
  const [driver] = Object.keys(policySource ?? {})
  const trail: Record<string, AuditTrail['effectivePolicies'][string]> = Object.create(null)
  for (const { key, location } of policies) {
    trail[key] = { attributes: { ...(driver && { driver }), source: location.file } }
  }
  return trail
}
