import { type CerbosReply, startCerbos } from '../../tools/cerbos-server.ts'
import { planFilterText } from './answer.ts'
import type { PlanReply } from './cerbos-oracle.ts'

/** Questions to the real Cerbos for plans, each of which shows something odd that it does. */
export const PLAN_PROBES = {
  async failedRolesCrash(): Promise<boolean> {
    const [reply] = await ask({
      heldWhere: [{ expr: 'P.attr.missing == 1' }],
      engine: { strictEvaluation: true },
      times: 1,
    })
    return reply?.ok === false && reply.message.includes('nil pointer dereference')
  },

  async orderOfFieldsDecides(): Promise<boolean> {
    const replies = await ask({
      heldWhere: [{ expr: 'R.attr.n + 1 > 2' }, { expr: 'P.attr == R.attr' }],
      attr: { team: 'red', level: 'high', groups: ['blue'] },
      times: 40,
    })
    const plans = replies.map((reply) =>
      // It is what Cerbos's API says that it is.
      reply.ok ? planFilterText((reply.body as PlanReply).filter) : reply.message,
    )
    return replies.every(({ ok }) => ok) && new Set(plans).size > 1
  },
}

interface Asked {
  /** What the derived role depends on that the rule reads. */
  readonly heldWhere: readonly object[]
  readonly attr?: object
  readonly engine?: Readonly<Record<string, unknown>>
  readonly times: number
}

/** What a server of its own answers about a rule that reads derived roles, asked several times. */
async function ask({
  heldWhere,
  attr = {},
  engine = {},
  times,
}: Asked): Promise<readonly CerbosReply[]> {
  const apiVersion = 'api.cerbos.dev/v1'
  const condition = { match: { any: { of: heldWhere } } }
  const derivedRoles = {
    name: 'roles',
    definitions: [{ name: 'd', parentRoles: ['user'], condition }],
  }
  const match = { expr: '!("d" in runtime.effectiveDerivedRoles) || R.attr.n > 0.0' }
  const rule = { effect: 'EFFECT_ALLOW', actions: ['view'] }
  const resourcePolicy = {
    resource: 'doc',
    version: 'default',
    importDerivedRoles: ['roles'],
    rules: [
      { ...rule, roles: ['user'], condition: { match } },
      { ...rule, derivedRoles: ['d'], actions: ['edit'] },
    ],
  }
  const server = await startCerbos({
    policies: {
      'roles.yaml': JSON.stringify({ apiVersion, derivedRoles }),
      'doc.yaml': JSON.stringify({ apiVersion, resourcePolicy }),
    },
    engine,
  })
  try {
    const question = {
      principal: { id: 'p', roles: ['user'], attr },
      resource: { kind: 'doc' },
      actions: ['view'],
    }
    const replies: CerbosReply[] = []
    for (let time = 0; time < times; time += 1) {
      replies.push(await server.post('/api/plan/resources', question))
    }
    return replies
  } finally {
    await server.stop()
  }
}
