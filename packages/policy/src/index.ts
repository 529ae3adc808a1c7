export {
  type AttributeName,
  type AttributesRead,
  expressionsOf,
  expressionsOfRole,
  expressionsOfRule,
  principalAttributesRead,
  resourceAttributesRead,
} from './attributes-read.ts'
export { cerbosContext } from './cerbos-context.ts'
export {
  type CerbosCompileError,
  type CerbosDuplicateDefinition,
  type CerbosFindings,
  type CerbosLoadFailure,
  type CerbosMissingImport,
  type CerbosMissingScope,
  type CerbosPosition,
  cerbosFindings,
} from './cerbos-findings.ts'
export { type CerbosIndexError, type CerbosText, cerbosText } from './cerbos-texts.ts'
export type { DiagnosticCode, Severity } from './codes.ts'
export {
  type CompiledPolicies,
  type CompileOptions,
  compilePolicies,
  createPolicyCompiler,
  type PolicyCompiler,
} from './compile-policies.ts'
export type { Diagnostic, ExcerptLine, RelatedPlace } from './diagnostics.ts'
export { CONDITION_VARIABLES, createConditionEnv } from './environment.ts'
export { compileGlob, compilePattern, isGlob, type Matches, matchesAll } from './globs.ts'
export {
  type InspectedConstant,
  type InspectedDerivedRole,
  type InspectedPolicy,
  type InspectedVariable,
  type Inspection,
  inspectPolicies,
} from './inspect.ts'
export type { DisabledDefinition } from './link/catalogue.ts'
export type {
  Effect,
  JsonValue,
  LinkedCondition,
  LinkedDerivedRole,
  LinkedOutput,
  LinkedPolicy,
  LinkedPolicySet,
  LinkedPrincipalPolicy,
  LinkedPrincipalRule,
  LinkedResourcePolicy,
  LinkedResourceRule,
  LinkedRolePolicy,
  LinkedRoleRule,
  LinkedSchema,
  LinkedSchemas,
  LinkedVariable,
  ScopePermissions,
  SourceLocation,
  VariableSet,
} from './linked.ts'
export {
  type PolicyIdentity,
  parentScopes,
  policyKey,
  sanitiseName,
} from './names.ts'
export { nearName, unknownOption } from './near-name.ts'
export { type RenderOptions, renderDiagnostics } from './render-diagnostics.ts'
export type { SchemaViolation } from './schemas/failure.ts'
export type { LoadedSchema } from './schemas/schema-store.ts'
export type { Position, SourceFile } from './source.ts'
export { type MemorySource, memorySource } from './sources/memory.ts'
export { isSourcePath } from './sources/policy-paths.ts'
export type { PolicySource } from './sources/source.ts'
