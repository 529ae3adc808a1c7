import type { SchemaEnforcement } from '../src/schemas.ts'
import {
  allow,
  CONSENT,
  deny,
  derivedRoles,
  type PolicyFiles,
  principalPolicy,
  resourcePolicy,
  rolePolicy,
  when,
} from './policies.ts'

/** Policies and what is decided by them. The engine, the model and Cerbos must all agree. */
export interface CaseGroup {
  readonly title: string
  readonly policies: PolicyFiles
  readonly strictEvaluation?: boolean
  readonly lenientScopeSearch?: boolean
  readonly defaultScope?: string
  readonly globals?: Readonly<Record<string, string | number>>
  readonly schemaEnforcement?: SchemaEnforcement
  readonly cases: readonly Case[]
}

export interface Case {
  /** The rule that the case shows. */
  readonly shows: string
  readonly roles?: readonly string[]
  readonly principalId?: string
  readonly principalVersion?: string
  readonly principalScope?: string
  readonly kind?: string
  readonly version?: string
  readonly scope?: string
  readonly attr?: Readonly<Record<string, string | number | boolean | null | readonly string[]>>
  readonly principalAttr?: Readonly<Record<string, string | number>>
  /**
   * By action: `ALLOW` or `DENY`, then the matched policy and the matched scope where they matter:
   * `DENY resource.doc.vdefault/s s`.
   */
  readonly want: Readonly<Record<string, string>>
  readonly derivedRoles?: readonly string[]
  /** `PRINCIPAL /path: message`. */
  readonly validationErrors?: readonly string[]
  /** `src: value` in order; an error is `src! message`. */
  readonly outputs?: readonly string[]
}

const workedExample: PolicyFiles = {
  'root.yaml': resourcePolicy('doc', {
    rules: [allow(['a', 'b', 'c', 'e'], ['user']), deny('d', ['user'])],
  }),
  's1.yaml': resourcePolicy('doc', {
    scope: 's1',
    scopePermissions: 'SCOPE_PERMISSIONS_OVERRIDE_PARENT',
    rules: [
      deny('b', ['user']),
      allow('d', ['user']),
      deny('c', ['user'], when('R.attr.x == 1.0')),
    ],
  }),
  's1.x.yaml': resourcePolicy('doc', {
    scope: 's1.x',
    scopePermissions: CONSENT,
    rules: [
      allow('a', ['user'], when('R.attr.x == 1.0')),
      allow('d', ['user']),
      allow('zz', ['user']),
    ],
  }),
}

const outputs = { when: { ruleActivated: '"met"', conditionNotMet: '"not met"' } }

const owned = { ref: 'cerbos:///owned.json' }
const titled = { ref: 'cerbos:///sub/titled.json' }
const anything = { rules: [allow('*', ['*'])] }
const ignoring = (ref: string, ...actions: string[]): object => ({ ref, ignoreWhen: { actions } })

const schemaPolicies: PolicyFiles = {
  '_schemas/owned.json': JSON.stringify({
    type: 'object',
    properties: { owner: { type: 'string' }, size: { type: 'integer', minimum: 0 } },
    required: ['owner'],
  }),
  '_schemas/sub/titled.json': JSON.stringify({
    properties: { title: { $ref: '/texts.json#/$defs/short' } },
  }),
  '_schemas/texts.json': JSON.stringify({ $defs: { short: { type: 'string', maxLength: 3 } } }),
  'doc.yaml': resourcePolicy('doc', { ...anything, schemas: { resourceSchema: owned } }),
  'doc.s.yaml': resourcePolicy('doc', {
    ...anything,
    scope: 's',
    schemas: { resourceSchema: titled },
  }),
  'open.yaml': resourcePolicy('open', anything),
  'open.s.yaml': resourcePolicy('open', {
    ...anything,
    scope: 's',
    schemas: { resourceSchema: owned },
  }),
  'both.yaml': resourcePolicy('both', {
    ...anything,
    schemas: { principalSchema: titled, resourceSchema: owned },
  }),
  'missing.yaml': resourcePolicy('missing', {
    ...anything,
    schemas: { principalSchema: { ref: 'cerbos:///none.json' }, resourceSchema: owned },
  }),
  'lax.yaml': resourcePolicy('lax', {
    ...anything,
    schemas: {
      principalSchema: ignoring('cerbos:///sub/titled.json', 'view:public'),
      resourceSchema: ignoring('cerbos:///owned.json', 'view:*', 'e?t', 'ab[c'),
    },
  }),
  'boss.yaml': principalPolicy('boss', {
    rules: [{ resource: '*', actions: [{ action: '*', effect: 'EFFECT_ALLOW' }] }],
  }),
}

const noOwner = "RESOURCE /: missing properties: 'owner'"

