import { GRPC } from '@cerbos/grpc'
import type { DecisionRecord } from '@lockstitch/engine'
import { Engine } from '@lockstitch/engine/node'
import { expect, test } from 'vitest'

import { startServer } from '../src/index.ts'
import { POLICIES } from './policies.ts'

const REQUEST = {
  principal: { id: 'ann', roles: ['user'] },
  resources: [{ actions: ['view'], resource: { kind: 'doc', id: '1' } }],
}

test('a decision record says who called, and has the id of the answer', async () => {
  const records: DecisionRecord[] = []
  const files = Object.entries(POLICIES).map(([path, text]) => ({ path, text }))
  const engine = Engine.fromFiles(files, { onDecision: (record) => records.push(record) })
  const server = await startServer({
    engine,
    httpListenAddr: '127.0.0.1:0',
    grpcListenAddr: '127.0.0.1:0',
  })
  const response = await fetch(`http://${server.httpAddress}/api/check/resources`, {
    method: 'POST',
    headers: { 'user-agent': 'tester', 'x-forwarded-for': '192.0.2.1' },
    body: JSON.stringify({ ...REQUEST, requestContext: { annotations: { page: 'list' } } }),
  })
  const { cerbosCallId } = (await response.json()) as { cerbosCallId: string }
  const grpc = new GRPC(server.grpcAddress ?? '', { tls: false })
  const overGrpc = await grpc.checkResources(REQUEST)
  grpc.close()
  await server.close()
  expect(records).toMatchObject([
    {
      callId: cerbosCallId,
      peer: {
        address: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
        userAgent: 'tester',
        forwardedFor: '192.0.2.1, 127.0.0.1',
      },
      requestContext: { annotations: { page: 'list' } },
    },
    {
      callId: overGrpc.cerbosCallId,
      peer: {
        address: expect.stringContaining('127.0.0.1'),
        userAgent: expect.stringContaining('grpc'),
      },
    },
  ])
})
