import type { AddressInfo } from 'node:net'
import { guard } from '@lockstitch/guard/express'
import express from 'express'
import { type Adapter, adapterSuite } from './adapter-suite.ts'

const adapter: Adapter = {
  name: 'Express',
  async serve({ path, authz, load, organization, page, handle }) {
    const app = express()
    // Express prints the errors of the tests otherwise.
    app.set('env', 'test')
    app.patch(
      path,
      guard(authz, {
        kind: 'document',
        action: 'edit',
        resource: (request) => load(String(Object.values(request.params).at(-1))),
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
      fetch: (url, init) => fetch(`http://127.0.0.1:${port}${url}`, init),
      close: () => new Promise((resolve) => server.close(() => resolve())),
    }
  },
}

adapterSuite(adapter)
