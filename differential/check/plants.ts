import type { ActionDecision, CheckInput, CheckOutput, Settings } from '@lockstitch/engine'
import type { LinkedCondition, LinkedPolicy, LinkedResourcePolicy } from '@lockstitch/policy'

import type { Plant } from '../area.ts'
import type { Parts } from './ours.ts'

/** A bug, and how our side comes to have it. */
export interface CheckPlant extends Plant {
  /** What our side decides by instead. */
  parts?(honest: Parts): Parts
  /** What it answers instead. */
  output?(output: CheckOutput, honest: Parts): CheckOutput
}

const policies = (
  name: string,
  doc: string,
  change: (policy: LinkedPolicy) => readonly LinkedPolicy[],
): CheckPlant => {
  const madeOf = new WeakMap<object, Parts['policySet']>()
  return {
    name,
    doc,
    parts(honest) {
      const { policySet } = honest
      const made = madeOf.get(policySet) ?? { policies: policySet.policies.flatMap(change) }
      madeOf.set(policySet, made)
      return { ...honest, policySet: made }
    },
  }
}

const settings = (name: string, doc: string, change: (of: Settings) => Settings): CheckPlant => ({
  name,
  doc,
  parts: (honest) => ({ ...honest, settings: change(honest.settings) }),
})

const input = (name: string, doc: string, change: (of: CheckInput) => CheckInput): CheckPlant => ({
  name,
  doc,
  parts: (honest) => ({ ...honest, input: change(honest.input) }),
})

const output = (
  name: string,
  doc: string,
  change: (of: CheckOutput, honest: Parts) => Partial<CheckOutput>,
): CheckPlant => ({ name, doc, output: (of, honest) => ({ ...of, ...change(of, honest) }) })

