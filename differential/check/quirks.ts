import { sanitiseName } from '@lockstitch/policy'

import { compilePattern } from '../../packages/policy/src/globs.ts'
import { isObject, type JsonObject, listOf } from './json.ts'
import type { CheckCase, PolicyFile, PolicySet } from './policy-set.ts'
import { isAbout, isAboutAny, type Reach, scopeOf } from './reach.ts'
import { sharedCores } from './shared-cores.ts'

/** Something that Cerbos does and that one would not expect, and whether a case can come upon it. */
export interface Quirk {
  readonly name: string
  has(reach: Reach, each: CheckCase): boolean
}

// biome-ignore format: a table
export const QUIRKS: readonly Quirk[] = [
  {
    name: 'quirk: a scope exists by policies about something else',
    has: (reach) => isForeignScope(reach),
  },
  {
    name: 'quirk: principal policies are found by the version of the resource',
    has: ({ principals, version, principalVersion }) => principals.length > 0 && version !== principalVersion,
  },
  {
    name: 'quirk: a principal policy decides, and the matched policy is NO_MATCH',
    has: ({ principals, principalVersion }, { policies }) =>
      principals.length > 0 && !policies.files.some(({ kind, version }) => kind === 'principalPolicy' && version === principalVersion),
  },
  {
    name: 'quirk: a role policy never matches a kind that is sanitised',
    has: ({ roles, kind }) =>
      roles.some((file) => rulesOf(file).some(({ resource }) => typeof resource === 'string' && resource !== kind && sanitiseName(resource) === kind)),
  },
  {
    name: 'quirk: a role policy does not narrow where its scope has nothing about the kind',
    has: ({ roles, resources }) =>
      roles.some((file) => !resources.some((other) => scopeOf(other) === scopeOf(file)) && rulesOf(file).every(({ resource }) => !String(resource).includes('*'))),
  },
  {
    name: 'quirk: parents of a role count in every version',
    has: ({ version, scope }, { policies, input }) =>
      policies.files.some((file) => file.kind === 'rolePolicy' && file.version !== version && scopeOf(file) === scope &&
        listOf(file.content.parentRoles).length > 0 && input.principal.roles.includes(String(file.content.role))),
  },
  {
    name: 'quirk: parents of a role count in the very scope only',
    has: ({ roles, scope }) => roles.some((file) => scopeOf(file) !== scope && listOf(file.content.parentRoles).length > 0),
  },
  {
    name: 'quirk: conditional rules of a role policy are joined by and',
    has: ({ roles }) => roles.some((file) => rulesOf(file).filter(({ condition }) => condition !== undefined).length > 1),
  },
  {
    name: 'quirk: rules of one name share a condition',
    has: ({ resources }, { input }) => resources.some((file) => hasCollision(file, input.actions)),
  },
  {
    name: 'quirk: rules of other policies that look alike share what they do',
    has: (reach, { policies }) => hasSharedCore(reach, policies),
  },
  {
    name: 'quirk: two policies of a scope disagree on its permissions',
    has: hasDisputedScope,
  },
  {
    name: 'quirk: a policy in the scope `.` decides nothing',
    has: ({ resources, version, kind }, { policies }) =>
      resources.length > 0 && policies.files.some((file) => scopeOf(file) === '.' && file.version === version && sanitiseName(String(file.content.resource)) === kind),
  },
  {
    name: 'quirk: rules of a principal policy for several resources come in any order',
    has: ({ principals, kind }, each) => principals.some((file) => hasAnyOrder(file, kind, each)),
  },
  {
    name: 'quirk: derived roles of a rule come in any order',
    has: ({ resources, kind }, each) => resources.some((file) => hasAnyOrder(file, kind, each)),
  },
  {
    name: 'quirk: `conditionNotMet` of a derived role comes with the second action, pattern or role',
    has: mayComeLate,
  },
  {
    name: 'quirk: a principal policy reads the derived roles of the action before',
    has: readsActionBefore,
  },
  {
    name: 'quirk: a parent role with a wildcard counts for rules alone',
    has: ({ imported, resources }) => isNamed(resources, 'd4') && imported.some(({ content }) => JSON.stringify(content).includes('["r*"]')),
  },
  {
    name: 'quirk: a variable that failed is null for derived roles, and not set for rules',
    has: ({ imported }) => imported.some(({ kind, content }) => kind === 'derivedRoles' && /V\.broken/.test(JSON.stringify(content))),
  },
  {
    name: 'quirk: no schema where the scope exists by other policies',
    has: (reach, { settings }) =>
      settings.schemaEnforcement !== 'none' && isForeignScope(reach) && reach.resources.some(({ content }) => isObject(content.schemas)),
  },
  {
    name: 'quirk: a DENY that fails is skipped',
    has: ({ resources }, { settings }) => !settings.strictEvaluation && resources.some((file) => rulesOf(file).some(isConditionalDeny)),
  },
  {
    name: 'quirk: in strict evaluation a failure of one role denies all',
    has: ({ resources }, { settings, input }) =>
      settings.strictEvaluation && input.principal.roles.length > 1 && resources.some((file) => rulesOf(file).some(({ condition }) => condition !== undefined)),
  },
  {
    name: 'quirk: an output that is no JSON fails the whole call',
    has: ({ resources, principals, roles }) => [...resources, ...principals, ...roles].some(hasInfiniteOutput),
  },
  {
    name: 'quirk: an ALLOW with a condition that needs consent is a DENY where it is not met',
    has: ({ resources }) => resources.some(({ content }) => String(content.scopePermissions).endsWith('ALLOWS') &&
      listOf(content.rules).some((rule) => isObject(rule) && rule.effect === 'EFFECT_ALLOW' && rule.condition !== undefined)),
  },
]

