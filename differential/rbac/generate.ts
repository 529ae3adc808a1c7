import type { RbacPermission, RbacPolicy, RbacRole } from '@lockstitch/stytch/rbac'

import { withDefaultPolicy } from '../../packages/stytch-emulator/src/rbac.ts'
import { type Random, randomFor } from '../random.ts'
import { ORGANIZATIONS, type RbacCase, type RbacSet } from './rbac-case.ts'

/** Cases that ask of the same policy. */
export const CASES_OF_SET = 50

const RESOURCES = [
  'document',
  'image',
  'billing account',
  'folder/x',
  'doc:v2',
  '文書',
  'true',
  `it's "quoted"`,
]
const STYTCH_RESOURCES = ['stytch.member', 'stytch.self', 'stytch.organization', 'stytch.sso']
const ROLES = [
  'editor',
  'Editor',
  'viewer',
  'billing admin',
  'a:b',
  'yes',
  '42',
  'été',
  'stytch_admin',
]
const OWN_ROLES = ['reviewer', 'auditor', 'admin', 'editor', 'b:c']
const ACTIONS = [
  'read',
  'Read',
  'write',
  'share',
  'read:all',
  'update.info.name',
  'purge now',
  'null',
  'élire',
]
const SCOPES = ['read:documents', 'write:documents', 'say "hi"', 'back\\slash', '文書:read']
/** What Cerbos takes for a pattern, or what means something here: nobody asks about it. */
const NOT_KEPT = { resource: 'weird*', action: 'weird[1]', roles: ['x*', 'connected_app', 'org:x'] }
/** An action that no resource declares. */
const UNDECLARED = 'tpyo'

export function generateCase(seed: number, index: number): RbacCase {
  const set = setOf(seed, Math.floor(index / CASES_OF_SET))
  return ask(set, randomFor(seed, index))
}

const sets = new Map<string, RbacSet>()

/** The same object for all cases of a set. */
function setOf(seed: number, index: number): RbacSet {
  const key = `${seed} ${index}`
  const known = sets.get(key)
  if (known !== undefined) return known
  const random = randomFor(seed, -1 - index)
  const set = { policy: generatePolicy(random), expandWildcards: random.chance(0.25) }
  if (sets.size > 100) sets.clear()
  sets.set(key, set)
  return set
}

function generatePolicy(random: Random): RbacPolicy {
  const resources = some(RESOURCES, random, 0.5).map((resource_id) => ({
    resource_id,
    description: description(random),
    actions: some([...ACTIONS, ...(random.chance(0.1) ? [NOT_KEPT.action] : [])], random, 0.5),
  }))
  if (random.chance(0.1))
    resources.push({ resource_id: NOT_KEPT.resource, description: '', actions: ['read'] })
  const declared = resources.map(({ resource_id }) => resource_id)
  // A permission on what nobody declared is what it is at Stytch.
  const ofProject = [...declared, ...STYTCH_RESOURCES, ...(random.chance(0.3) ? ['ghost'] : [])]
  const names = [...some(ROLES, random, 0.6), ...(random.chance(0.2) ? NOT_KEPT.roles : [])]
  const custom = {
    roles: names.map((role_id) => randomRole(role_id, ofProject, random)),
    resources,
    scopes: some(SCOPES, random, 0.5).map((scope) => ({
      scope,
      description: description(random),
      permissions: permissions(ofProject, random),
    })),
  }
  const organizations = ORGANIZATIONS.flatMap((organization_id) => {
    const roles = some(OWN_ROLES, random, 0.5).map((id) =>
      randomRole(id, [...declared, 'stytch.member'], random),
    )
    return random.chance(0.7) ? [{ organization_id, roles }] : []
  })
  return { ...withDefaultPolicy(custom), organizations }
}

function randomRole(role_id: string, resources: readonly string[], random: Random): RbacRole {
  return { role_id, description: description(random), permissions: permissions(resources, random) }
}

function permissions(resources: readonly string[], random: Random): RbacPermission[] {
  return Array.from({ length: 1 + random.below(4) }, () => ({
    resource_id: random.pick(resources),
    actions: random.chance(0.2)
      ? ['*', ...some(ACTIONS, random, 0.1)]
      : some([...ACTIONS, 'create', 'get', UNDECLARED], random, 0.3),
  }))
}

function description(random: Random): string {
  return random.pick(['', 'Plain', 'Two\nlines: # and \u2028', '- "x": {'])
}

function some<T>(of: readonly T[], random: Random, share: number): T[] {
  const found = of.filter(() => random.chance(share))
  return found.length > 0 || of.length === 0 ? found : [random.pick(of)]
}