/** Bugs that can be put into our side. */
export const PLANTS: readonly CheckPlant[] = [
  policies('principal-policies-ignored', 'principal policies decide nothing', (policy) =>
    policy.kind === 'principal' ? [] : [policy],
  ),
  policies('role-policies-ignored', 'role policies narrow nothing', (policy) =>
    policy.kind === 'role' ? [] : [policy],
  ),
  policies('open-brace-matches', '`view*{` matches what `view*` does', (policy) => [
    policy.kind === 'resource'
      ? {
          ...policy,
          rules: policy.rules.map((rule) => ({
            ...rule,
            actions: rule.actions.map((action) => action.replace(/\{$/, '')),
          })),
        }
      : policy,
  ]),
  policies('parent-roles-ignored', 'a role has nothing of its parents', (policy) => [
    policy.kind === 'role' ? { ...policy, parentRoles: [] } : policy,
  ]),
  policies('consent-ignored', 'an ALLOW never needs the consent of a parent', (policy) => [
    { ...policy, scopePermissions: 'override-parent' },
  ]),
  policies('deny-rules-ignored', 'the DENY rules of resource policies are not there', (policy) => [
    ofResource(policy, (of) => ({ rules: of.rules.filter((rule) => !isDeny(rule)) })),
  ]),
  policies('conditional-deny-ignored', 'a DENY rule with a condition is not there', (policy) => [
    ofResource(policy, (of) => ({
      rules: of.rules.filter((rule) => !(isDeny(rule) && rule.condition)),
    })),
  ]),
  policies('any-is-all', 'a list `any` holds when all of its parts do', (policy) => [
    ofResource(policy, (of) => ({
      rules: of.rules.map((rule) => ({ ...rule, ...changed(rule.condition, 'any', 'all') })),
    })),
  ]),
  policies('none-is-any', 'a list `none` holds when any of its parts does', (policy) => [
    ofResource(policy, (of) => ({
      rules: of.rules.map((rule) => ({ ...rule, ...changed(rule.condition, 'none', 'any') })),
    })),
  ]),
  policies('derived-role-conditions-ignored', 'the parent role is enough', (policy) => [
    ofResource(policy, ({ derivedRoles, rules }) => {
      const bare = new Map(
        [...derivedRoles].map(([name, { condition: _, ...role }]) => [name, role]),
      )
      return {
        derivedRoles: bare,
        rules: rules.map((rule) => ({
          ...rule,
          derivedRoles: rule.derivedRoles.map((role) => bare.get(role.name) ?? role),
        })),
      }
    }),
  ]),
  policies('wildcards-cross-colons', '`view:*` matches `view:a:x` as well', (policy) => [
    ofResource(policy, (of) => ({
      rules: of.rules.map((rule) => ({
        ...rule,
        actions: rule.actions.map((text) => text.replace(/([^*])\*$/, '$1**')),
      })),
    })),
  ]),
  policies('question-mark-is-literal', '`del?te*` matches no `delete`', (policy) => [
    ofResource(policy, (of) => ({
      rules: of.rules.map((rule) => ({
        ...rule,
        actions: rule.actions.map((text) => text.replace('?', '\\?')),
      })),
    })),
  ]),
  policies('schemas-of-the-leaf', 'the schemas of the root are not looked at', (policy) => [
    policy.kind === 'resource' && policy.scope === '' ? withoutSchemas(policy) : policy,
  ]),
  policies('ignore-when-ignored', 'attributes are validated for ignored actions too', (policy) => [
    ofResource(policy, ({ schemas }) => {
      const { principal, resource } = schemas ?? {}
      return schemas === undefined
        ? {}
        : {
            schemas: {
              ...(principal && { principal: { ...principal, ignoredActions: [] } }),
              ...(resource && { resource: { ...resource, ignoredActions: [] } }),
            },
          }
    }),
  ]),
  settings('strict-ignored', 'strict evaluation is not on', (of) => ({
    ...of,
    strictEvaluation: false,
  })),
  settings('always-strict', 'an error always denies', (of) => ({ ...of, strictEvaluation: true })),
  settings('always-lenient', 'a scope without policies is that of its parent', (of) => ({
    ...of,
    lenientScopeSearch: true,
  })),
  settings('never-lenient', 'a scope without policies is not served', (of) => ({
    ...of,
    lenientScopeSearch: false,
  })),
  settings('default-version-ignored', 'the version is `default` unless given', (of) => ({
    ...of,
    defaultPolicyVersion: 'default',
  })),
  settings('default-scope-ignored', 'the scope is the root unless given', (of) => ({
    ...of,
    defaultScope: '',
  })),
  settings('globals-missing', 'conditions see no globals', (of) => ({ ...of, globals: {} })),
  settings('rejection-only-warns', 'attributes that are wrong reject nothing', (of) => ({
    ...of,
    schemaEnforcement: of.schemaEnforcement === 'reject' ? 'warn' : of.schemaEnforcement,
  })),
  input('first-role-only', 'a principal has its first role only', (of) => ({
    ...of,
    principal: { ...of.principal, roles: of.principal.roles.slice(0, 1) },
  })),
  input('roles-in-reverse', 'the last role is asked first', (of) => ({
    ...of,
    principal: { ...of.principal, roles: of.principal.roles.toReversed() },
  })),
  input('claims-missing', 'conditions see no claims', ({ auxData: _, ...of }) => of),
  input('principal-scope-of-resource', 'principal policies are those of the resource', (of) => ({
    ...of,
    principal: { ...of.principal, scope: of.resource.scope ?? '' },
  })),
  input('version-of-principal', 'policies are found by the version of the principal', (of) => {
    const { policyVersion = '' } = of.principal
    return { ...of, resource: { ...of.resource, policyVersion } }
  }),
  {
    name: 'safe-mode',
    doc: 'the quirks of Cerbos that let people in are not mirrored',
    parts: (honest) => ({ ...honest, compat: undefined }),
  },
  output(
    'matched-scope-of-request',
    'the scope that decided is the requested one',
    (of, honest) => ({
      actions: mapped(of, (decision) => ({
        ...decision,
        matchedScope: honest.input.resource.scope ?? '',
      })),
    }),
  ),
  output('matched-policy-of-root', 'the matched policy has no scope', (of) => ({
    actions: mapped(of, (decision) => ({
      ...decision,
      matchedPolicy: decision.matchedPolicy.replace(/\/.*/, ''),
    })),
  })),
  output('outputs-once', 'a rule has one output, however often it matches', ({ outputs }) => ({
    outputs: [...new Map(outputs.map((entry) => [JSON.stringify(entry), entry])).values()],
  })),
  output('outputs-of-first-action', 'other actions have no outputs', ({ outputs }, honest) => ({
    outputs: outputs.filter(({ action }) => action === honest.input.actions[0]),
  })),
  output('first-validation-error-only', 'of what schemas find one is told', (of) => ({
    validationErrors: of.validationErrors.slice(0, 1),
  })),
  output('derived-roles-missing', 'effective derived roles are not told', () => ({
    effectiveDerivedRoles: [],
  })),
  output('errors-lost', 'errors of evaluation are not told', () => ({ evaluationErrors: [] })),
]

function ofResource(
  policy: LinkedPolicy,
  change: (policy: LinkedResourcePolicy) => Partial<LinkedResourcePolicy>,
): LinkedPolicy {
  return policy.kind === 'resource' ? { ...policy, ...change(policy) } : policy
}

function withoutSchemas({ schemas: _, ...policy }: LinkedResourcePolicy): LinkedResourcePolicy {
  return policy
}

function isDeny({ effect }: { readonly effect: string }): boolean {
  return effect === 'EFFECT_DENY'
}

type ListKind = 'all' | 'any' | 'none'

function changed(
  condition: LinkedCondition | undefined,
  from: ListKind,
  to: ListKind,
): { readonly condition?: LinkedCondition } {
  const change = (part: LinkedCondition): LinkedCondition => {
    if (part.kind === 'expr') return part
    return { ...part, kind: part.kind === from ? to : part.kind, of: part.of.map(change) }
  }
  return condition ? { condition: change(condition) } : {}
}

function mapped(
  { actions }: CheckOutput,
  change: (decision: ActionDecision) => ActionDecision,
): ReadonlyMap<string, ActionDecision> {
  return new Map([...actions].map(([action, decision]) => [action, change(decision)]))
}
