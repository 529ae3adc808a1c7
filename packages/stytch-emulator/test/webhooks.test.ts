import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import type { Emulator } from '../src/emulator.ts'
import { acmeId, adaId, mayaId, projectId, sdk, seed, startEmulator } from './support.ts'

const secret = `whsec_${Buffer.from('a key of the webhook tests').toString('base64')}`
const received: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = []
let listener: Server
let emulator: Emulator

beforeAll(async () => {
  listener = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += String(part)
    received.push({ headers: request.headers, body })
    response.end()
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/webhooks`
  const nowhere = { url: 'http://127.0.0.1:1/', secret }
  const [project] = seed.projects
  emulator = await startEmulator({
    seed: { projects: [{ ...project, webhooks: [nowhere, { url, secret }] }] },
  })
})
beforeEach(() => {
  emulator.reset()
  received.length = 0
})
afterAll(async () => {
  await emulator.close()
  listener.close()
})

async function events() {
  await emulator.webhooksSent()
  return received.map(({ body }) => JSON.parse(body))
}

test('what is created, changed and deleted is told once, in order, and what the seed has is not', async () => {
  const { members } = sdk(emulator).organizations
  expect(await events()).toEqual([])
  const acme = { organization_id: acmeId }
  const { member_id } = await members.create({ ...acme, email_address: 'new@acme.test' })
  await emulator.webhooksSent()
  await members.update({ ...acme, member_id, name: 'New' })
  await emulator.webhooksSent()
  await members.delete({ ...acme, member_id })
  const told = await events()
  expect(told.map(({ action, object_type, id }) => [action, object_type, id])).toEqual([
    ['CREATE', 'member', member_id],
    ['UPDATE', 'member', member_id],
    ['DELETE', 'member', member_id],
  ])
  expect(told[1]).toMatchObject({
    project_id: projectId,
    source: 'DIRECT',
    member: { member_id, name: 'New' },
  })
})

test('a deleted organization takes its members with it', async () => {
  await sdk(emulator).organizations.delete({ organization_id: acmeId })
  const told = await events()
  const deleted = told.filter(({ action }) => action === 'DELETE').map(({ id }) => id)
  expect(deleted.sort()).toEqual([acmeId, adaId, mayaId].sort())
})

test('each is signed as Svix signs', async () => {
  const organization = { organization_id: acmeId, organization_name: 'Acme Ltd' }
  await sdk(emulator).organizations.update(organization)
  await emulator.webhooksSent()
  const [{ headers, body } = { headers: {}, body: '' }] = received
  const content = `${headers['svix-id']}.${headers['svix-timestamp']}.${body}`
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const expected = createHmac('sha256', key).update(content).digest('base64')
  expect(headers['svix-signature']).toBe(`v1,${expected}`)
})

test('a seed with an endpoint that cannot be used is refused', async () => {
  const [project] = seed.projects
  const webhooks = [{ url: 'ftp://x', secret: 'whsec_short' }]
  const start = startEmulator({ seed: { projects: [{ ...project, webhooks }] } })
  await expect(start).rejects.toThrow(/webhooks\[0\]\.url[\s\S]*webhooks\[0\]\.secret/)
})