/** What is wrong is told in both modes; whether it denies is the difference. */
const schemaCases = (wrong: 'ALLOW' | 'DENY'): readonly Case[] => [
  {
    shows: 'attributes that are as the schema says are nothing to tell',
    attr: { owner: 'u', size: 3 },
    want: { view: 'ALLOW' },
    validationErrors: [],
  },
  {
    shows: 'each wrong attribute is told, and all actions have the same fate',
    attr: { size: -1.5 },
    want: { view: `${wrong} resource.doc.vdefault`, edit: `${wrong} resource.doc.vdefault` },
    validationErrors: [noOwner, 'RESOURCE /size: expected integer, but got number'],
  },
  {
    shows: 'what a principal policy allows is denied too',
    principalId: 'boss',
    want: { view: wrong },
    validationErrors: [noOwner],
  },
  {
    shows: 'a scope is validated by the schema of the root, not by its own',
    scope: 's',
    attr: { title: 'far too long' },
    want: {
      view: wrong === 'DENY' ? 'DENY resource.doc.vdefault/s' : 'ALLOW resource.doc.vdefault/s s',
    },
    validationErrors: [noOwner],
  },
  {
    shows: 'a schema of a scope alone is not looked at',
    kind: 'open',
    scope: 's',
    want: { view: 'ALLOW' },
    validationErrors: [],
  },
  {
    shows: 'the principal comes first, and schemas refer to each other',
    kind: 'both',
    principalAttr: { title: 'long' },
    want: { view: wrong },
    validationErrors: ['PRINCIPAL /title: length must be <= 3, but got 4', noOwner],
  },
  {
    shows: 'a schema that is missing is an error of its own',
    kind: 'missing',
    want: { view: wrong },
    validationErrors: [
      `PRINCIPAL : Failed to load principal schema "cerbos:///none.json": schema _schemas/none.json doesn't exist`,
      noOwner,
    ],
  },
  {
    shows: 'ignored actions are not validated',
    kind: 'lax',
    principalAttr: { title: 'long' },
    want: { 'view:public': 'ALLOW' },
    validationErrors: [],
  },
  {
    shows: 'all actions are validated when one is not ignored',
    kind: 'lax',
    want: { 'view:public': wrong, edit: wrong },
    validationErrors: [noOwner],
  },
  {
    shows: 'what is ignored for the resource may count for the principal',
    kind: 'lax',
    principalAttr: { title: 'long' },
    want: { 'view:private': wrong, eat: wrong },
    validationErrors: ['PRINCIPAL /title: length must be <= 3, but got 4'],
  },
  {
    shows: 'a wildcard that is not valid ignores nothing',
    kind: 'lax',
    want: { 'ab[c': wrong },
    validationErrors: [noOwner],
  },
  {
    shows: 'there is no schema where there is no policy',
    kind: 'nothing',
    want: { view: 'DENY NO_MATCH' },
    validationErrors: [],
  },
]

