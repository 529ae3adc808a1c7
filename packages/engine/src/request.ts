import type { Effect, JsonValue } from '@lockstitch/policy'

/** Attributes by name. Values are JSON; numbers mean CEL double. */
export type Attributes = Readonly<Record<string, JsonValue>>

/** Who asks. `roles` has at least one entry. */
export interface Principal {
  readonly id: string
  readonly roles: readonly string[]
  readonly attr?: Attributes | undefined
  /** The older name of `attr` in the Cerbos SDK. Where both are given, `attr` wins name by name. */
  readonly attributes?: Attributes | undefined
  readonly policyVersion?: string | undefined
  readonly scope?: string | undefined
}

/** What is asked for. */
export interface Resource {
  readonly kind: string
  readonly id: string
  readonly attr?: Attributes | undefined
  /** The older name of `attr`, as in {@link Principal}. */
  readonly attributes?: Attributes | undefined
  readonly policyVersion?: string | undefined
  readonly scope?: string | undefined
}

/** Claims of verified tokens: of one, or of several by name. */
export interface AuxData {
  /** Read by conditions as `request.auxData.jwt.CLAIM`. */
  readonly jwt?: Readonly<Record<string, JsonValue>>
  /** Read by conditions as `request.auxData.jwts.NAME.claims.CLAIM`. */
  readonly jwts?: Readonly<Record<string, { readonly claims: Readonly<Record<string, JsonValue>> }>>
}

/** One principal, one resource, any number of actions. */
export interface CheckInput {
  readonly requestId?: string | undefined
  readonly principal: Principal
  readonly resource: Resource
  readonly actions: readonly string[]
  readonly auxData?: AuxData | undefined
}

/** What was decided for each action of a {@link CheckInput}. */
export interface CheckOutput {
  readonly requestId?: string
  readonly resource: { readonly kind: string; readonly id: string }
  /** An entry an action asked for, in the order asked. */
  readonly actions: ReadonlyMap<string, ActionDecision>
  readonly effectiveDerivedRoles: readonly string[]
  readonly outputs: readonly OutputEntry[]
  /** What schemas found wrong with the attributes; empty unless schemas are enforced. */
  readonly validationErrors: readonly ValidationError[]
  readonly evaluationErrors: readonly EvaluationError[]
  /** The generation of the policy snapshot that decided. */
  readonly generation: number
}

export interface ActionDecision {
  readonly effect: Effect
  /** `resource.document.vdefault/acme`, or `NO_MATCH` where no policy exists. */
  readonly matchedPolicy: string
  /** The scope whose rule decided; `''` at the root or when nothing matched. */
  readonly matchedScope: string
}

export type OutputEntry =
  | { readonly src: string; readonly action: string; readonly val: JsonValue }
  | { readonly src: string; readonly action: string; readonly error: string }

/** Whose attribute is wrong. */
export type ValidationErrorSource = 'SOURCE_PRINCIPAL' | 'SOURCE_RESOURCE'

/** An attribute that is not what a schema says, or a schema that cannot be used. */
export interface ValidationError {
  /** A JSON pointer into the attributes, `/` for all of them; `''` when there is no schema. */
  readonly path: string
  readonly message: string
  readonly source: ValidationErrorSource
}

export interface EvaluationError {
  readonly expression: string
  readonly message: string
}
