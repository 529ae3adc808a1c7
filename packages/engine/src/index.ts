export type {
  CheckResourcesRequest,
  CheckResourcesResponse,
  CheckResourcesResult,
  OutputResult,
  RequestContext,
  ResourceCheck,
} from './check-resources.ts'
export {
  type AuditTrail,
  type DecisionRecord,
  type OnDecision,
  type Peer,
  type RecordedEffect,
  type RecordedOrigin,
  type RecordedOutput,
  type RecordedSource,
  recordedOutput,
} from './decision-record.ts'
export {
  type AllowedInput,
  type CallOptions,
  Engine,
  type EngineOptions,
  type PlanOptions,
} from './engine.ts'
export { EngineError, type EngineErrorCode } from './errors.ts'
export type {
  ExplainedDerivedRole,
  ExplainedPolicy,
  ExplainedRole,
  ExplainedRule,
  Explanation,
  RuleOutcome,
} from './explain.ts'
export type { ExplainedCondition, ExplainedPart } from './explain-condition.ts'
export { explanationText } from './explain-text.ts'
export type { Lack, NearestRule } from './nearest.ts'
export { filterAllows } from './plan/evaluate-filter.ts'
export type { PlanFilter } from './plan/filter.ts'
export type {
  PlanExpression,
  PlanOperand,
  PlanValue,
  PlanVariable,
} from './plan/operand.ts'
export type { PlanInput, PlanOutput, PlanResource } from './plan/plan-input.ts'
export { PolicyLoadError } from './policy-load-error.ts'
export type {
  ActionDecision,
  Attributes,
  AuxData,
  CheckInput,
  CheckOutput,
  EvaluationError,
  OutputEntry,
  Principal,
  Resource,
  ValidationError,
  ValidationErrorSource,
} from './request.ts'
export type { Clock, NewId } from './rim.ts'
export type { SchemaEnforcement } from './schemas.ts'
export type { Globals, GlobalValue, Settings } from './settings.ts'
export type { EngineStatus, Reload, ReloadFailure, ReloadReport } from './status.ts'
