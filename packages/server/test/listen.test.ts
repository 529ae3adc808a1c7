import { execFileSync, spawnSync } from 'node:child_process'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { RunningServer } from '../src/index.ts'
import { checkHealth, parseAddress } from '../src/process.ts'
import { startOurs } from './beside-cerbos.ts'
import { POLICIES } from './policies.ts'

let home = ''
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'lockstitch-listen-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

/** A certificate for the loopback interface, which vouches for itself. */
async function certify(name: string): Promise<{ readonly cert: string; readonly key: string }> {
  const [cert, key] = [join(home, `${name}.crt`), join(home, `${name}.key`)]
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost']
  const files = ['-keyout', key, '-out', cert]
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
      ...subject,
      ...files,
    ],
    { stdio: 'ignore' },
  )
  return { cert, key }
}

function addressOf(text = ''): NonNullable<ReturnType<typeof parseAddress>> {
  const address = parseAddress(text)
  if (address === undefined) throw new Error(`no address: ${text}`)
  return address
}

async function healthOf(
  kind: 'grpc' | 'http',
  address: string | undefined,
  tls: { readonly ca: Buffer; readonly insecure: boolean } | undefined,
): Promise<string> {
  return checkHealth({ kind, address: addressOf(address), tls, timeoutMillis: 5_000 })
}

describe.skipIf(!hasOpenssl)(
  `with TLS${hasOpenssl ? '' : ' (skipped: there is no openssl)'}`,
  () => {
    test('both ports speak both protocols, and nobody is answered without', async () => {
      const tls = await certify('server')
      const server = await startOurs(POLICIES, { tls })
      const trust = { ca: await readFile(tls.cert), insecure: false }
      expect(await healthOf('grpc', server.grpcAddress, trust)).toBe('SERVING')
      expect(await healthOf('grpc', server.httpAddress, trust)).toBe('SERVING')
      expect(await healthOf('http', server.httpAddress, trust)).toBe('SERVING')
      await expect(healthOf('http', server.httpAddress, undefined)).rejects.toThrow()
      await expect(healthOf('grpc', server.grpcAddress, undefined)).rejects.toThrow()
      await server.close()
    })

    test('clients need a certificate where it is asked for', async () => {
      const [tls, client, stranger] = (await Promise.all(
        ['mutual', 'client', 'stranger'].map(certify),
      )) as [Files, Files, Files]
      const server = await startOurs(POLICIES, { tls: { ...tls, caCert: client.cert } })
      expect(await statusWith(server, tls, client)).toBe(200)
      await expect(statusWith(server, tls, stranger)).rejects.toThrow()
      await expect(statusWith(server, tls, undefined)).rejects.toThrow()
      await server.close()
    })

    test('a new certificate is in force without a restart', async () => {
      const [first, second] = (await Promise.all(['first', 'second'].map(certify))) as [
        Files,
        Files,
      ]
      const tls = { cert: join(home, 'current.crt'), key: join(home, 'current.key') }
      await copyFile(first.cert, tls.cert)
      await copyFile(first.key, tls.key)
      const server = await startOurs(POLICIES, { tls })
      expect(await nameOf(server)).toBe('first')
      await writeFile(tls.key, await readFile(second.key))
      await writeFile(tls.cert, await readFile(second.cert))
      await expect.poll(() => nameOf(server), { timeout: 20_000 }).toBe('second')
      await server.close()
    })
  },
)

interface Files {
  readonly cert: string
  readonly key: string
}

async function statusWith(
  server: RunningServer,
  { cert }: Files,
  client: Files | undefined,
): Promise<number> {
  const [host, port] = server.httpAddress.split(':')
  const own = client && { cert: await readFile(client.cert), key: await readFile(client.key) }
  const ca = await readFile(cert)
  return new Promise((resolve, reject) => {
    const asked = httpsRequest({ host, port, ca, ...own, path: '/_cerbos/health' }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    asked.on('error', reject)
    asked.end()
  })
}

/** Whose certificate the server shows. */
function nameOf(server: RunningServer): Promise<unknown> {
  const [host, port] = server.httpAddress.split(':')
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host, port: Number(port), rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().subject.CN)
      socket.destroy()
    })
    socket.on('error', reject)
  })
}

describe('on sockets of the file system', () => {
  test('HTTP and gRPC are there', async () => {
    const [http, grpc] = [`unix:${join(home, 'h.sock')}`, `unix:${join(home, 'g.sock')}`]
    const server = await startOurs(POLICIES, { httpListenAddr: http, grpcListenAddr: grpc })
    expect([server.httpAddress, server.grpcAddress]).toEqual([http, grpc])
    expect(await healthOf('http', http, undefined)).toBe('SERVING')
    expect(await healthOf('grpc', http, undefined)).toBe('SERVING')
    expect(await healthOf('grpc', grpc, undefined)).toBe('SERVING')
    await server.close()
  })

  test('one that a killed server has left behind is taken over, one in use is not', async () => {
    const path = join(home, 'left.sock')
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
    spawnSync(process.execPath, ['-e', script])
    const options = { httpListenAddr: `unix:${path}`, grpcListenAddr: null }
    const server = await startOurs(POLICIES, options)
    await expect(startOurs(POLICIES, options)).rejects.toThrow(/EADDRINUSE/)
    expect(await healthOf('http', options.httpListenAddr, undefined)).toBe('SERVING')
    await server.close()
  })
})

test('a port in use stops the start, and leaves no other port in use', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const { port } = taken.address() as { readonly port: number }
  const path = join(home, 'not-left.sock')
  const options = { httpListenAddr: `unix:${path}`, grpcListenAddr: `127.0.0.1:${port}` }
  await expect(startOurs(POLICIES, options)).rejects.toThrow(/EADDRINUSE/)
  await new Promise((resolve) => taken.close(resolve))
  const server = await startOurs(POLICIES, options)
  await server.close()
})

test('a body that is too large is refused, and the server goes on', async () => {
  const server = await startOurs(POLICIES, { maxRequestBytes: 1_000 })
  const [host, port] = server.httpAddress.split(':')
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const asked = httpRequest(
      { host, port, path: '/api/check/resources', method: 'POST' },
      (response) => {
        response.resume()
        resolve(response.statusCode)
      },
    )
    asked.on('error', reject)
    asked.end(' '.repeat(2_000_000))
  })
  expect(status).toBe(429)
  expect(await healthOf('http', server.httpAddress, undefined)).toBe('SERVING')
  await server.close()
})
