import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { startServer } from '../cerbos/server.ts'
import type { CerbosResult } from './answer.ts'

/** Questions to the real Cerbos, each of which shows something odd that it does. */
export const PROBES = {
  async namesCollide(): Promise<boolean> {
    const rules = [
      rule({ name: 'rule-002', actions: ['view'], condition: { match: { expr: 'false' } } }),
      rule({ actions: ['edit'], condition: { match: { expr: 'true' } } }),
    ]
    const [both, alone] = await ask([resourcePolicy('doc', { rules })], {
      requests: [{ actions: ['view', 'edit'] }, { actions: ['edit'] }],
    })
    return effect(both, 'edit') === 'EFFECT_DENY' && effect(alone, 'edit') === 'EFFECT_ALLOW'
  },

  async coresAreShared(): Promise<boolean> {
    const of = [{ expr: 'true' }, { expr: 'false' }]
    const policies = [
      resourcePolicy('doc', { rules: [rule({ condition: { match: { any: { of } } } })] }),
      resourcePolicy('report', { rules: [rule({ condition: { match: { all: { of } } } })] }),
    ]
    const [any, all] = await ask(policies, {
      requests: [{ kind: 'doc' }, { kind: 'report' }],
    })
    return effect(any, 'view') === effect(all, 'view')
  },

  async staleRolesAreReadOnce(): Promise<boolean> {
    const match = { expr: '"always" in runtime.effectiveDerivedRoles' }
    const principal = (action: string): Policy => ({
      principalPolicy: {
        principal: 'p',
        version: 'default',
        rules: [
          { resource: 'doc', actions: [{ action, effect: 'EFFECT_DENY', condition: { match } }] },
        ],
      },
    })
    const rules = [{ actions: ['*'], derivedRoles: ['always'], effect: 'EFFECT_ALLOW' }]
    const resource = resourcePolicy('doc', { importDerivedRoles: ['held'], rules })
    const requests = [{ actions: ['view', 'edit'] }]
    const [kept] = await ask([HELD, resource, principal('*')], { requests })
    const [read] = await ask([HELD, resource, principal('edit')], { requests })
    return effect(kept, 'edit') === 'EFFECT_ALLOW' && effect(read, 'edit') === 'EFFECT_DENY'
  },

  async permissionsOfAScopeAreThoseOfAny(): Promise<boolean> {
    const allow = [rule({})]
    const scoped = (resource: string, scopePermissions: string): Policy =>
      resourcePolicy(resource, { scope: 'a', scopePermissions, rules: allow })
    return answersInSeveralWays(
      [
        ...['doc', 'report'].map((resource) => resourcePolicy(resource, { rules: [] })),
        scoped('doc', 'SCOPE_PERMISSIONS_OVERRIDE_PARENT'),
        scoped('report', 'SCOPE_PERMISSIONS_REQUIRE_PARENTAL_CONSENT_FOR_ALLOWS'),
      ],
      { scope: 'a' },
    )
  },

  async outputComesLate(): Promise<boolean> {
    const [answer] = await ask(LATE, { requests: [{ actions: ['view', 'edit'] }] })
    return answer?.outputs?.map(({ action }) => action).join() === 'edit'
  },

  async outputComesLateForAnotherPattern(): Promise<boolean> {
    const [one] = await ask(late('*'), { requests: [{}] })
    const [two] = await ask(late('*', 'v*'), { requests: [{}] })
    return one?.outputs === undefined && two?.outputs?.length === 1
  },

  async outputComesLateForAnotherRole(): Promise<boolean> {
    const [one, two] = await ask(LATE, { requests: [{}, { roles: ['r1', 'r2'] }] })
    return one?.outputs === undefined && two?.outputs?.length === 1
  },

  async outputComesLateForAParentRole(): Promise<boolean> {
    const rolePolicy = { role: 'r1', version: 'other', parentRoles: ['r2'], rules: [] }
    const [answer] = await ask([...LATE, { rolePolicy }], { requests: [{}] })
    return answer?.outputs?.length === 1
  },

  async infiniteOutputFailsTheCall(): Promise<boolean> {
    const rules = [rule({ output: { when: { ruleActivated: '1.0 / 0.0' } } })]
    const [answer] = await ask([resourcePolicy('doc', { rules })], { requests: [{}] })
    return answer === undefined
  },

  async rulesOfPrincipalsComeInAnyOrder(): Promise<boolean> {
    const output = { when: { ruleActivated: '"here"' } }
    // The more rules there are, the more orders.
    const rules = ['doc', 'd*', 'do*', '*c', '*oc', '*'].map((resource) => ({
      resource,
      actions: [
        { action: 'view', effect: resource === 'doc' ? 'EFFECT_DENY' : 'EFFECT_ALLOW', output },
      ],
    }))
    return answersInSeveralWays([
      { principalPolicy: { principal: 'p', version: 'default', rules } },
    ])
  },

  async derivedRolesComeInAnyOrder(): Promise<boolean> {
    const definitions = ['a', 'b'].map((name) => ({
      name,
      parentRoles: ['r1'],
      condition: { match: { expr: name === 'a' ? 'true' : 'R.attr.missing' } },
    }))
    const rules = [{ actions: ['*'], derivedRoles: ['a', 'b'], effect: 'EFFECT_DENY' }]
    // Strictly, the failure of `b` denies in the name of the policy that it is in.
    return answersInSeveralWays(
      [
        { derivedRoles: { name: 'roles', definitions } },
        resourcePolicy('doc', { importDerivedRoles: ['roles'], rules }),
        resourcePolicy('doc', { scope: 'a', rules: [] }),
      ],
      { engine: { strictEvaluation: true }, scope: 'a' },
    )
  },
}

