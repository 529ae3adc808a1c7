import type { AuxData, EvaluationError, Principal, Resource, ValidationError } from '../request.ts'
import type { RuleTable } from '../rule-table.ts'
import type { PlanFilter } from './filter.ts'
import type { PlanRoute } from './plan-route.ts'

/** Which resources of a kind may a principal do something to? */
export interface PlanInput {
  readonly requestId?: string | undefined
  readonly principal: Principal
  /** What all the resources have in common: their kind and those attributes that are known. */
  readonly resource: PlanResource
  /** All of them must be allowed. */
  readonly actions: readonly string[]
  readonly auxData?: AuxData | undefined
}

/** A resource without an id: all of its kind with these attributes. */
export type PlanResource = Omit<Resource, 'id'>

/** The plan for a {@link PlanInput}. */
export interface PlanOutput {
  readonly requestId?: string
  readonly actions: readonly string[]
  readonly resource: { readonly kind: string; readonly policyVersion: string }
  /** Which resources all the actions are allowed on. */
  readonly filter: PlanFilter
  /** The filter as text, or `NO_MATCH` where no policy has anything to say. */
  readonly filterDebug: string
  /** By action, the outermost scope that had something to say. */
  readonly matchedScopes: ReadonlyMap<string, string>
  readonly validationErrors: readonly ValidationError[]
  /** Conditions that are errors whatever the resource is. */
  readonly evaluationErrors: readonly EvaluationError[]
  readonly generation: number
}

/** What the filter for one action is, and where it comes from. */
export interface ActionPlan {
  readonly filter: PlanFilter
  readonly matchedScope: string
  /** Whether any rule has anything to say. */
  readonly isMatched: boolean
}

/** Plans one action. */
export type PlanAction = (table: RuleTable, route: PlanRoute, action: string) => ActionPlan