function isForeignScope({ scopes, resources }: Reach): boolean {
  return scopes.length > 0 && !resources.some((file) => scopeOf(file) === scopes[0])
}

function rulesOf({ content }: PolicyFile): readonly JsonObject[] {
  return listOf(content.rules).filter(isObject)
}

/** Whether two rules about the actions, of which one has a condition, have one name in Cerbos. */
export function hasCollision(file: PolicyFile, actions: readonly string[]): boolean {
  const named = rulesOf(file).map((rule, i) => ({
    rule,
    name: rule.name ?? `rule-${String(i + 1).padStart(3, '0')}`,
  }))
  const about = named.filter(({ rule }) =>
    listOf(rule.actions).some((pattern) => isAboutAny(pattern, actions)),
  )
  return about.some(({ rule, name }) =>
    about.some(
      (other) =>
        other.rule !== rule &&
        other.name === name &&
        (rule.condition !== undefined || rule.derivedRoles !== undefined),
    ),
  )
}

/**
 * Whether several rules of a principal policy are about the kind and the actions, or several derived
 * roles of a rule: they come in any order, and one of them can end the others.
 */
export function hasAnyOrder(file: PolicyFile, kind: string, each: CheckCase): boolean {
  const { actions } = each.input
  if (file.kind !== 'principalPolicy') {
    return rulesOf(file).some(
      (rule) =>
        listOf(rule.derivedRoles).length > 1 &&
        listOf(rule.actions).some((pattern) => isAboutAny(pattern, actions)) &&
        canEnd(rule, file, each),
    )
  }
  const about = rulesOf(file).flatMap(({ resource, actions: rules }) => {
    if (!isAbout(String(resource), kind)) return []
    const asked = listOf(rules)
      .filter(isObject)
      .filter(({ action }) => isAboutAny(action, actions))
    return asked.length > 0 ? [asked] : []
  })
  return about.length > 1 && about.flat().some((rule) => canEnd(rule, file, each))
}

/** Whether a rule can have others not asked: it denies, or becomes one that does, or fails strictly. */
function canEnd(rule: JsonObject, { content }: PolicyFile, { settings }: CheckCase): boolean {
  const needsConsent = String(content.scopePermissions).endsWith('ALLOWS')
  return (
    rule.effect === 'EFFECT_DENY' ||
    settings.strictEvaluation ||
    (needsConsent && rule.condition !== undefined)
  )
}

/** Whether a rule of a principal policy that is about the kind reads what other actions left behind. */
export function readsActionBefore({ principals, kind }: Reach, { input }: CheckCase): boolean {
  if (input.actions.length < 2) return false
  return principals.some((file) =>
    rulesOf(file).some(
      (rule) =>
        isAbout(String(rule.resource), kind) && JSON.stringify(rule.actions).includes('runtime.'),
    ),
  )
}

/** Whether policies of a scope that is asked have unlike permissions, whatever they are about. */
export function hasDisputedScope({ scopes }: Reach, { policies }: CheckCase): boolean {
  const values = new Map<string, unknown>()
  return policies.files.some((file) => {
    const scope = scopeOf(file)
    const isOfScope = file.kind === 'resourcePolicy' || file.kind === 'principalPolicy'
    if (!isOfScope || !scopes.includes(scope) || file.head.disabled === true) return false
    const value = file.content.scopePermissions ?? OVERRIDE
    const known = values.get(scope) ?? value
    values.set(scope, known)
    return known !== value
  })
}

const OVERRIDE = 'SCOPE_PERMISSIONS_OVERRIDE_PARENT'

const sharedIn = new WeakMap<PolicySet, ReadonlySet<PolicyFile>>()

/** Whether a policy that the request can meet has a rule that Cerbos takes for one of another policy. */
export function hasSharedCore(
  { resources, principals, roles, imported }: Reach,
  policies: PolicySet,
): boolean {
  const shared = sharedIn.get(policies) ?? sharedCores(policies.files)
  sharedIn.set(policies, shared)
  return [...resources, ...principals, ...roles, ...imported].some((file) => shared.has(file))
}

/** Whether there is a second action or role, parent roles among them, for such an output. */
export function mayComeLate({ resources, roleNames }: Reach, { input }: CheckCase): boolean {
  const isAskedTwice = input.actions.length + roleNames.size > 2
  return resources.flatMap(lateRules).some((rule) => {
    return isAskedTwice || input.actions.some((action) => isFoundTwice(rule, action))
  })
}

/** The rules for derived roles that have an output for when their condition is not met. */
function lateRules(file: PolicyFile): readonly JsonObject[] {
  return rulesOf(file).filter(
    ({ derivedRoles, output }) =>
      listOf(derivedRoles).length > 0 && JSON.stringify(output ?? '').includes('conditionNotMet'),
  )
}

/** Whether several patterns of a rule match an action. */
function isFoundTwice({ actions }: JsonObject, action: string): boolean {
  const patterns = listOf(actions).map((pattern) => compilePattern(String(pattern)))
  return patterns.filter((matches) => matches?.(action)).length > 1
}

export function hasInfiniteOutput({ content }: PolicyFile): boolean {
  return JSON.stringify(content).includes(INFINITE)
}

/** Infinite where `n` is 0, which no JSON is. */
export const INFINITE = '1.0 / R.attr.n'

function isConditionalDeny({ effect, condition }: JsonObject): boolean {
  return effect === 'EFFECT_DENY' && condition !== undefined
}

function isNamed(resources: readonly PolicyFile[], derivedRole: string): boolean {
  return resources.some((file) =>
    rulesOf(file).some(({ derivedRoles }) => listOf(derivedRoles).includes(derivedRole)),
  )
}
