import { guard } from '@lockstitch/guard/hono'
import { Hono } from 'hono'
import { beforeEach, vi } from 'vitest'
import { type Adapter, adapterSuite } from './adapter-suite.ts'

const adapter: Adapter = {
  name: 'Hono',
  async serve({ path, authz, load, organization, page, handle }) {
    const app = new Hono()
    app.patch(
      path,
      guard(authz, {
        kind: 'document',
        action: 'edit',
        resource: (context) => load(Object.values(context.req.param()).at(-1) ?? ''),
        ...(organization === undefined ? {} : { organization }),
        ...(page && { onDenied: (problem, context) => context.html(page(problem)) }),
      }),
      async (context) => {
        const record = context.get('record')
        handle(record, await authz.for(context).can('delete', 'document', record))
        return context.json({ edited: record.id })
      },
    )
    return { fetch: async (url, init) => app.request(url, init), close: async () => {} }
  },
}

// Hono prints what nobody handles.
beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
})

adapterSuite(adapter)
