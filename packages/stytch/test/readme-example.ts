import { guard } from '@lockstitch/guard/express'
import { createAuthorizer } from '@lockstitch/stytch'
import express from 'express'
import { B2BClient } from 'stytch'

const stytch = new B2BClient({
  project_id: process.env.STYTCH_PROJECT_ID ?? '',
  secret: process.env.STYTCH_SECRET ?? '',
  env: process.env.STYTCH_ENV ?? 'https://test.stytch.com/',
})
const authz = await createAuthorizer({
  policies: './policies',
  stytch,
  attributes: ['email', 'trusted_metadata'],
})

const documents = new Map([
  [
    'q3',
    {
      id: 'q3',
      organization_id: 'organization-test-ac3e0000-0000-4000-8000-000000000001',
      owner_id: 'nobody',
    },
  ],
])

const app = express()
app.get(
  '/documents/:id',
  guard(authz, {
    kind: 'document',
    action: 'view',
    resource: (request) => documents.get(String(request.params.id)),
  }),
  async (request, response) => {
    const { record } = response.locals // the document that was loaded and decided about
    const may = await authz.for(request).actions(['edit', 'delete'], 'document', record)
    response.json({ ...record, may })
  },
)
app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1')
