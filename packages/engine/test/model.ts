/**
 * The slow, obvious engine. It follows the description of Cerbos's algorithm line by line over a
 * flat list of rules, with no index, no cache and nothing prepared. The engine proper must not be
 * told apart from it.
 */
import {
  CelError,
  isCelError,
  NOW,
  Optional,
  type Program,
  Timestamp,
  TypeValue,
  toJson,
  type Value,
} from '@lockstitch/cel'
import type {
  Effect,
  JsonValue,
  LinkedCondition,
  LinkedDerivedRole,
  LinkedOutput,
  LinkedPolicy,
  LinkedPolicySet,
  LinkedRolePolicy,
  LinkedRoleRule,
  LinkedSchema,
  VariableSet,
} from '@lockstitch/policy'
import { compileGlob } from '@lockstitch/policy'

import type { CheckInput, OutputEntry, ValidationError } from '../src/request.ts'
import type { Settings } from '../src/settings.ts'

export interface ModelOutput {
  readonly actions: Record<string, { effect: Effect; matchedPolicy: string; matchedScope: string }>
  readonly effectiveDerivedRoles: readonly string[]
  readonly outputs: readonly OutputEntry[]
  readonly validationErrors: readonly ValidationError[]
  readonly errors: readonly string[]
}

interface ModelRow {
  readonly policy: LinkedPolicy
  readonly effect: Effect | undefined
  readonly role: string
  readonly action: string
  readonly resource: string
  readonly condition: LinkedCondition | undefined
  readonly derivedRole: LinkedDerivedRole | undefined
  readonly output: LinkedOutput | undefined
  readonly name: string
  /** Stands for what a role policy does not list. */
  readonly implicit?: true
}

