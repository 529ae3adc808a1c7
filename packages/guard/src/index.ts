export { AttributeError } from './attributes.ts'
export { type Authz, type AuthzOptions, createAuthz } from './authz.ts'
export type {
  Decide,
  DecideOptions,
  DecideRequest,
  DecideResponse,
  DecideResult,
  ExplainInput,
  PlanFilter,
  PlanOperand,
  PlanRequest,
  PlanResourcesRequest,
  PlanResourcesResponse,
  PlanResponse,
  Principal,
  Resource,
  Value,
} from './decide.ts'
export {
  type GuardRequest,
  type Identify,
  IdentifyFailure,
  type IdentifyOptions,
  type Identity,
} from './identify.ts'
export { refuseUnknownOptions } from './option-names.ts'
export type { ListPlan, ListQuestion } from './planned-list.ts'
export {
  type DeniedProblem,
  isStepUp,
  type Problem,
  ProblemError,
  problemHeaders,
  problemResponse,
  type StepUpProblem,
  type UnauthenticatedProblem,
  type UnavailableProblem,
} from './problem.ts'
export type { DecisionRecord } from './record.ts'
export { type AnyRequest, guardRequest } from './request.ts'
export type { CheckQuestion, ListOutcome, Outcome, RequestAuthz } from './request-authz.ts'
export type { ResourceOptions, ScopeOptions } from './resource.ts'
export type { MaybeRecord } from './verdict.ts'
