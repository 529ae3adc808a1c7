import type { Effect, JsonValue, LinkedPolicy } from '@lockstitch/policy'

import type { RequestContext } from './check-resources.ts'
import type {
  CheckInput,
  CheckOutput,
  OutputEntry,
  Principal,
  Resource,
  ValidationError,
} from './request.ts'

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

/** The policies that had a part in the decisions, by their key; absent where there is none. */
export interface AuditTrail {
  readonly effectivePolicies?: Readonly<
    Record<string, { readonly attributes: Readonly<Record<string, JsonValue>> }>
  >
}

/** One entry, named after the kind of store. */
export type RecordedSource = Readonly<Record<string, Readonly<Record<string, JsonValue>>>>

/** Where policies come from, as a whole and each of them. */
export interface RecordedOrigin {
  readonly policySource: RecordedSource
  /** What is told of the policy of a file, in place of its driver and its path. */
  attributesOf?(file: string): Readonly<Record<string, JsonValue>> | undefined
}

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
  /** Those that had a part in the decisions. */
  readonly policies: Iterable<LinkedPolicy>
  readonly peer: Peer | undefined
  readonly metadata: DecisionRecord['metadata'] | undefined
  readonly requestContext: RequestContext | undefined
  readonly origin: RecordedOrigin | undefined
}

/** The record of a call. */
export function decisionRecord(
  decided: readonly DecidedInput[],
  call: RecordedCall,
): DecisionRecord {
  const { callId, time, generation, policies, origin, peer, metadata, requestContext } = call
  return {
    callId,
    timestamp: new Date(time).toISOString(),
    generation,
    ...(peer && { peer }),
    checkResources: {
      inputs: decided.map(({ input }) => recordedInput(input)),
      outputs: decided.map(({ output }) => recordedOutput(output)),
    },
    auditTrail: auditTrail(policies, origin),
    ...(origin && { policySource: origin.policySource }),
    ...(metadata && { metadata }),
    ...(requestContext && { requestContext }),
  }
}

/** An input as Cerbos writes it down: without what is empty, and without what it does not know. */
function recordedInput(input: CheckInput): CheckInput {
  const { requestId, principal, resource, actions, auxData } = input
  return {
    ...(requestId && { requestId }),
    principal: { id: principal.id, roles: [...principal.roles], ...recordedParty(principal) },
    resource: { kind: resource.kind, id: resource.id, ...recordedParty(resource) },
    actions: [...actions],
    ...(auxData && (auxData.jwt || auxData.jwts) && { auxData }),
  }
}

export function recordedParty({
  policyVersion,
  scope,
  attr,
}: Principal | Resource): Pick<Principal & Resource, 'policyVersion' | 'scope' | 'attr'> {
  return {
    ...(policyVersion && { policyVersion }),
    ...(scope && { scope }),
    ...(attr && Object.keys(attr).length > 0 && { attr }),
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

/** What a record says of the policies that had a part in it. */
export function auditTrail(
  policies: Iterable<LinkedPolicy>,
  origin: RecordedOrigin | undefined,
): AuditTrail {
  const [driver] = Object.keys(origin?.policySource ?? {})
  const effectivePolicies: Record<string, EffectivePolicy> = Object.create(null)
  for (const { key, location, sourceAttributes } of policies) {
    const { file: source } = location
    const ofSource = origin?.attributesOf?.(source) ?? { ...(driver && { driver }), source }
    effectivePolicies[key] = { attributes: { ...sourceAttributes, ...ofSource } }
  }
  return Object.keys(effectivePolicies).length > 0 ? { effectivePolicies } : {}
}

type EffectivePolicy = NonNullable<AuditTrail['effectivePolicies']>[string]