export function checkByModel(
  policySet: LinkedPolicySet,
  input: CheckInput,
  settings: Settings,
  compat: 'cerbos' | 'none',
  nowMillis: number,
): ModelOutput {
  const { policies } = policySet
  const { principal, resource } = input
  const mirrors = compat === 'cerbos'
  const kind = sanitise(resource.kind)
  const version = resource.policyVersion || settings.defaultPolicyVersion
  const principalVersion = principal.policyVersion || settings.defaultPolicyVersion
  const resourceScope = trim(resource.scope || settings.defaultScope)
  const resourceScopes = chain(resourceScope, (policy) => policy.kind !== 'principal')
  const principalScopes = chain(
    trim(principal.scope || settings.defaultScope),
    (policy) => policy.kind === 'principal',
  )
  const rows = rowsOfSet.get(policySet) ?? policies.flatMap(rowsOf)
  rowsOfSet.set(policySet, rows)
  const closures = principal.roles.map(withParents)
  const allRoles = closures.flat()

  const outputs: OutputEntry[] = []
  const errors = new Set<string>()
  const effectiveDerivedRoles = new Set<string>()
  const entered = new Map<string, RuntimeValue>()
  let runtime = NO_RUNTIME

  const actions: ModelOutput['actions'] = Object.create(null)
  const validationErrors = settings.schemaEnforcement === 'none' ? [] : validate()
  const rejected = settings.schemaEnforcement === 'reject' && validationErrors.length > 0
  for (const action of input.actions) {
    const { effect, matchedPolicy, matchedScope } = rejected ? rejection() : decide(action)
    actions[action] = { effect, matchedPolicy, matchedScope }
  }
  return {
    actions,
    effectiveDerivedRoles: [...effectiveDerivedRoles],
    outputs,
    validationErrors,
    errors: [...errors].sort(),
  }

  function chain(scope: string, concerns: (policy: LinkedPolicy) => boolean): string[] {
    const exists = (name: string): boolean =>
      policies.some((policy) => concerns(policy) && policy.scope === name)
    if (!exists(scope) && !settings.lenientScopeSearch) return []
    const parts = scope === '' ? [] : scope.split('.')
    const all = parts.map((_, index) => parts.slice(0, parts.length - index).join('.'))
    return [...all, ''].filter(exists)
  }

  function rowsOf(policy: LinkedPolicy): ModelRow[] {
    const consent = policy.scopePermissions === 'require-parental-consent-for-allows'
    const base = { policy, derivedRole: undefined, role: '*', action: '*' }
    switch (policy.kind) {
      case 'role':
        return []
      case 'principal':
        return policy.rules.map((rule) => ({
          ...base,
          ...decisive(rule, consent),
          action: rule.action,
          resource: sanitise(rule.resource),
          output: rule.output,
          name: rule.name,
        }))
      case 'resource':
        return policy.rules.flatMap((rule) =>
          rule.actions.flatMap((action) => {
            const row = {
              ...base,
              ...decisive(rule, consent),
              action,
              resource: policy.resource,
              output: rule.output,
              name: rule.name,
            }
            return [
              ...rule.roles.map((role) => ({ ...row, role })),
              ...rule.derivedRoles.flatMap((derivedRole) =>
                derivedRole.parentRoles.map((role) => ({ ...row, role, derivedRole })),
              ),
            ]
          }),
        )
    }
  }

  function validate(): ValidationError[] {
    const ofKind = resourceScopes.map((scope) =>
      policies.find(
        (policy) =>
          policy.kind === 'resource' &&
          policy.resource === kind &&
          policy.version === version &&
          policy.scope === scope,
      ),
    )
    if (mirrors && !ofKind[0]) return []
    const root = ofKind.filter((policy) => policy !== undefined).at(-1)
    const schemas = root?.kind === 'resource' ? root.schemas : undefined
    return [
      ...violations('principal', schemas?.principal, principal.attr ?? {}),
      ...violations('resource', schemas?.resource, resource.attr ?? {}),
    ]
  }

  function violations(
    what: string,
    schema: LinkedSchema | undefined,
    attributes: JsonValue,
  ): ValidationError[] {
    const isIgnored = (action: string): boolean =>
      schema?.ignoredActions.some((text) => compileGlob(text)?.(action)) === true
    if (!schema || input.actions.every(isIgnored)) return []
    const source = what === 'principal' ? 'SOURCE_PRINCIPAL' : 'SOURCE_RESOURCE'
    const loaded = schema.load()
    if (loaded.ok) {
      return loaded
        .validate(attributes)
        .map((violation) => ({ path: violation.path || '/', message: violation.message, source }))
    }
    const message = `Failed to load ${what} schema "${schema.reference}": ${loaded.problem}`
    return [{ path: '', message, source }]
  }

  function rejection(): Decided {
    const matchedPolicy = keyOf('resource', kind, version, resourceScopes)
    return { effect: 'EFFECT_DENY', matchedPolicy, matchedScope: '' }
  }

  function decide(action: string): Decided {
    const anyPrincipal = policies.some(
      (policy) =>
        policy.kind === 'principal' &&
        policy.version === principalVersion &&
        principalScopes.includes(policy.scope),
    )
    const anyResource = policies.some(
      (policy) =>
        policy.version === version &&
        resourceScopes.includes(policy.scope) &&
        ((policy.kind === 'resource' && policy.resource === kind) ||
          (policy.kind === 'role' && policy.rules.some(namesKind))),
    )
    let key = 'NO_MATCH'
    if (anyPrincipal || anyResource) {
      const principalKey = keyOf('principal', principal.id, principalVersion, principalScopes)
      key = anyPrincipal ? principalKey : 'NO_MATCH'
      const byPrincipal = askRole('principal', principalScopes, key, closures[0] ?? [], action)
      if (byPrincipal) return byPrincipal

      key = anyResource ? keyOf('resource', kind, version, resourceScopes) : 'NO_MATCH'
      const answers: Decided[] = []
      for (const roles of closures) {
        const answer = askRole('resource', resourceScopes, key, roles, action)
        if (answer?.effect === 'EFFECT_ALLOW' || answer?.failed) return answer
        if (answer) answers.push(answer)
      }
      if (answers[0]) return answers[0]
    }
    return { effect: 'EFFECT_DENY', matchedPolicy: key, matchedScope: '' }
  }

  function askRole(
    side: 'principal' | 'resource',
    scopes: readonly string[],
    key: string,
    roles: readonly string[],
    action: string,
  ): Decided | undefined {
    for (const scope of scopes) {
      if (side === 'resource') runtime = derivedRolesIn(scope)
      else if (!mirrors) runtime = NO_RUNTIME
      let allowed = false
      for (const row of rowsFor(side, scope, roles, action)) {
        if (!row.implicit) evaluateVariables(row.policy.variables)
        if (row.derivedRole) {
          const held = holds(row.derivedRole.condition, row.derivedRole.variables)
          if (held === 'failed') return denyForError(row)
          if (!held) continue
        }
        const met = holds(row.condition, row.policy.variables)
        if (met === 'failed') return denyForError(row)
        emit(row, action, met)
        if (!met) continue
        if (row.effect === 'EFFECT_ALLOW') allowed = true
        if (row.effect === 'EFFECT_DENY') {
          const matchedPolicy = row.policy.kind === 'role' ? row.policy.key : key
          return { effect: 'EFFECT_DENY', matchedPolicy, matchedScope: scope }
        }
      }
      if (allowed && !needsConsent(scope)) {
        return { effect: 'EFFECT_ALLOW', matchedPolicy: key, matchedScope: scope }
      }
    }
    return undefined
  }

  function rowsFor(
    side: 'principal' | 'resource',
    scope: string,
    roles: readonly string[],
    action: string,
  ): ModelRow[] {
    const here = rows.filter((row) => row.policy.scope === scope && row.policy.version === version)
    const forSide = here.filter(({ policy, resource: pattern }) => {
      if (side === 'resource') return policy.kind === 'resource' && policy.resource === kind
      const matchesKind = matches(pattern, kind) || (!mirrors && matches(pattern, resource.kind))
      return policy.kind === 'principal' && policy.principal === principal.id && matchesKind
    })
    const ordinary = forSide.filter(
      (row) =>
        matches(row.action, action) &&
        (side === 'principal' || roles.some((role) => matches(row.role, role))),
    )
    if (side === 'principal') return ordinary
    return [...rolePolicyRows(scope, roles, action, forSide), ...ordinary]
  }

  function rolePolicyRows(
    scope: string,
    roles: readonly string[],
    action: string,
    resourceRows: readonly ModelRow[],
  ): ModelRow[] {
    const applicable = roles.flatMap((role) =>
      policies.filter(
        (policy): policy is LinkedRolePolicy =>
          policy.kind === 'role' &&
          policy.role === role &&
          policy.scope === scope &&
          policy.version === version,
      ),
    )
    if (mirrors) {
      const anyRow =
        resourceRows.some((row) => roles.some((role) => matches(row.role, role))) ||
        applicable.some((policy) => policy.rules.some(namesKind))
      if (!anyRow) return []
    }
    return applicable.flatMap((policy) => {
      const listed = policy.rules.filter(
        (rule) =>
          namesKind(rule) &&
          rule.allowActions.some((pattern) => pattern === action || glob(pattern, action)),
      )
      const deny: ModelRow = { ...ANY, policy, effect: 'EFFECT_DENY', name: '' }
      if (listed.length === 0) return [{ ...deny, implicit: true }]
      return listed.flatMap(({ condition, output, name }): ModelRow[] => {
        if (!condition) return output ? [{ ...ANY, policy, effect: undefined, output, name }] : []
        const swapped: LinkedOutput = {
          ...(output?.conditionNotMet && { ruleActivated: output.conditionNotMet }),
          ...(output?.ruleActivated && { conditionNotMet: output.ruleActivated }),
        }
        return [{ ...deny, condition: not(condition), output: swapped, name }]
      })
    })
  }

  function namesKind({ resource: pattern }: LinkedRoleRule): boolean {
    if (mirrors) return matches(pattern, kind)
    return matches(sanitise(pattern), kind) || matches(pattern, resource.kind)
  }

  function withParents(role: string): string[] {
    const closure = [role]
    for (const each of closure) {
      for (const policy of policies) {
        const applies =
          policy.kind === 'role' &&
          policy.role === each &&
          policy.scope === resourceScope &&
          (mirrors || policy.version === version)
        if (!applies) continue
        closure.push(...policy.parentRoles.filter((parent) => !closure.includes(parent)))
      }
    }
    return closure
  }

  function needsConsent(scope: string): boolean {
    const permissions = policies
      .filter((policy) => policy.kind !== 'role' && policy.scope === scope)
      .map((policy) => policy.scopePermissions ?? 'override-parent')
    return mirrors
      ? permissions.at(-1) === 'require-parental-consent-for-allows'
      : permissions.includes('require-parental-consent-for-allows')
  }

  function derivedRolesIn(scope: string): RuntimeValue {
    const known = entered.get(scope)
    if (known) return known
    if (!mirrors) runtime = NO_RUNTIME
    const names: string[] = []
    const failed: string[] = []
    const inScope = policies.filter(
      (policy) =>
        policy.kind === 'resource' &&
        policy.resource === kind &&
        policy.version === version &&
        policy.scope === scope,
    )
    for (const policy of inScope) {
      if (policy.kind !== 'resource') continue
      for (const { name, parentRoles, condition, variables } of policy.derivedRoles.values()) {
        const parentHeld = parentRoles.some((role) => role === '*' || allRoles.includes(role))
        if (!parentHeld) continue
        const held = holds(condition, variables, !settings.strictEvaluation)
        if (held === 'failed') failed.push(name)
        else if (held) names.push(name)
      }
    }
    for (const name of names) effectiveDerivedRoles.add(name)
    const found = { names: names.sort(), failed: failed.sort() }
    entered.set(scope, found)
    return found
  }

  function holds(
    condition: LinkedCondition | undefined,
    variables: VariableSet,
    nulls = false,
  ): boolean | 'failed' {
    if (!condition) return true
    if (condition.kind === 'expr') {
      const value = evaluate(condition.program, variables, evaluateVariables(variables, nulls))
      if (isCelError(value)) return settings.strictEvaluation ? 'failed' : false
      let held = value
      while (held instanceof Optional && held.value !== undefined) held = held.value
      return held === true
    }
    for (const part of condition.of) {
      const held = holds(part, variables, nulls)
      if (held === 'failed') return held
      if (condition.kind === 'all' && !held) return false
      if (condition.kind === 'any' && held) return true
      if (condition.kind === 'none' && held) return false
    }
    return condition.kind !== 'any'
  }

  function evaluateVariables(set: VariableSet, nulls = false): Record<string, Value> {
    const values: Record<string, Value> = Object.create(null)
    for (const { name, program } of set.variables) {
      let value = evaluate(program, set, values)
      while (value instanceof Optional) value = value.value ?? null
      if (value instanceof TypeValue) value = value.typeName
      if (!isCelError(value)) values[name] = value
      else if (nulls) values[name] = null
    }
    return values
  }

  function evaluate(
    program: Program,
    { constants }: VariableSet,
    variables: Record<string, Value>,
  ): ReturnType<Program['evaluate']> {
    const value = run(program, constants, variables)
    if (isCelError(value)) errors.add(`${program.source}: ${value.message}`)
    return value
  }

  function run(
    program: Program,
    constants: Readonly<Record<string, JsonValue>>,
    variables: Record<string, Value>,
  ): ReturnType<Program['evaluate']> {
    const P = { ...principal, scope: trim(principal.scope ?? '') }
    const R = { ...resource, scope: trim(resource.scope ?? '') }
    const failure = `failed to compute effective derived roles [${runtime.failed.join(', ')}]`
    return program.evaluate({
      request: { principal: P, resource: R, ...(input.auxData && { auxData: input.auxData }) },
      P,
      R,
      V: variables,
      variables,
      C: constants,
      constants,
      G: settings.globals,
      globals: settings.globals,
      [NOW]: Timestamp.fromMillis(nowMillis),
      runtime:
        runtime.failed.length > 0
          ? new CelError('function-failed', failure)
          : { effectiveDerivedRoles: runtime.names },
    })
  }

  function emit({ policy, output, name }: ModelRow, action: string, met: boolean): void {
    const program = met ? output?.ruleActivated : output?.conditionNotMet
    if (!program) return
    const src = `${policy.key}#${name}`
    const value = run(program, policy.variables.constants, evaluateVariables(policy.variables))
    const json = isCelError(value) ? value : toJson(value)
    outputs.push(
      isCelError(json) ? { src, action, error: json.message } : { src, action, val: json },
    )
  }
}

