import { createAuthz, type Decide, type Identify, IdentifyFailure } from '@lockstitch/guard'
import { guard } from '@lockstitch/guard/hono'
import { Hono } from 'hono'

// Who is asking. `@lockstitch/stytch` has this for Stytch; here it is a header, which nobody should do.
const identify: Identify = {
  async identify(request) {
    const id = request.headers.get('x-demo-user')
    if (id === null) throw new IdentifyFailure(401, 'no-session', 'no session was sent; sign in')
    return { principal: { id, roles: ['member'], attr: { organization_id: 'acme' } } }
  },
}

// What decides: `Engine.fromDirectory('./policies')` of `@lockstitch/engine/node`, or any client of the
// Cerbos SDK. Here: the owner may.
const decide: Decide = {
  async checkResources({ principal, resources }) {
    const effect = (owner: unknown) => (owner === principal.id ? 'EFFECT_ALLOW' : 'EFFECT_DENY')
    return {
      results: resources.map(({ resource, actions }) => ({
        resource,
        actions: Object.fromEntries(
          actions.map((action) => [action, effect(resource.attr?.owner)]),
        ),
      })),
    }
  },
}

const authz = createAuthz({ identify, decide, onDecision: (record) => audit.push(record.outcome) })
const audit: string[] = []
const documents = [
  { id: 'q3', organization_id: 'acme', owner: 'maya', title: 'Q3 plan' },
  { id: 'q4', organization_id: 'acme', owner: 'otto', title: 'Q4 plan' },
]

export const app = new Hono()
  .get(
    '/documents/:id',
    guard(authz, {
      kind: 'document',
      action: 'view',
      resource: (c) => documents.find(({ id }) => id === c.req.param('id')),
    }),
    (c) => c.text(c.get('record').title),
  )
  .get('/documents', async (c) => {
    const mine = await authz.for(c).filter(documents, 'document', 'view') // one call, order kept
    return c.json(mine.map(({ title }) => title))
  })
