/** A JSON value, mutable as the Cerbos SDK declares it. */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value }

/** Who asks. `roles` has at least one entry. */
export interface Principal {
  id: string
  roles: string[]
  attr?: Record<string, Value>
  policyVersion?: string
  scope?: string
}

/** What is asked for. */
export interface Resource {
  kind: string
  id: string
  attr?: Record<string, Value>
  policyVersion?: string
  scope?: string
}

/** One principal and the actions it asks for on each of the resources. */
export interface DecideRequest {
  principal: Principal
  resources: { resource: Resource; actions: string[] }[]
  /** Asks for the matched policies, which decision records show. */
  includeMetadata?: boolean
  /** The id of the decisions, for the decider's own log. */
  requestId?: string
}

/** How a request to a decider is cut short. */
export interface DecideOptions {
  /** Aborts when the deadline has passed; a decider may ignore it. */
  signal?: AbortSignal
  /** The id of the decisions, for the decider's own records. */
  decisionId?: string
}

/** The decisions, a result for each resource of the request and in its order. */
export interface DecideResponse {
  readonly results: readonly DecideResult[]
}

export interface DecideResult {
  readonly resource: { readonly kind: string; readonly id: string }
  /** `EFFECT_ALLOW` or `EFFECT_DENY` by action. Anything else is no decision. */
  readonly actions: Readonly<Record<string, string>>
  readonly metadata?:
    | {
        readonly actions: Readonly<
          Record<string, { readonly matchedPolicy: string; readonly matchedScope: string }>
        >
        readonly effectiveDerivedRoles: readonly string[]
      }
    | undefined
  /** What rules say beside the effect; `{"step_up": …}` asks for another sign-in. */
  readonly outputs?: readonly { readonly action: string; readonly value: unknown }[] | undefined
}

/** One question of a request: what an explanation is about. */
export interface ExplainInput {
  readonly principal: Principal
  readonly resource: Resource
  readonly actions: readonly string[]
}

/**
 * What decides. Every client of the Cerbos JavaScript SDK fits, and so does the Lockstitch engine;
 * `explain` is there where the decider can say why.
 */
export interface Decide {
  checkResources(request: DecideRequest, options?: DecideOptions): Promise<DecideResponse>
  explain?(input: ExplainInput, action: string): unknown
  /** Counts the policy sets that were in force, where the decider has it at hand. */
  readonly generation?: number
}