/** Nothing is indexed, but writing the rules out once a set is enough. */
const rowsOfSet = new WeakMap<LinkedPolicySet, ModelRow[]>()

type Decided = ModelOutput['actions'][string] & { readonly failed?: boolean }

interface RuntimeValue {
  readonly names: readonly string[]
  readonly failed: readonly string[]
}

const NO_RUNTIME: RuntimeValue = { names: [], failed: [] }

const ANY = {
  role: '*',
  action: '*',
  resource: '*',
  condition: undefined,
  derivedRole: undefined,
  output: undefined,
}

function denyForError({ policy }: ModelRow): Decided {
  const { key, scope } = policy
  return { effect: 'EFFECT_DENY', matchedPolicy: key, matchedScope: scope, failed: true }
}

function decisive(
  { effect, condition }: { readonly effect: Effect; readonly condition?: LinkedCondition },
  consent: boolean,
): Pick<ModelRow, 'effect' | 'condition'> {
  return consent && effect === 'EFFECT_ALLOW' && condition
    ? { effect: 'EFFECT_DENY', condition: not(condition) }
    : { effect, condition }
}

function not(condition: LinkedCondition): LinkedCondition {
  return { kind: 'none', of: [condition], location: condition.location }
}

function keyOf(kind: string, name: string, version: string, scopes: readonly string[]): string {
  return `${kind}.${sanitise(name)}.v${version}${scopes[0] ? `/${scopes[0]}` : ''}`
}

function trim(scope: string): string {
  return scope.replace(/^\./, '')
}

function sanitise(name: string): string {
  const allowed = /^[a-z][\w@.\-/]*(:[a-z][\w@.\-/]*)*$/i
  return allowed.test(name) ? name.replaceAll(/[^\w.]+/g, '_') : name
}

function matches(pattern: string, text: string): boolean {
  return pattern.includes('*') ? glob(pattern, text) : pattern === text
}

/** What wildcards match is asked of Cerbos itself, in the tests of policies. */
function glob(pattern: string, text: string): boolean {
  return compileGlob(pattern)?.(text) === true
}
