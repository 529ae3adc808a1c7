import type { PlanInput } from '../src/plan/plan-input.ts'
import {
  allow,
  CONSENT,
  deny,
  derivedRoles,
  principalPolicy,
  resourcePolicy,
  rolePolicy,
  when,
} from './policies.ts'

const is = (name: string, value = 1): object => when(`R.attr.${name} == ${value}`)
const fails = when('P.attr.missing == 1')

/** Policies whose rules combine in every way. */
export const PLAN_POLICIES: Readonly<Record<string, string>> = {
  'combined-roles.yaml': derivedRoles('combined', [
    { name: 'author', parentRoles: ['user'], ...when('R.attr.author == P.id') },
    { name: 'anyone', parentRoles: ['user', 'guest'] },
    { name: 'broken', parentRoles: ['user'], ...fails },
  ]),
  'combined.yaml': resourcePolicy('combined', {
    importDerivedRoles: ['combined'],
    rules: [
      allow(['allow-deny', 'twice'], ['user'], is('x')),
      allow('twice', ['user'], is('x')),
      deny('allow-deny', ['user'], is('y')),
      allow('deny-all', ['user']),
      deny('deny-all', ['user'], is('y')),
      deny('only-deny', ['user'], is('y')),
      allow('two-roles', ['user'], is('x')),
      allow('two-roles', ['admin'], is('y')),
      deny('cross', ['user'], is('y')),
      allow('cross', ['user'], is('x')),
      allow('cross', ['admin'], is('z')),
      allow('const-deny', ['user'], is('x')),
      deny('const-deny', ['user']),
      allow('const-deny', ['admin'], is('z')),
      allow('const-allow', ['user'], is('x')),
      allow('const-allow', ['admin']),
      { ...allow('derived', [], is('x')), derivedRoles: ['author'] },
      { ...allow('derived-plain', ['admin']), derivedRoles: ['author', 'anyone'] },
      { ...deny('derived-deny', []), derivedRoles: ['author'] },
      allow('derived-deny', ['user']),
      { ...allow('derived-broken', [], is('x')), derivedRoles: ['broken'] },
      allow('fails', ['user'], fails),
      allow('fails', ['admin'], is('x')),
      deny('fails-deny', ['user'], fails),
      allow('fails-deny', ['user']),
      allow('fails-late', ['user']),
      allow('fails-late', ['admin'], fails),
      allow('lists', ['user'], {
        condition: {
          match: {
            all: {
              of: [
                { any: { of: [{ expr: 'R.attr.x == 1' }, { expr: 'P.id == "u1"' }] } },
                { none: { of: [{ expr: 'R.attr.y' }, { none: { of: [{ expr: 'R.attr.z' }] } }] } },
                { any: { of: [{ expr: 'P.attr.missing' }, { expr: 'R.attr.w' }] } },
              ],
            },
          },
        },
      }),
      allow('runtime', ['user'], when('"author" in runtime.effectiveDerivedRoles')),
      allow('scoped-*', ['user'], is('root')),
      deny('scoped-deny', ['user'], is('rootDeny')),
      allow('open', ['*']),
      allow('role', ['admin'], is('x')),
      allow('role-all', ['admin']),
    ],
  }),
  'combined-s.yaml': resourcePolicy('combined', {
    scope: 's',
    rules: [
      allow(['scoped-both', 'scoped-deny'], ['user'], is('s')),
      deny('scoped-both', ['user'], is('sd')),
      allow('scoped-open', ['user']),
      deny('scoped-shut', ['user']),
    ],
  }),
  'combined-s-t.yaml': resourcePolicy('combined', {
    scope: 's.t',
    scopePermissions: CONSENT,
    rules: [
      allow(['scoped-both', 'scoped-consent'], ['user'], is('t')),
      allow(['scoped-plain', 'alone'], ['user']),
      deny('scoped-deny', ['user'], is('td')),
    ],
  }),
  'principal.yaml': principalPolicy('special', {
    rules: [
      {
        resource: 'combined',
        actions: [
          { action: 'allow-deny', effect: 'EFFECT_DENY', ...is('pd') },
          { action: 'two-roles', effect: 'EFFECT_ALLOW', ...is('pa') },
          { action: 'only-deny', effect: 'EFFECT_ALLOW' },
          { action: 'deny-all', effect: 'EFFECT_DENY' },
          { action: 'mine', effect: 'EFFECT_ALLOW', ...is('pa') },
        ],
      },
    ],
  }),
  'role.yaml': rolePolicy('narrow', {
    scope: 'r',
    parentRoles: ['admin'],
    rules: [
      { resource: 'combined', allowActions: ['role'], ...is('rp') },
      { resource: 'combined', allowActions: ['role*'] },
    ],
  }),
}

const user = { id: 'u1', roles: ['user'] }
const both = { id: 'u1', roles: ['user', 'admin'] }
const special = { id: 'special', roles: ['user', 'admin'] }

function ask(principal: PlanInput['principal'], actions: string, scope?: string): PlanInput {
  const resource = scope === undefined ? { kind: 'combined' } : { kind: 'combined', scope }
  return { principal, resource, actions: actions.split(' ') }
}

const ACTIONS =
  'allow-deny twice deny-all only-deny two-roles cross const-deny const-allow derived derived-plain derived-deny derived-broken fails fails-deny fails-late lists runtime open role unknown mine'
const SCOPED = 'scoped-both scoped-deny scoped-open scoped-shut scoped-consent scoped-plain alone'

function each(
  title: string,
  principal: PlanInput['principal'],
  actions: string,
  scope?: string,
): readonly (readonly [string, PlanInput])[] {
  return actions
    .split(' ')
    .map((action) => [`${title}: ${action}`, ask(principal, action, scope)] as const)
}

/** What is asked of them, by what it is about. */
export const PLAN_QUESTIONS: Readonly<Record<string, PlanInput>> = Object.fromEntries([
  ...each('one role', user, ACTIONS),
  ...each('two roles', both, ACTIONS),
  ...each('a principal with a policy', special, ACTIONS),
  ...each('at the root', user, SCOPED),
  ...each('in a scope', user, SCOPED, 's'),
  ...each('where parents must consent', user, SCOPED, 's.t'),
  ...each('in a scope that is not there', user, SCOPED, 's.u'),
  ...each('a role policy', { id: 'u1', roles: ['narrow'] }, 'role role-all two-roles open', 'r'),
  ...each('a role policy and another role', { id: 'u1', roles: ['narrow', 'user'] }, ACTIONS, 'r'),
  ['several actions', ask(user, 'allow-deny twice two-roles')],
  ['several actions, one denied', ask(user, 'allow-deny unknown')],
  ['several actions, one allowed', ask(user, 'open twice')],
  ['several actions, all allowed', ask(user, 'open fails-late')],
  ['another kind', { principal: user, resource: { kind: 'nothing' }, actions: ['view'] }],
  [
    'another version',
    {
      principal: special,
      resource: { kind: 'combined', policyVersion: 'v2' },
      actions: ['allow-deny'],
    },
  ],
  [
    'attributes that are known',
    {
      principal: user,
      resource: { kind: 'combined', attr: { x: 1, y: 2 } },
      actions: ['allow-deny', 'twice'],
    },
  ],
])