function ask(set: RbacSet, random: Random): RbacCase {
  const { policy } = set
  const organizationId = random.pick(ORGANIZATIONS)
  const own = policy.organizations.find((each) => each.organization_id === organizationId)
  const ofProject = policy.roles.filter(({ role_id }) => isHeld(role_id))
  const held = [...ofProject, ...(own?.roles ?? [])].filter(() => random.chance(0.4))
  const scopes = policy.scopes.filter(() => random.chance(0.5))
  const isApp = random.chance(0.2)
  const sources = isApp ? scopes : [...held, ...policy.roles.slice(0, 1)]
  const permission = random.pick(
    [...sources.flatMap((source) => source.permissions), ...policy.resources].filter(
      (of) => of.resource_id !== NOT_KEPT.resource,
    ),
  )
  const { resource_id } = permission
  const declared = policy.resources.find((each) => each.resource_id === resource_id)?.actions ?? []
  const named = permission.actions.filter((action) => action !== '*')
  const asked = random.chance(0.75) && named.length > 0 ? named : declared
  const any = [...asked, ...(random.chance(0.15) ? [UNDECLARED, ...ACTIONS] : [])]
  // Where `*` is written out, actions that nobody declared are denied on purpose.
  const kept = (set.expandWildcards ? declared : any).filter((action) => action !== NOT_KEPT.action)
  return {
    set,
    organizationId,
    roles: [...new Set(held.map(({ role_id }) => role_id))],
    ...(isApp && { scopes: scopes.map(({ scope }) => scope) }),
    question: {
      organization_id: random.chance(0.68) ? organizationId : random.pick(ORGANIZATIONS),
      resource_id: kept.length > 0 ? resource_id : 'stytch.self',
      action: kept.length > 0 ? random.pick(kept) : 'delete',
    },
  }
}

/** Assigned to members: `stytch_member` is everybody's, and roles that are not kept nobody's. */
function isHeld(role: string): boolean {
  return role !== 'stytch_member' && !NOT_KEPT.roles.includes(role)
}

/** What a case tries out. */
export function featuresOf(
  each: RbacCase,
  theirs: { readonly allow: boolean; readonly tenancy?: boolean },
): string[] {
  const { set, question, organizationId, roles, scopes } = each
  const own = set.policy.organizations.find((of) => of.organization_id === organizationId)
  const permissionsOf = (of: readonly RbacRole[]): readonly RbacPermission[] =>
    of
      .filter(({ role_id }) => role_id === 'stytch_member' || roles.includes(role_id))
      .flatMap((source) => source.permissions)
      .filter(({ resource_id }) => resource_id === question.resource_id)
  const grants = (of: readonly RbacPermission[], action: string): boolean =>
    of.some(({ actions }) => actions.includes(action))
  const [project, custom] = [permissionsOf(set.policy.roles), permissionsOf(own?.roles ?? [])]
  const granted = (of: readonly RbacPermission[]): boolean =>
    grants(of, question.action) || grants(of, '*')
  const isMember = scopes === undefined
  const declared = set.policy.resources.find((of) => of.resource_id === question.resource_id)
  return Object.entries({
    'a member is allowed': isMember && theirs.allow,
    'a member is denied': isMember && !theirs.allow,
    'an app is allowed': !isMember && theirs.allow,
    'an app is denied': !isMember && !theirs.allow,
    "another organization's resource": theirs.tenancy === true,
    "allowed by an organization's role alone":
      isMember && theirs.allow && !granted(project) && granted(custom),
    "allowed by the project's role alone":
      isMember && theirs.allow && granted(project) && !granted(custom),
    'allowed by both': isMember && theirs.allow && granted(project) && granted(custom),
    'allowed by `*`': isMember && theirs.allow && grants([...project, ...custom], '*'),
    'an action that is not declared':
      declared !== undefined && !declared.actions.includes(question.action),
    'a resource that is not declared': declared === undefined,
    "Stytch's own resource": question.resource_id.startsWith('stytch.'),
    'a role of two':
      own?.roles.some(
        ({ role_id }) =>
          roles.includes(role_id) && set.policy.roles.some((of) => of.role_id === role_id),
      ) ?? false,
    'wildcards written out': set.expandWildcards,
    'no role but `stytch_member`': roles.length === 0,
    'several scopes': (scopes?.length ?? 0) > 1,
  }).flatMap(([feature, isThere]) => (isThere ? [feature] : []))
}

export const ALL_FEATURES: readonly string[] = [
  'a member is allowed',
  'a member is denied',
  'an app is allowed',
  'an app is denied',
  "another organization's resource",
  "allowed by an organization's role alone",
  "allowed by the project's role alone",
  'allowed by both',
  'allowed by `*`',
  'an action that is not declared',
  'a resource that is not declared',
  "Stytch's own resource",
  'a role of two',
  'wildcards written out',
  'no role but `stytch_member`',
  'several scopes',
]
