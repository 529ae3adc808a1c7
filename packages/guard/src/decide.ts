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

/** What a list is planned for: all resources of a kind that have these attributes. */
export interface PlanRequest {
  principal: Principal
  resource: Omit<Resource, 'id'>
  /** All of them must be allowed. */
  actions: string[]
}

/** A condition on resources, as Cerbos's query plans have it. */
export type PlanOperand =
  | {
      readonly kind: 'value'
      readonly value: PlanJson
      readonly type?: 'int' | 'uint' | 'bytes'
    }
  | { readonly kind: 'variable'; readonly name: string }
  | {
      readonly kind: 'expression'
      readonly operator: string
      readonly operands: readonly PlanOperand[]
    }

type PlanJson =
  | null
  | boolean
  | number
  | string
  | readonly PlanJson[]
  | { readonly [key: string]: PlanJson }

/** Which resources are allowed: all, none, or those that fulfil a condition. */
export type PlanFilter =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'denied' }
  | { readonly kind: 'conditional'; readonly condition: PlanOperand }

/** The plan for a list. */
export interface PlanResponse {
  readonly filter: PlanFilter
  readonly generation?: number | undefined
}

/** What a Cerbos client is asked for a plan. */
export interface PlanResourcesRequest extends PlanRequest {
  /** The id of the decision, for the decider's own log. */
  requestId?: string
}

/** What a Cerbos client answers: `KIND_ALWAYS_ALLOWED`, `KIND_ALWAYS_DENIED` or `KIND_CONDITIONAL`. */
export interface PlanResourcesResponse {
  readonly kind: string
  readonly condition?: unknown
}

/**
 * What decides. Every client of the Cerbos JavaScript SDK fits, and so does the Lockstitch engine;
 * `explain` is there where the decider can say why, `plan` or `planResources` where it can say which.
 */
export interface Decide {
  checkResources(request: DecideRequest, options?: DecideOptions): Promise<DecideResponse>
  explain?(input: ExplainInput, action: string): unknown
  /** Plans lists. The Lockstitch engine's plans agree with its decisions. */
  plan?(request: PlanRequest): PlanResponse | Promise<PlanResponse>
  /** Plans lists as the Cerbos SDK does; asked where there is no `plan`. */
  planResources?(
    request: PlanResourcesRequest,
    options?: DecideOptions,
  ): Promise<PlanResourcesResponse>
  /** Counts the policy sets that were in force, where the decider has it at hand. */
  readonly generation?: number
}
