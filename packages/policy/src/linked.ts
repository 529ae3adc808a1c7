import type { Program } from '@lockstitch/cel'

import type { Diagnostic } from './diagnostics.ts'
import type { LoadedSchema } from './schemas/schema-store.ts'

/** The effect that a rule gives, by its name on the wire. */
export type Effect = 'EFFECT_ALLOW' | 'EFFECT_DENY'

/** A JSON value as policies and requests carry it. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/** A place in a policy file. Lines and columns count from 1; columns count UTF-16 units. */
export interface SourceLocation {
  readonly file: string
  readonly line: number
  readonly column: number
}

/**
 * All policies of a set after linking: imports resolved, variables ordered, expressions compiled.
 * A plain readonly value; the engine builds its rule table from it.
 */
export interface LinkedPolicySet {
  readonly policies: readonly LinkedPolicy[]
  /** Wildcards that are not valid, which never match: an engine goes on telling of them. */
  readonly invalidWildcards?: readonly Diagnostic[]
}

export type LinkedPolicy = LinkedResourcePolicy | LinkedPrincipalPolicy | LinkedRolePolicy

/** @see https://docs.cerbos.dev/cerbos/latest/policies/scoped_policies */
export type ScopePermissions = 'override-parent' | 'require-parental-consent-for-allows'

interface LinkedPolicyBase {
  /** The fully qualified name, `cerbos.resource.document.vdefault/acme`. */
  readonly fqn: string
  /** The fully qualified name without `cerbos.`: what `matchedPolicy` shows. */
  readonly key: string
  readonly version: string
  /** Dotted path, `''` at the root. */
  readonly scope: string
  /** Absent when the file does not say: the engine then takes `override-parent`. */
  readonly scopePermissions?: ScopePermissions
  readonly variables: VariableSet
  /** What the metadata of the file say of where it comes from. Only records of decisions tell them. */
  readonly sourceAttributes?: Readonly<Record<string, JsonValue>>
  readonly location: SourceLocation
}

export interface LinkedResourcePolicy extends LinkedPolicyBase {
  readonly kind: 'resource'
  /** The sanitised resource kind. */
  readonly resource: string
  /** The derived roles that at least one rule names, by name. */
  readonly derivedRoles: ReadonlyMap<string, LinkedDerivedRole>
  readonly schemas?: LinkedSchemas
  readonly rules: readonly LinkedResourceRule[]
}

/** What the attributes of a request must be. Only the policy at the root of a chain is asked. */
export interface LinkedSchemas {
  readonly principal?: LinkedSchema
  readonly resource?: LinkedSchema
}

export interface LinkedSchema {
  /** `cerbos:///document.json`, as it is written. */
  readonly reference: string
  /** Wildcards of actions; a request for such actions only is not validated. */
  readonly ignoredActions: readonly string[]
  /** The schema, compiled at the first call. */
  load(): LoadedSchema
  readonly location: SourceLocation
}

export interface LinkedResourceRule extends LinkedRuleBase {
  readonly actions: readonly string[]
  readonly effect: Effect
  readonly roles: readonly string[]
  readonly derivedRoles: readonly LinkedDerivedRole[]
}

export interface LinkedDerivedRole {
  readonly name: string
  /** The name of the derived-roles document that defines it. */
  readonly set: string
  readonly parentRoles: readonly string[]
  readonly condition?: LinkedCondition
  readonly variables: VariableSet
  readonly location: SourceLocation
}

export interface LinkedPrincipalPolicy extends LinkedPolicyBase {
  readonly kind: 'principal'
  /** The principal's id, matched exactly. */
  readonly principal: string
  readonly rules: readonly LinkedPrincipalRule[]
}

/** One action entry under one resource of a principal policy. */
export interface LinkedPrincipalRule extends LinkedRuleBase {
  readonly resource: string
  readonly action: string
  readonly effect: Effect
}

export interface LinkedRolePolicy extends LinkedPolicyBase {
  readonly kind: 'role'
  readonly role: string
  readonly parentRoles: readonly string[]
  readonly rules: readonly LinkedRoleRule[]
}

export interface LinkedRoleRule extends LinkedRuleBase {
  readonly resource: string
  readonly allowActions: readonly string[]
}

interface LinkedRuleBase {
  /** The explicit name, or the automatic one (`rule-001`); unnamed role rules have `''`. */
  readonly name: string
  readonly condition?: LinkedCondition
  readonly output?: LinkedOutput
  readonly location: SourceLocation
}

export type LinkedCondition =
  | { readonly kind: 'expr'; readonly program: Program; readonly location: SourceLocation }
  | {
      readonly kind: 'all' | 'any' | 'none'
      readonly of: readonly LinkedCondition[]
      readonly location: SourceLocation
    }

export interface LinkedOutput {
  readonly ruleActivated?: Program
  readonly conditionNotMet?: Program
}

/**
 * What `V` and `C` hold for the expressions of one policy or derived role. Only the variables that
 * a condition or an output reaches are listed, each after those it reads.
 */
export interface VariableSet {
  readonly constants: Readonly<Record<string, JsonValue>>
  readonly variables: readonly LinkedVariable[]
}

export interface LinkedVariable {
  readonly name: string
  readonly program: Program
  readonly location: SourceLocation
}
