import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { runCommand } from './command-line.ts'
import { ANY_PORT, start, stopAll } from './server-process.ts'

const DOCUMENTS = new URL('fixtures/documents', import.meta.url).pathname

let home = ''
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'lockstitch-server-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))
afterEach(stopAll)

/** Whether Maya may view a document. */
async function mayView(url: string): Promise<unknown> {
  const response = await fetch(`${url}/api/check/resources`, {
    method: 'POST',
    body: JSON.stringify({
      principal: { id: 'maya', roles: ['editor'] },
      resources: [{ actions: ['view'], resource: { kind: 'document', id: 'q3' } }],
    }),
  })
  const { results } = (await response.json()) as { results: { actions: { view: string } }[] }
  return results[0]?.actions.view
}

test('the server serves, says how it is, and stops when it is told to', async () => {
  const server = await start('--policies', DOCUMENTS, ANY_PORT)
  const health = await fetch(`${server.url}/_cerbos/health`)
  expect(await health.json()).toMatchObject({ status: 'SERVING', lockstitch: { generation: 1 } })
  for (const [kind, address] of [
    ['grpc', server.grpc],
    ['http', new URL(server.url).host],
    ['grpc', new URL(server.url).host],
  ]) {
    const args = ['healthcheck', `--kind=${kind}`, `--host-port=${address}`, '--no-tls']
    expect(await runCommand(args)).toEqual({ code: 0, stdout: 'SERVING\n', stderr: '' })
  }
  expect(await server.stop('SIGTERM')).toBe(0)
  const gone = await runCommand([
    'healthcheck',
    `--host-port=${server.grpc}`,
    '--no-tls',
    '--timeout=1s',
  ])
  expect(gone.code).toBe(1)
})

test('an edit takes effect as a whole; one that is wrong changes nothing and is told', async () => {
  const policies = join(home, 'policies')
  await cp(DOCUMENTS, policies, { recursive: true })
  const config = join(home, 'lockstitch.yaml')
  await writeFile(config, `storage: { driver: disk, disk: { directory: ${policies} } }\n`)
  const server = await start('--config', config, ANY_PORT)
  const before = await mayView(server.url)
  expect(before).toBe('EFFECT_ALLOW')

  await writeFile(join(policies, 'extra.yaml'), 'apiVersion: api.cerbos.dev/v1\nresourcePolicy: {')
  await server.line('the policies cannot be used; those before stay in force')
  const health = await fetch(`${server.url}/_cerbos/health`)
  expect(health.status).toBe(200)
  expect(await health.json()).toMatchObject({
    status: 'SERVING',
    lockstitch: { generation: 1, reloadError: expect.stringContaining('extra.yaml') },
  })
  const metrics = await (await fetch(`${server.url}/_cerbos/metrics`)).text()
  expect(metrics).toContain('lockstitch_policy_last_reload_success 0')
  expect(await mayView(server.url)).toBe('EFFECT_ALLOW')

  const denial = `
apiVersion: api.cerbos.dev/v1
principalPolicy:
  principal: maya
  version: default
  rules:
    - resource: document
      actions: [{ action: view, effect: EFFECT_DENY }]
`
  await writeFile(join(policies, 'extra.yaml'), denial)
  await server.line('the policies were read again')
  expect(await mayView(server.url)).toBe('EFFECT_DENY')
})

test('a request that was under way is answered when the server stops', async () => {
  const server = await start('--policies', DOCUMENTS, ANY_PORT)
  const slow = fetch(`${server.url}/api/check/resources`, {
    method: 'POST',
    duplex: 'half',
    body: new ReadableStream({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode('{"principal":'))
        await server.line('stopping')
        await pause(50)
        controller.enqueue(new TextEncoder().encode('{}}'))
        controller.close()
      },
    }),
  } as RequestInit)
  await pause(200)
  const stopped = server.stop('SIGTERM')
  expect((await slow).status).toBe(400)
  expect(await stopped).toBe(0)
})

test('a command runs with the server beside it, and its exit code is passed on', async () => {
  const script =
    'fetch("http://" + process.env.CERBOS_HTTP + "/_cerbos/health").then((r) => process.exit(r.ok && process.env.CERBOS_GRPC ? 7 : 1))'
  const args = ['run', '--log-level=error', `--policies=${DOCUMENTS}`, ANY_PORT]
  const ended = await runCommand([...args, '--', process.execPath, '-e', script])
  expect(ended.code).toBe(7)
  const failed = await runCommand([...args, '--', '/nowhere/at/all'])
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot run') })
})

test.each<[string, readonly string[], number, RegExp]>([
  ['policies that are not there', ['--policies=/nowhere/at/all'], 1, /does not start: .*nowhere/s],
  [
    'policies that do not compile',
    [`--policies=${new URL('fixtures/broken', import.meta.url).pathname}`],
    3,
    /does not start: .*document\.yaml/s,
  ],
  [
    'a configuration that is not there',
    ['--config=/nowhere.yaml'],
    1,
    /cannot read the configuration/,
  ],
  [
    'a setting that there is not',
    ['--set=server.htpListenAddr=:1'],
    2,
    /did you mean `httpListenAddr`/,
  ],
  ['a setting without a value', ['--set=server'], 2, /expected NAME=VALUE/],
  [
    'an address that is none',
    [`--policies=${DOCUMENTS}`, '--set=server.httpListenAddr=nope'],
    1,
    /host:port/,
  ],
  ['a log level that there is not', ['--log-level=loud'], 2, /Allowed choices/],
  ["a setting of Cerbos's cloud", ['--hub.deployment-id=x'], 2, /of Cerbos alone/],
])('it does not start with %s', async (_, args, code, message) => {
  const ended = await runCommand(['server', ...args])
  expect(ended.code).toBe(code)
  expect(ended.stderr).toMatch(message)
})

test('a server that cannot listen ends, rather than to go on without', async () => {
  const server = await start('--policies', DOCUMENTS, ANY_PORT)
  const taken = `--set=server.httpListenAddr=${new URL(server.url).host},server.grpcListenAddr=127.0.0.1:0`
  await expect(start('--policies', DOCUMENTS, taken)).rejects.toThrow(
    /does not start: .*EADDRINUSE/,
  )
})
