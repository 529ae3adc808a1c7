import type { AddressInfo } from 'node:net'
import { guard } from '@lockstitch/guard/express'
import express from 'express'
import { type Adapter, adapterSuite } from './adapter-suite.ts'

const adapter: Adapter = {
  name: 'Express',
  async serve({ authz, load, organization, page, handle }) {
    const app = express()
    // Express prints the errors of the tests otherwise.
    app.set('env', 'test')
    app.patch(
      '/documents/:id',
      guard(authz, {
        kind: 'document',
        action: 'edit',
        resource: (request) => load(String(request.params.id)),
        ...(organization === undefined ? {} : { organization }),
        ...(page && { onDenied: (problem, _, response) => response.send(page(problem)) }),
      }),
      async (request, response) => {
        const { record } = response.locals
        handle(record, await authz.for(request).can('delete', 'document', record))
        response.json({ edited: record.id })
      },
    )
    const server = app.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    return {
      fetch: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init),
      close: () => new Promise((resolve) => server.close(() => resolve())),
    }
  },
}

adapterSuite(adapter)
