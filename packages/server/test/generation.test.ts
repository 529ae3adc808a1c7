import { setImmediate as turn } from 'node:timers/promises'
import { Client, credentials, type Metadata } from '@grpc/grpc-js'
import { type DecisionRecord, Engine } from '@lockstitch/engine'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { type RunningServer, startServer } from '../src/index.ts'
import { binaryReader } from '../src/wire/binary-reader.ts'
import { binaryWriter } from '../src/wire/binary-writer.ts'
import { CHECK_RESOURCES_REQUEST, CHECK_RESOURCES_RESPONSE } from '../src/wire/messages.ts'
import type { Message } from '../src/wire/schema.ts'
import { askingFor, policiesOf, versionOf } from './stores/versioned-policies.ts'

// Each answer and each record tells the generation of the policies that decided it, also while they change.

/** How often the policies change for each transport. */
const CHANGES = 20
const QUESTION = askingFor(2 * CHANGES + 2)
const records: DecisionRecord[] = []

let engine: Engine
let server: RunningServer
let client: Client
beforeAll(async () => {
  engine = Engine.fromFiles(filesOf(0), { onDecision: (record) => records.push(record) })
  const [httpListenAddr, grpcListenAddr] = ['127.0.0.1:0', '127.0.0.1:0']
  server = await startServer({ engine, httpListenAddr, grpcListenAddr })
  client = new Client(server.grpcAddress ?? '', credentials.createInsecure())
})
afterAll(async () => {
  client.close()
  await server.close()
})

function filesOf(version: number) {
  const files = Object.entries(policiesOf(version))
  return files.map(([path, file]) => ({ path, text: JSON.stringify(file) }))
}

interface Told {
  readonly version: number
  readonly generation: number
}

async function overHttp(): Promise<Told> {
  const url = `http://${server.httpAddress}/api/check/resources`
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(QUESTION) })
  const generation = Number(response.headers.get('lockstitch-generation'))
  return { version: versionOf(await response.json()), generation }
}

function overGrpc(): Promise<Told> {
  return new Promise((resolve, reject) => {
    let generation = Number.NaN
    client
      .makeUnaryRequest<Message, Message>(
        '/cerbos.svc.v1.CerbosService/CheckResources',
        binaryWriter(CHECK_RESOURCES_REQUEST),
        binaryReader(CHECK_RESOURCES_RESPONSE),
        QUESTION as Message,
        (error, answer) => {
          if (error) reject(error)
          else resolve({ version: versionOf(answer), generation })
        },
      )
      .on('metadata', (metadata: Metadata) => {
        generation = Number(metadata.get('lockstitch-generation')[0])
      })
  })
}

test.each([
  ['HTTP', overHttp],
  ['gRPC', overGrpc],
])('over %s', async (_, ask) => {
  let isChanging = true
  const told: Told[] = []
  const asking = Array.from({ length: 4 }, async () => {
    while (isChanging) told.push(await ask())
  })
  while (engine.generation % CHANGES !== 0) {
    // The version of the policies is one less than the generation, as the first of them is 0.
    expect(engine.update(filesOf(engine.generation)).ok).toBe(true)
    await turn()
  }
  isChanging = false
  await Promise.all(asking)
  for (const { version, generation } of [...told, await ask()]) expect(generation).toBe(version + 1)
  expect(engine.update(filesOf(engine.generation)).ok).toBe(true)
  expect(await ask()).toEqual({ version: engine.generation - 1, generation: engine.generation })
})

test('in records', () => {
  expect(records.length).toBeGreaterThan(4)
  for (const { generation, checkResources } of records) {
    const results = checkResources.outputs.map(({ actions }) => ({
      actions: Object.fromEntries(
        Object.entries(actions).map(([action, { effect }]) => [action, effect]),
      ),
    }))
    expect(versionOf({ results })).toBe(generation - 1)
  }
})

test('in the health, with what was wrong with the last edit, and in the metrics', async () => {
  const { generation } = engine
  const read = async (path: string) => (await fetch(`http://${server.httpAddress}${path}`)).text()
  expect(engine.update([{ path: 'a.yaml', text: 'x: [' }]).ok).toBe(false)
  expect(JSON.parse(await read('/_cerbos/health'))).toMatchObject({
    status: 'SERVING',
    lockstitch: { generation, reloadError: expect.stringContaining('a.yaml') },
  })
  const metrics = await read('/_cerbos/metrics')
  expect(metrics).toContain(`\nlockstitch_policy_generation ${generation}\n`)
  expect(metrics).toContain('\nlockstitch_policy_last_reload_success 0\n')
})