type Policy = Readonly<Record<string, unknown>>

function resourcePolicy(resource: string, content: Policy): Policy {
  return { resourcePolicy: { resource, version: 'default', ...content } }
}

function rule(parts: Policy): Policy {
  return { actions: ['view'], roles: ['*'], effect: 'EFFECT_ALLOW', ...parts }
}

const NEVER: Policy = {
  derivedRoles: {
    name: 'roles',
    definitions: [
      { name: 'never', parentRoles: ['r1', 'r2'], condition: { match: { expr: 'false' } } },
    ],
  },
}

/** A rule whose derived role nobody has. */
const late = (...actions: string[]): readonly Policy[] => [
  NEVER,
  resourcePolicy('doc', {
    importDerivedRoles: ['roles'],
    rules: [
      {
        actions,
        derivedRoles: ['never'],
        effect: 'EFFECT_ALLOW',
        output: { when: { conditionNotMet: '"late"' } },
      },
    ],
  }),
]

const LATE = late('*')

const HELD: Policy = {
  derivedRoles: { name: 'held', definitions: [{ name: 'always', parentRoles: ['*'] }] },
}

interface Question {
  readonly kind?: string
  readonly actions?: readonly string[]
  readonly roles?: readonly string[]
}

interface Asked {
  readonly scope?: string
  readonly engine?: Readonly<Record<string, unknown>>
  readonly requests: readonly Question[]
}

/** What a server of its own answers; `undefined` for a call that fails. */
async function ask(
  policies: readonly Policy[],
  { engine = {}, scope = '', requests }: Asked,
): Promise<readonly (CerbosResult | undefined)[]> {
  const home = await mkdtemp(join(tmpdir(), 'lockstitch-probe-'))
  const directory = join(home, 'policies')
  await mkdir(directory)
  for (const [i, policy] of policies.entries()) {
    const text = JSON.stringify({ apiVersion: 'api.cerbos.dev/v1', ...policy })
    await writeFile(join(directory, `${i}.json`), text)
  }
  const server = await startServer({ home, policies: directory, engine })
  try {
    const answers: (CerbosResult | undefined)[] = []
    for (const { kind = 'doc', actions = ['view'], roles = ['r1'] } of requests) {
      const reply = await server.post('/api/check/resources', {
        includeMeta: true,
        principal: { id: 'p', roles },
        resources: [{ resource: { kind, id: 'r', scope }, actions }],
      })
      // It is what Cerbos's API says that it is.
      const body = reply.ok ? (reply.body as { readonly results: CerbosResult[] }) : undefined
      answers.push(body?.results[0])
    }
    return answers
  } finally {
    await server.stop()
    await rm(home, { recursive: true, force: true })
  }
}

function effect(answer: CerbosResult | undefined, action: string): string | undefined {
  return answer?.actions[action]
}

/** Where chance decides, so many starts hardly ever have the same. */
const STARTS = 40

async function answersInSeveralWays(
  policies: readonly Policy[],
  settings: Omit<Asked, 'requests'> = {},
): Promise<boolean> {
  const seen = new Set<string>()
  for (let start = 0; start < STARTS && seen.size < 2; start += 1) {
    const [{ meta, outputs } = {}] = await ask(policies, { ...settings, requests: [{}] })
    seen.add(JSON.stringify([meta, outputs]))
  }
  return seen.size > 1
}
