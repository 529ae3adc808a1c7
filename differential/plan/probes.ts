import { startCerbos } from '../../tools/cerbos-server.ts'

/** Whether a list of derived roles that cannot be told still crashes Cerbos. */
export async function failedRolesCrash(): Promise<boolean> {
  const match = { expr: '!("d" in runtime.effectiveDerivedRoles) || R.attr.n > 0.0' }
  const roles = {
    name: 'roles',
    definitions: [
      { name: 'd', parentRoles: ['user'], condition: { match: { expr: 'P.attr.missing == 1' } } },
    ],
  }
  const rule = { effect: 'EFFECT_ALLOW', actions: ['view'] }
  const rules = [
    { ...rule, roles: ['user'], condition: { match } },
    { ...rule, derivedRoles: ['d'], actions: ['edit'] },
  ]
  const resourcePolicy = {
    resource: 'doc',
    version: 'default',
    importDerivedRoles: ['roles'],
    rules,
  }
  const apiVersion = 'api.cerbos.dev/v1'
  const server = await startCerbos({
    policies: {
      'roles.yaml': JSON.stringify({ apiVersion, derivedRoles: roles }),
      'doc.yaml': JSON.stringify({ apiVersion, resourcePolicy }),
    },
    engine: { strictEvaluation: true },
  })
  try {
    const reply = await server.post('/api/plan/resources', {
      principal: { id: 'p', roles: ['user'] },
      resource: { kind: 'doc' },
      actions: ['view'],
    })
    return !reply.ok && reply.message.includes('nil pointer dereference')
  } finally {
    await server.stop()
  }
}
