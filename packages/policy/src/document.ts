import type { Effect, JsonValue, ScopePermissions } from './linked.ts'
import type { Located, LocatedText, Place } from './place.ts'
import type { LocatedList, NamedEntry } from './read/fields.ts'
import type { SourceText } from './source.ts'

/** A policy file as it was read: every value with its place, nothing resolved. */
export type PolicyDocument =
  | ResourcePolicy
  | PrincipalPolicy
  | RolePolicy
  | DerivedRoles
  | ExportVariables
  | ExportConstants

/** What all documents have. */
export interface DocumentBase {
  readonly source: SourceText
  /** The file as a whole. */
  readonly root: Place
  /** The key that says what kind of policy it is. */
  readonly place: Place
  readonly apiVersion: LocatedText | undefined
  readonly disabled: Located<boolean> | undefined
  readonly description: LocatedText | undefined
  readonly metadata: PolicyMetadata | undefined
  /** The deprecated `variables` at the top of the file, merged with the local ones. */
  readonly topVariables: readonly VariableEntry[]
  readonly topVariablesPlace: Place | undefined
}

export interface PolicyMetadata {
  readonly sourceFile: LocatedText | undefined
  readonly annotations: readonly NamedEntry<LocatedText>[]
  readonly sourceAttributes: readonly NamedEntry<Located<JsonValue>>[]
}

export type VariableEntry = NamedEntry<LocatedText>
export type ConstantEntry = NamedEntry<Located<JsonValue>>

/** A block that imports sets of names and adds its own. */
export interface Definitions<Entry> {
  readonly imports: LocatedList<LocatedText>
  readonly local: readonly Entry[]
}

interface Scoped {
  readonly version: LocatedText | undefined
  readonly scope: LocatedText | undefined
  readonly variables: Definitions<VariableEntry>
  readonly constants: Definitions<ConstantEntry>
}

export interface ResourcePolicy extends DocumentBase, Scoped {
  readonly kind: 'resourcePolicy'
  readonly resource: LocatedText | undefined
  readonly scopePermissions: Located<ScopePermissionsName> | undefined
  readonly importDerivedRoles: LocatedList<LocatedText>
  readonly schemas: Schemas | undefined
  readonly rules: LocatedList<ResourceRule>
}

export interface ResourceRule extends RuleBase {
  readonly actions: LocatedList<LocatedText>
  readonly effect: Located<EffectName> | undefined
  readonly roles: LocatedList<LocatedText>
  readonly derivedRoles: LocatedList<LocatedText>
}

export interface PrincipalPolicy extends DocumentBase, Scoped {
  readonly kind: 'principalPolicy'
  readonly principal: LocatedText | undefined
  readonly scopePermissions: Located<ScopePermissionsName> | undefined
  readonly rules: LocatedList<PrincipalRule>
}

export interface PrincipalRule {
  readonly place: Place
  readonly resource: LocatedText | undefined
  readonly actions: LocatedList<PrincipalAction>
}

export interface PrincipalAction extends RuleBase {
  readonly action: LocatedText | undefined
  readonly effect: Located<EffectName> | undefined
}

export interface RolePolicy extends DocumentBase, Scoped {
  readonly kind: 'rolePolicy'
  readonly role: LocatedText | undefined
  readonly parentRoles: LocatedList<LocatedText>
  readonly scopePermissions: Located<ScopePermissionsName> | undefined
  readonly rules: LocatedList<RoleRule>
}

export interface RoleRule extends RuleBase {
  readonly resource: LocatedText | undefined
  readonly allowActions: LocatedList<LocatedText>
}

export interface DerivedRoles extends DocumentBase {
  readonly kind: 'derivedRoles'
  readonly name: LocatedText | undefined
  readonly definitions: LocatedList<DerivedRoleDefinition>
  readonly variables: Definitions<VariableEntry>
  readonly constants: Definitions<ConstantEntry>
}

export interface DerivedRoleDefinition {
  readonly place: Place
  readonly name: LocatedText | undefined
  readonly parentRoles: LocatedList<LocatedText>
  readonly condition: Condition | undefined
}

export interface ExportVariables extends DocumentBase {
  readonly kind: 'exportVariables'
  readonly name: LocatedText | undefined
  readonly definitions: readonly VariableEntry[]
}

export interface ExportConstants extends DocumentBase {
  readonly kind: 'exportConstants'
  readonly name: LocatedText | undefined
  readonly definitions: readonly ConstantEntry[]
}

/** What a rule of any kind has. */
export interface RuleBase {
  readonly place: Place
  readonly name: LocatedText | undefined
  readonly condition: Condition | undefined
  readonly output: Output | undefined
}

export interface Condition {
  readonly place: Place
  readonly match: Match | undefined
  readonly script: boolean
}

export type Match =
  | { readonly kind: 'expr'; readonly expr: LocatedText; readonly place: Place }
  | {
      readonly kind: 'all' | 'any' | 'none'
      readonly of: LocatedList<Match>
      readonly place: Place
    }
  /** Neither of them is given, which a rule reports. */
  | { readonly kind: 'empty'; readonly place: Place }

export interface Output {
  readonly place: Place
  readonly ruleActivated: LocatedText | undefined
  readonly conditionNotMet: LocatedText | undefined
  /** Deprecated: what `ruleActivated` is now. */
  readonly expr: LocatedText | undefined
}

export interface Schemas {
  readonly principalSchema: SchemaReference | undefined
  readonly resourceSchema: SchemaReference | undefined
}

export interface SchemaReference {
  readonly place: Place
  readonly ref: LocatedText | undefined
  readonly ignoreWhen:
    | { readonly place: Place; readonly actions: LocatedList<LocatedText> }
    | undefined
}

/** The names of the enums, in order of their numbers. */
export const EFFECT_NAMES = [
  'EFFECT_UNSPECIFIED',
  'EFFECT_ALLOW',
  'EFFECT_DENY',
  'EFFECT_NO_MATCH',
] as const
/** The effects that a rule may have. */
export const EFFECTS = ['EFFECT_ALLOW', 'EFFECT_DENY'] as const
export type EffectName = (typeof EFFECT_NAMES)[number]

export const SCOPE_PERMISSIONS_NAMES = [
  'SCOPE_PERMISSIONS_UNSPECIFIED',
  'SCOPE_PERMISSIONS_OVERRIDE_PARENT',
  'SCOPE_PERMISSIONS_REQUIRE_PARENTAL_CONSENT_FOR_ALLOWS',
] as const
export const SCOPE_PERMISSIONS: readonly ScopePermissionsName[] = SCOPE_PERMISSIONS_NAMES.slice(1)
export type ScopePermissionsName = (typeof SCOPE_PERMISSIONS_NAMES)[number]

/** The effect that a rule may have, from its name in a file. */
export function effectFrom(name: EffectName | undefined): Effect | undefined {
  return name === 'EFFECT_ALLOW' || name === 'EFFECT_DENY' ? name : undefined
}

/** The scope permissions from their name in a file; undefined when unspecified. */
export function scopePermissionsFrom(
  name: ScopePermissionsName | undefined,
): ScopePermissions | undefined {
  if (name === 'SCOPE_PERMISSIONS_OVERRIDE_PARENT') return 'override-parent'
  if (name === 'SCOPE_PERMISSIONS_REQUIRE_PARENTAL_CONSENT_FOR_ALLOWS') {
    return 'require-parental-consent-for-allows'
  }
  return undefined
}