export const CASES: readonly CaseGroup[] = [
  {
    title: 'scopes: the worked example',
    policies: workedExample,
    cases: [
      {
        shows: 'a child decides before its parents; what it leaves open they decide',
        scope: 's1',
        attr: { x: 1 },
        want: {
          a: 'ALLOW resource.doc.vdefault/s1',
          b: 'DENY resource.doc.vdefault/s1 s1',
          c: 'DENY resource.doc.vdefault/s1 s1',
          d: 'ALLOW resource.doc.vdefault/s1 s1',
          zz: 'DENY resource.doc.vdefault/s1',
        },
      },
      {
        shows: 'a child whose condition is not met leaves the decision to its parents',
        scope: 's1',
        attr: { x: 2 },
        want: {
          a: 'ALLOW',
          b: 'DENY',
          c: 'ALLOW resource.doc.vdefault/s1',
          d: 'ALLOW',
          zz: 'DENY',
        },
      },
      {
        shows: 'an ALLOW that needs consent allows only with a parent',
        scope: 's1.x',
        attr: { x: 1 },
        want: {
          a: 'ALLOW resource.doc.vdefault/s1.x',
          b: 'DENY resource.doc.vdefault/s1.x s1',
          c: 'DENY resource.doc.vdefault/s1.x s1',
          d: 'ALLOW resource.doc.vdefault/s1.x s1',
          zz: 'DENY resource.doc.vdefault/s1.x',
        },
      },
      {
        shows: 'a conditional ALLOW that needs consent denies where it is not met',
        scope: 's1.x',
        attr: { x: 2 },
        want: { a: 'DENY resource.doc.vdefault/s1.x s1.x', c: 'ALLOW', d: 'ALLOW', zz: 'DENY' },
      },
      {
        shows: 'and where it fails',
        scope: 's1.x',
        want: { a: 'DENY resource.doc.vdefault/s1.x s1.x', b: 'DENY', c: 'ALLOW', d: 'ALLOW' },
      },
      {
        shows: 'a scope without policies is not served',
        scope: 's1.y',
        want: { a: 'DENY NO_MATCH', e: 'DENY NO_MATCH' },
      },
      {
        shows: 'a dot alone is the root',
        scope: '.',
        want: { a: 'ALLOW resource.doc.vdefault', d: 'DENY resource.doc.vdefault' },
      },
    ],
  },
  {
    title: 'scopes: lenient search',
    policies: workedExample,
    lenientScopeSearch: true,
    cases: [
      {
        shows: 'a scope without policies has the nearest ancestor',
        scope: 's1.y',
        attr: { x: 1 },
        want: { a: 'ALLOW resource.doc.vdefault/s1', b: 'DENY resource.doc.vdefault/s1 s1' },
      },
      { shows: 'up to the root', scope: 'q.r', want: { e: 'ALLOW resource.doc.vdefault' } },
    ],
  },
  {
    title: 'scopes: the default scope',
    policies: workedExample,
    defaultScope: 's1',
    cases: [
      {
        shows: 'serves a request without one',
        want: { b: 'DENY resource.doc.vdefault/s1 s1' },
      },
    ],
  },
  {
    title: 'consent and parents',
    policies: {
      'root.yaml': resourcePolicy('doc', {
        rules: [deny('over', ['user']), allow(['kept', 'shut'], ['user'])],
      }),
      's.yaml': resourcePolicy('doc', { scope: 's', rules: [allow('over', ['user'])] }),
      't.yaml': resourcePolicy('doc', {
        scope: 't',
        scopePermissions: CONSENT,
        rules: [allow('alone', ['user']), deny('shut', ['user'], when('R.attr.x == 1.0'))],
      }),
    },
    cases: [
      {
        shows: 'a child that allows does not ask its parents, not even for their DENY',
        scope: 's',
        want: { over: 'ALLOW resource.doc.vdefault/s s' },
      },
      {
        shows: 'consent alone is not enough',
        scope: 't',
        want: { alone: 'DENY resource.doc.vdefault/t' },
      },
      {
        shows: 'a child that is silent does not restrict',
        scope: 't',
        want: { kept: 'ALLOW resource.doc.vdefault/t' },
      },
      {
        shows: 'a conditional DENY denies where it is met, as without consent',
        scope: 't',
        attr: { x: 1 },
        want: { shut: 'DENY resource.doc.vdefault/t t' },
      },
      {
        shows: 'and leaves the decision to the parents where it is not',
        scope: 't',
        attr: { x: 2 },
        want: { shut: 'ALLOW resource.doc.vdefault/t' },
      },
    ],
  },
  {
    title: 'rules and roles',
    policies: {
      'doc.yaml': resourcePolicy('doc', {
        rules: [
          allow('both', ['user']),
          deny('both', ['user']),
          allow('split', ['a']),
          deny('split', ['b']),
          allow('none', ['nobody']),
          allow('any', ['*']),
          allow('team', ['team:*']),
          allow('view:*', ['user']),
          allow('edit:**', ['user']),
        ],
      }),
    },
    cases: [
      {
        shows: 'DENY wins over ALLOW in the same scope',
        want: { both: 'DENY resource.doc.vdefault' },
      },
      { shows: 'the first role that allows decides', roles: ['b', 'a'], want: { split: 'ALLOW' } },
      { shows: 'a role that is denied is denied', roles: ['b'], want: { split: 'DENY' } },
      {
        shows: 'what nothing allows is denied',
        want: { none: 'DENY resource.doc.vdefault', unknown: 'DENY resource.doc.vdefault' },
      },
      { shows: '`*` is every role', roles: ['whoever'], want: { any: 'ALLOW' } },
      {
        shows: 'a role can be a wildcard',
        roles: ['team:x'],
        want: { team: 'ALLOW', none: 'DENY' },
      },
      { shows: 'which does not cross `:`', roles: ['team:x:y'], want: { team: 'DENY' } },
      {
        shows: 'an action can be a wildcard, `**` crosses `:`',
        want: { 'view:a': 'ALLOW', 'view:a:b': 'DENY', view: 'DENY', 'edit:a:b': 'ALLOW' },
      },
      { shows: '`*` in a request is a text', want: { '*': 'DENY' } },
      { shows: 'no policy, no match', kind: 'other', want: { any: 'DENY NO_MATCH' } },
      { shows: 'another version is another policy', version: 'v2', want: { any: 'DENY NO_MATCH' } },
      { shows: 'names of objects are names', want: { constructor: 'DENY', __proto__x: 'DENY' } },
    ],
  },
  {
    title: 'names',
    policies: {
      'a.yaml': resourcePolicy('album:object', { rules: [allow('view', ['user'])] }),
      'b.yaml': resourcePolicy('my-res', { rules: [allow('view', ['user'])] }),
      'c.yaml': resourcePolicy('constructor', { rules: [allow('view', ['user'])] }),
      'pat.yaml': principalPolicy('pat', {
        rules: [
          { resource: 'album:object', actions: [{ action: 'own', effect: 'EFFECT_ALLOW' }] },
          { resource: 'album:*', actions: [{ action: 'glob', effect: 'EFFECT_ALLOW' }] },
          { resource: 'album_*', actions: [{ action: 'plain', effect: 'EFFECT_ALLOW' }] },
        ],
      }),
      'clerk.yaml': rolePolicy('clerk', {
        parentRoles: ['user'],
        rules: [{ resource: 'album:object', allowActions: ['view'] }],
      }),
      'guest.yaml': rolePolicy('guest', {
        parentRoles: ['user'],
        rules: [{ resource: 'album_object', allowActions: ['view'] }],
      }),
    },
    cases: [
      {
        shows: 'kinds are sanitised',
        kind: 'album:object',
        want: { view: 'ALLOW resource.album_object.vdefault' },
      },
      { shows: 'so that two spellings are one kind', kind: 'my_res', want: { view: 'ALLOW' } },
      { shows: 'and the other way round', kind: 'my-res', want: { view: 'ALLOW' } },
      { shows: 'a kind can have any name', kind: 'constructor', want: { view: 'ALLOW' } },
      {
        shows: 'names in principal policies are sanitised, wildcards are not',
        kind: 'album:object',
        principalId: 'pat',
        want: { own: 'ALLOW principal.pat.vdefault', glob: 'DENY', plain: 'ALLOW' },
      },
      {
        shows: 'names in role policies are not',
        kind: 'album:object',
        roles: ['clerk'],
        want: { view: 'DENY role.clerk.vdefault' },
      },
      {
        shows: 'and so have to be written as they are found',
        kind: 'album:object',
        roles: ['guest'],
        want: { view: 'ALLOW' },
      },
    ],
  },
  {
    title: 'derived roles',
    policies: {
      'roles.yaml': derivedRoles(
        'common',
        [
          { name: 'owner', parentRoles: ['user'], ...when('R.attr.owner == P.id') },
          { name: 'anyone', parentRoles: ['*'] },
          { name: 'unused', parentRoles: ['user'] },
          { name: 'vip', parentRoles: ['user'], ...when('V.level >= C.vip') },
          { name: 'glob', parentRoles: ['adm*'] },
        ],
        { variables: { local: { level: 'R.attr.level' } }, constants: { local: { vip: 3 } } },
      ),
      'doc.yaml': resourcePolicy('doc', {
        importDerivedRoles: ['common'],
        rules: [
          { actions: ['edit'], effect: 'EFFECT_ALLOW', derivedRoles: ['owner'] },
          { actions: ['look'], effect: 'EFFECT_ALLOW', derivedRoles: ['anyone'] },
          { actions: ['vip'], effect: 'EFFECT_ALLOW', derivedRoles: ['vip'] },
          { actions: ['glob'], effect: 'EFFECT_ALLOW', derivedRoles: ['glob'] },
          allow('list', ['user'], when('"owner" in runtime.effectiveDerivedRoles')),
        ],
      }),
      'doc.s.yaml': resourcePolicy('doc', {
        scope: 's',
        importDerivedRoles: ['common'],
        rules: [{ actions: ['vip'], effect: 'EFFECT_DENY', derivedRoles: ['owner'] }],
      }),
    },
    cases: [
      {
        shows: 'a derived role that is held in several scopes is told once',
        scope: 's',
        attr: { owner: 'u' },
        want: { look: 'ALLOW', vip: 'DENY' },
        derivedRoles: ['owner', 'anyone'],
      },
      {
        shows: 'a derived role is held when a parent role is and its condition is met',
        attr: { owner: 'u' },
        want: { edit: 'ALLOW', look: 'ALLOW', list: 'ALLOW' },
        derivedRoles: ['owner', 'anyone'],
      },
      {
        shows: 'not when its condition is not met',
        attr: { owner: 'v' },
        want: { edit: 'DENY', list: 'DENY' },
        derivedRoles: ['anyone'],
      },
      {
        shows: 'not without the parent role',
        roles: ['guest'],
        attr: { owner: 'u' },
        want: { edit: 'DENY', look: 'ALLOW' },
        derivedRoles: ['anyone'],
      },
      {
        shows: 'it has variables and constants of its own',
        attr: { level: 3 },
        want: { vip: 'ALLOW' },
      },
      { shows: 'which may fail', attr: { level: 'x' }, want: { vip: 'DENY' } },
      {
        shows: 'a wildcard as parent role counts for rules, not for the list',
        roles: ['admin'],
        want: { glob: 'ALLOW' },
        derivedRoles: ['anyone'],
      },
    ],
  },
  {
    title: 'derived roles that read the list',
    policies: {
      'roles.yaml': derivedRoles('common', [
        { name: 'any', parentRoles: ['user'] },
        {
          name: 'alone',
          parentRoles: ['user'],
          ...when('size(runtime.effectiveDerivedRoles) == 0'),
        },
        {
          name: 'joined',
          parentRoles: ['user'],
          ...when('"any" in runtime.effectiveDerivedRoles'),
        },
      ]),
      'doc.yaml': resourcePolicy('doc', {
        importDerivedRoles: ['common'],
        rules: ['any', 'alone', 'joined'].map((name) => ({
          actions: [name],
          effect: 'EFFECT_ALLOW',
          derivedRoles: [name],
        })),
      }),
    },
    cases: [
      {
        shows: 'it is empty while they are found, and has them all for rules',
        want: { any: 'ALLOW', alone: 'DENY', joined: 'ALLOW' },
        derivedRoles: ['any', 'alone'],
      },
    ],
  },
  {
    title: 'variables that fail in derived roles',
    policies: {
      'roles.yaml': derivedRoles(
        'common',
        [
          { name: 'ghost', parentRoles: ['user'], ...when('V.next') },
          {
            name: 'reader',
            parentRoles: ['user'],
            ...when('V.mine == "the role\'s" || V.bad == 1'),
          },
        ],
        {
          variables: {
            local: { bad: 'R.attr.nothing', next: 'V.bad == null', mine: '"the role\'s"' },
          },
        },
      ),
      'doc.yaml': resourcePolicy('doc', {
        importDerivedRoles: ['common'],
        variables: { local: { mine: '"the rule\'s"' } },
        rules: [
          { actions: ['haunt'], effect: 'EFFECT_ALLOW', derivedRoles: ['ghost'] },
          {
            actions: ['read'],
            effect: 'EFFECT_ALLOW',
            derivedRoles: ['reader'],
            ...when('V.mine == "the rule\'s"'),
          },
          allow('list', ['user'], when('"ghost" in runtime.effectiveDerivedRoles')),
        ],
      }),
    },
    cases: [
      {
        shows: 'they are null for the list and the variables after them, and not set for rules',
        want: { haunt: 'DENY', list: 'ALLOW' },
        derivedRoles: ['ghost', 'reader'],
      },
      {
        shows: 'a rule reads its own variables after those of its derived role',
        want: { read: 'ALLOW' },
      },
    ],
  },
  {
    title: 'conditions and variables',
    globals: { environment: 'test' },
    policies: {
      'consts.yaml': JSON.stringify({
        apiVersion: 'api.cerbos.dev/v1',
        exportConstants: { name: 'limits', definitions: { max: 10 } },
      }),
      'vars.yaml': JSON.stringify({
        apiVersion: 'api.cerbos.dev/v1',
        exportVariables: { name: 'common', definitions: { small: 'R.attr.size < 10.0' } },
      }),
      'doc.yaml': resourcePolicy('doc', {
        variables: {
          import: ['common'],
          local: { twice: 'R.attr.size * 2.0', four: 'V.twice * 2.0', bad: 'R.attr.nothing' },
        },
        constants: { import: ['limits'] },
        rules: [
          allow('all', ['user'], {
            condition: { match: { all: { of: [{ expr: 'V.small' }, { expr: 'R.attr.ok' }] } } },
          }),
          allow('any', ['user'], {
            condition: { match: { any: { of: [{ expr: 'R.attr.nope' }, { expr: 'R.attr.ok' }] } } },
          }),
          allow('none', ['user'], {
            condition: { match: { none: { of: [{ expr: 'R.attr.nope' }, { expr: 'V.small' }] } } },
          }),
          allow('chain', ['user'], when('V.four == 8.0 && C.max == 10.0')),
          allow('global', ['user'], when('G.environment == "test"')),
          allow('number', ['user'], when('R.attr.size')),
          allow('unset', ['user'], when('has(V.bad)')),
          deny('failing', ['user'], when('R.attr.nope')),
          allow('failing', ['user']),
          allow('version', ['user'], when('R.policyVersion == "" && R.scope == "" && P.id == "u"')),
        ],
      }),
    },
    cases: [
      {
        shows: 'lists, variables, constants and globals',
        attr: { size: 2, ok: true },
        want: { all: 'ALLOW', any: 'ALLOW', none: 'DENY', chain: 'ALLOW', global: 'ALLOW' },
      },
      {
        shows: 'an expression that fails counts as false',
        attr: { size: 20 },
        want: { all: 'DENY', any: 'DENY', none: 'ALLOW', unset: 'DENY' },
      },
      { shows: 'so does one that is not a boolean', attr: { size: 1 }, want: { number: 'DENY' } },
      { shows: 'a DENY that fails is skipped', want: { failing: 'ALLOW' } },
      { shows: 'what a request leaves out is empty', want: { version: 'ALLOW' } },
    ],
  },
  {
    title: 'strict evaluation',
    strictEvaluation: true,
    policies: {
      'roles.yaml': derivedRoles('common', [
        { name: 'owner', parentRoles: ['user'], ...when('R.attr.owner == P.id') },
      ]),
      'doc.yaml': resourcePolicy('doc', {
        importDerivedRoles: ['common'],
        rules: [
          deny('failing', ['user'], when('R.attr.nope')),
          allow('failing', ['user', 'admin']),
          allow('any', ['user'], {
            condition: { match: { any: { of: [{ expr: 'R.attr.nope' }, { expr: 'true' }] } } },
          }),
          allow('first', ['user'], {
            condition: { match: { any: { of: [{ expr: 'true' }, { expr: 'R.attr.nope' }] } } },
          }),
          allow('absorbed', ['user'], when('R.attr.nope || true')),
          allow('silent', ['user'], { ...when('R.attr.nope'), output: outputs }),
          { actions: ['derived'], effect: 'EFFECT_ALLOW', derivedRoles: ['owner'] },
          allow('list', ['user'], when('"owner" in runtime.effectiveDerivedRoles || true')),
          allow('lists', ['user'], when('size(runtime.effectiveDerivedRoles) == 0')),
          deny('denied', ['user']),
          deny('denied', ['user'], when('R.attr.nope')),
          allow('denied', ['admin']),
        ],
      }),
    },
    cases: [
      {
        shows: 'an error in a condition denies, even in a list that goes on to be true',
        want: {
          failing: 'DENY resource.doc.vdefault',
          any: 'DENY',
          first: 'ALLOW',
          absorbed: 'ALLOW',
        },
      },
      {
        shows: 'a rule whose condition fails has no output',
        want: { silent: 'DENY' },
        outputs: [],
      },
      { shows: 'no later role helps', roles: ['user', 'admin'], want: { failing: 'DENY' } },
      { shows: 'an earlier one does', roles: ['admin', 'user'], want: { failing: 'ALLOW' } },
      {
        shows: 'and one does after a DENY that comes before the error',
        roles: ['user', 'admin'],
        want: { denied: 'ALLOW' },
      },
      {
        shows: 'an error in a derived role denies its rules and whatever reads the list',
        want: { derived: 'DENY', list: 'ALLOW', lists: 'DENY' },
        derivedRoles: [],
      },
    ],
  },
  {
    title: 'principal policies',
    policies: {
      'roles.yaml': derivedRoles('common', [{ name: 'anyone', parentRoles: ['user'] }]),
      'doc.yaml': resourcePolicy('doc', {
        importDerivedRoles: ['common'],
        rules: [
          allow(['a', 'b', 'c'], ['user']),
          { actions: ['d'], effect: 'EFFECT_ALLOW', derivedRoles: ['anyone'] },
        ],
      }),
      'pat.yaml': principalPolicy('pat', {
        rules: [
          {
            resource: 'doc',
            actions: [
              { action: 'a', effect: 'EFFECT_DENY' },
              { action: 'x', effect: 'EFFECT_ALLOW' },
              { action: 'b', effect: 'EFFECT_DENY', ...when('R.attr.locked') },
            ],
          },
          { resource: 'rep*', actions: [{ action: '*', effect: 'EFFECT_ALLOW' }] },
        ],
      }),
      'scoped.yaml': principalPolicy('pat', {
        scope: 's',
        rules: [{ resource: 'doc', actions: [{ action: 'c', effect: 'EFFECT_DENY' }] }],
      }),
    },
    cases: [
      {
        shows: 'a principal policy that applies is final',
        principalId: 'pat',
        want: {
          a: 'DENY principal.pat.vdefault',
          x: 'ALLOW principal.pat.vdefault',
          b: 'ALLOW resource.doc.vdefault',
        },
      },
      {
        shows: 'what it decides asks for no derived roles',
        principalId: 'pat',
        want: { a: 'DENY', x: 'ALLOW' },
        derivedRoles: [],
      },
      {
        shows: 'what it leaves open does',
        principalId: 'pat',
        want: { d: 'ALLOW' },
        derivedRoles: ['anyone'],
      },
      {
        shows: 'its resource can be a wildcard, no resource policy is needed',
        principalId: 'pat',
        kind: 'report',
        want: { any: 'ALLOW principal.pat.vdefault' },
      },
      {
        shows: 'it is for its principal only',
        principalId: 'bob',
        want: { a: 'ALLOW', x: 'DENY' },
      },
      {
        shows: 'it has scopes of its own',
        principalId: 'pat',
        principalScope: 's',
        want: { c: 'DENY principal.pat.vdefault/s s', a: 'DENY principal.pat.vdefault/s' },
      },
      {
        shows: 'a scope without principal policies leaves the decision to the resource policy',
        principalId: 'pat',
        principalScope: 'q',
        want: { a: 'ALLOW resource.doc.vdefault' },
      },
      {
        shows: 'rows are found by the version of the resource, names by that of the principal',
        principalId: 'pat',
        principalVersion: 'v9',
        want: { a: 'DENY NO_MATCH', x: 'ALLOW NO_MATCH' },
      },
    ],
  },
  {
    title: 'role policies',
    policies: {
      'doc.yaml': resourcePolicy('doc', {
        rules: [allow(['view', 'edit', 'drop'], ['admin']), allow('own', ['clerk'])],
      }),
      'scoped.yaml': resourcePolicy('doc', { scope: 'acme', rules: [deny('never', ['admin'])] }),
      'clerk.yaml': rolePolicy('clerk', {
        parentRoles: ['admin'],
        rules: [
          { resource: 'doc', allowActions: ['view', 'own'] },
          {
            resource: 'doc',
            allowActions: ['edit'],
            name: 'small',
            ...when('R.attr.small'),
            output: outputs,
          },
        ],
      }),
      'junior.yaml': rolePolicy('junior', {
        parentRoles: ['clerk'],
        rules: [{ resource: 'd*', allowActions: ['*'] }],
      }),
      'alone.yaml': rolePolicy('alone', { rules: [{ resource: 'doc', allowActions: ['view'] }] }),
      'odd.yaml': rolePolicy('odd', {
        parentRoles: ['admin'],
        rules: [{ resource: 'doc', allowActions: ['dr[o]p', 'ed[it', 'v?ew'] }],
      }),
    },
    cases: [
      {
        shows: 'a role has the rights of its parents as far as its policy lists them',
        roles: ['clerk'],
        want: {
          view: 'ALLOW resource.doc.vdefault',
          drop: 'DENY role.clerk.vdefault',
          own: 'ALLOW',
        },
      },
      {
        shows: 'a conditional rule denies where it is not met',
        roles: ['clerk'],
        attr: { small: false },
        want: { edit: 'DENY role.clerk.vdefault' },
        outputs: ['role.clerk.vdefault#small: "not met"'],
      },
      {
        shows: 'its outputs are those of the rule as it is written',
        roles: ['clerk'],
        attr: { small: true },
        want: { edit: 'ALLOW' },
        outputs: ['role.clerk.vdefault#small: "met"'],
      },
      {
        shows: 'each level narrows',
        roles: ['junior'],
        want: { view: 'ALLOW', drop: 'DENY role.clerk.vdefault' },
      },
      {
        shows: 'it gives nothing by itself',
        roles: ['alone'],
        want: { view: 'DENY resource.doc.vdefault' },
      },
      { shows: 'another role is not narrowed', roles: ['clerk', 'admin'], want: { drop: 'ALLOW' } },
      {
        shows: 'every action that it lists is a wildcard, and itself too',
        roles: ['odd'],
        want: {
          view: 'ALLOW',
          drop: 'ALLOW',
          edit: 'DENY role.odd.vdefault',
          'v?ew': 'DENY resource.doc.vdefault',
          'dr[o]p': 'DENY resource.doc.vdefault',
          'ed[it': 'DENY resource.doc.vdefault',
        },
      },
      {
        shows: 'parents hold in the very scope of the policy only',
        roles: ['clerk'],
        scope: 'acme',
        want: { view: 'DENY resource.doc.vdefault/acme' },
      },
    ],
  },
  {
    title: 'role policies about other kinds',
    policies: {
      'doc.yaml': resourcePolicy('doc', { rules: [allow(['view', 'print'], ['admin'])] }),
      'doc.s.yaml': resourcePolicy('doc', {
        scope: 's',
        rules: [allow('edit', ['clerk']), allow('edit', ['other'])],
      }),
      // A scope in which there are no rules for the kind.
      ...Object.fromEntries(
        [
          ['clerk', ['admin'], ['doc', 'report']],
          ['junior', ['admin'], ['report']],
          ['boss', ['admin', 'junior'], ['doc']],
        ].map(([role, parentRoles, resources]) => [
          `${role}.x.yaml`,
          rolePolicy(`${role}`, {
            scope: 'x',
            parentRoles,
            rules: [resources].flat().map((resource) => ({ resource, allowActions: ['view'] })),
          }),
        ]),
      ),
      'doc.q.yaml': resourcePolicy('doc', { scope: 'q', rules: [allow('edit', ['other'])] }),
      ...Object.fromEntries(
        ['s', 'q'].map((scope) => [
          `clerk.${scope}.yaml`,
          rolePolicy('clerk', {
            scope,
            parentRoles: ['admin'],
            rules: [{ resource: 'report', allowActions: ['*'] }],
          }),
        ]),
      ),
    },
    cases: [
      {
        shows: 'narrow a role where the scope has any rule for it',
        roles: ['clerk'],
        scope: 's',
        want: { view: 'DENY', edit: 'DENY' },
      },
      {
        shows: 'and do nothing where it has none',
        roles: ['clerk'],
        scope: 'q',
        want: { view: 'ALLOW' },
      },
      {
        shows: 'nor where it has no policy for the kind at all',
        roles: ['junior'],
        scope: 'x',
        want: { view: 'ALLOW', print: 'ALLOW' },
      },
      {
        shows: 'one that names the kind among others narrows there',
        roles: ['clerk'],
        scope: 'x',
        want: { view: 'ALLOW', print: 'DENY role.clerk.vdefault/x x' },
      },
      {
        shows: 'and then so do those of the parents, whatever they are about',
        roles: ['boss'],
        scope: 'x',
        want: { view: 'DENY role.junior.vdefault/x x', print: 'DENY role.boss.vdefault/x x' },
      },
    ],
  },
  {
    title: 'outputs',
    policies: {
      'roles.yaml': derivedRoles('common', [
        { name: 'dr1', parentRoles: ['user'] },
        { name: 'dr2', parentRoles: ['user'], ...when('R.attr.x == 1.0') },
      ]),
      'doc.yaml': resourcePolicy('doc', {
        importDerivedRoles: ['common'],
        rules: [
          allow('a', ['*'], { name: 'first', ...when('R.attr.x == 1.0'), output: outputs }),
          allow('b', ['user'], {
            name: 'one',
            output: { when: { ruleActivated: '{"id": P.id, "n": 1, "big": 9223372036854775807}' } },
          }),
          deny('b', ['user'], { name: 'two', output: outputs }),
          allow('b', ['user'], { name: 'three', output: outputs }),
          allow('c', ['user'], { output: { when: { ruleActivated: 'R.attr.nope' } } }),
          allow(['d', 'd*'], ['user'], { name: 'twice', output: outputs }),
          { ...allow('e', ['user']), name: 'fan', derivedRoles: ['dr1', 'dr2'], output: outputs },
          allow('f', ['user'], { output: { when: { ruleActivated: '{1: 2}' } } }),
          allow('g', ['user'], {
            output: {
              when: {
                ruleActivated:
                  '[timestamp("2024-01-02T03:04:05Z"), duration("90s"), b"x", 1.5, null]',
              },
            },
          }),
        ],
      }),
    },
    cases: [
      {
        shows: 'a rule has an output when it applies',
        attr: { x: 1 },
        want: { a: 'ALLOW' },
        outputs: ['resource.doc.vdefault#first: "met"'],
      },
      {
        shows: 'one for each role that it was evaluated for',
        roles: ['r1', 'r2'],
        attr: { x: 2 },
        want: { a: 'DENY' },
        outputs: [
          'resource.doc.vdefault#first: "not met"',
          'resource.doc.vdefault#first: "not met"',
        ],
      },
      {
        shows: 'none after a DENY that applies',
        want: { b: 'DENY' },
        outputs: [
          'resource.doc.vdefault#one: {"big":"9223372036854775807","id":"u","n":1}',
          'resource.doc.vdefault#two: "met"',
        ],
      },
      {
        shows: 'one that fails is an error and changes nothing else',
        want: { c: 'ALLOW' },
        outputs: ['resource.doc.vdefault#rule-005! no such key: nope'],
      },
      {
        shows: 'one for each way in which the rule matches',
        attr: { x: 1 },
        want: { d: 'ALLOW', e: 'ALLOW' },
        outputs: [
          'resource.doc.vdefault#twice: "met"',
          'resource.doc.vdefault#twice: "met"',
          'resource.doc.vdefault#fan: "met"',
          'resource.doc.vdefault#fan: "met"',
          'resource.doc.vdefault#fan: "met"',
        ],
      },
      {
        shows: 'what is no JSON is an error',
        want: { f: 'ALLOW' },
        outputs: [
          "resource.doc.vdefault#rule-008! unsupported type conversion from 'int' to string",
        ],
      },
      {
        shows: 'values take their JSON forms',
        want: { g: 'ALLOW' },
        outputs: ['resource.doc.vdefault#rule-009: ["2024-01-02T03:04:05Z","90s","eA==",1.5,null]'],
      },
    ],
  },
  {
    title: 'conditions that are optionals',
    policies: {
      'doc.yaml': resourcePolicy('doc', {
        rules: [
          allow('a', ['user'], when('R.attr.?shared')),
          allow('b', ['user'], when('optional.of(R.attr.?shared)')),
          allow(['c', 'd'], ['user']),
          deny('c', ['user'], when('R.attr.?shared')),
          deny('d', ['user'], when('R.attr.?missing')),
          allow('e', ['user'], when('R.attr.?missing')),
          allow('f', ['user'], when('R.attr.?name')),
        ],
      }),
    },
    cases: [
      {
        shows: 'they hold where they have true',
        attr: { shared: true, name: 'x' },
        want: { a: 'ALLOW', b: 'ALLOW', c: 'DENY', d: 'ALLOW', e: 'DENY', f: 'DENY' },
      },
      {
        shows: 'and not where they have false',
        attr: { shared: false, name: 'x' },
        want: { a: 'DENY', b: 'DENY', c: 'ALLOW' },
      },
    ],
  },
  {
    title: 'variables that are optionals or types',
    policies: {
      'doc.yaml': resourcePolicy('doc', {
        variables: {
          local: {
            region: 'R.attr.?region',
            twice: 'optional.of(R.attr.?region)',
            none: 'R.attr.?missing',
            is_none: 'V.none == null',
            kind: 'type(R.attr.region)',
            listed: '[R.attr.?region]',
          },
        },
        rules: [
          allow(['a', 'b', 'c', 'd', 'e'], ['user']),
          deny('a', ['user'], when('V.region == "eu"')),
          deny('b', ['user'], when('V.twice == "eu"')),
          deny('c', ['user'], when('V.is_none')),
          deny('d', ['user'], when('V.kind == "string"')),
          deny('e', ['user'], when('V.listed[0] == "eu"')),
          allow('f', ['user'], when('V.region.hasValue()')),
          allow('g', ['user'], when('V.kind == string')),
          allow('h', ['user'], when('V.listed[0].value() == "eu"')),
        ],
      }),
    },
    cases: [
      {
        shows: 'they have what is in the optional, null for none, and the name of the type',
        attr: { region: 'eu' },
        want: {
          a: 'DENY',
          b: 'DENY',
          c: 'DENY',
          d: 'DENY',
          e: 'ALLOW',
          f: 'DENY',
          g: 'DENY',
          h: 'ALLOW',
        },
      },
    ],
  },
  {
    title: 'line breaks',
    policies: {
      'doc.yaml': [
        'apiVersion: api.cerbos.dev/v1',
        'resourcePolicy:',
        '  resource: doc',
        '  version: default',
        '  rules:',
        "    - {actions: ['*'], effect: EFFECT_ALLOW, roles: ['*']}",
        "    # a comment\r    - {actions: [a], effect: EFFECT_DENY, roles: ['*']}",
        '',
      ].join('\n'),
    },
    cases: [{ shows: 'a carriage return alone ends a comment', want: { a: 'DENY', b: 'ALLOW' } }],
  },
  {
    title: 'tabs',
    policies: {
      'doc.yaml': [
        'apiVersion: api.cerbos.dev/v1',
        'resourcePolicy:',
        '  resource: doc',
        '  version: default',
        '  rules:',
        "    - {actions: ['*'], effect: EFFECT_ALLOW, roles: ['*']}",
        "    - {ac\ttions: [de\tlete, 'a\tb'], effect: EFFECT_DENY, roles: ['*']}",
        '',
      ].join('\n'),
    },
    cases: [
      {
        shows: 'a tab in a plain text is not there, one in quotes is',
        want: { delete: 'DENY', 'de\tlete': 'ALLOW', ab: 'ALLOW', 'a\tb': 'DENY' },
      },
    ],
  },
  ...(['warn', 'reject'] as const).map(
    (schemaEnforcement): CaseGroup => ({
      title: `schemas: ${schemaEnforcement}`,
      schemaEnforcement,
      policies: schemaPolicies,
      cases: schemaCases(schemaEnforcement === 'reject' ? 'DENY' : 'ALLOW'),
    }),
  ),
  {
    title: 'schemas: none',
    schemaEnforcement: 'none',
    policies: schemaPolicies,
    cases: [
      {
        shows: 'attributes that are not what a schema says are nothing to tell',
        attr: { size: -1.5 },
        want: { view: 'ALLOW' },
        validationErrors: [],
      },
    ],
  },
]
