import { type ChildProcess, fork } from 'node:child_process'
import { createPublicKey, type JsonWebKey, verify } from 'node:crypto'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { fileURLToPath } from 'node:url'

import { buildPackages } from './build-packages.ts'

const STARTS = 7
const START_BELOW = 50
const ROUNDS = 5
const CALLS = 6_000
const AT_ONCE = 16
const AT_LEAST = 2_000

const SERVE = fileURLToPath(new URL('emulator/serve.mjs', import.meta.url))

/** What a started emulator says of itself. */
interface Started {
  readonly milliseconds: number
  readonly url: string
  readonly project: { readonly projectId: string; readonly secret: string }
  readonly sessions: readonly string[]
}

/**
 * How long an emulator takes to start in a process that has imported it, and how many sessions one
 * process authenticates in a second, over HTTP, each with claims of its own, so that no JWT is one that
 * was signed before. The client is this process, on another core.
 */
export async function benchEmulator(): Promise<boolean> {
  buildPackages('packages/stytch-emulator')
  const starts: number[] = []
  for (let round = 0; round < STARTS; round++) {
    const { child, started } = await serve()
    starts.push(started.milliseconds)
    child.disconnect()
  }
  const start = median(starts)
  print(`start after import: ${start.toFixed(1)} ms (median of ${STARTS}; below ${START_BELOW} ms)`)

  const { child, started } = await serve()
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  await authenticateMany(started, agent, 0, CALLS / 3)
  const rates: number[] = []
  const jwts = new Set<string>()
  for (let round = 1; round <= ROUNDS; round++) {
    const before = performance.now()
    const answered = await authenticateMany(started, agent, round * CALLS, CALLS)
    rates.push((CALLS / (performance.now() - before)) * 1000)
    for (const jwt of answered) jwts.add(jwt)
  }
  await assertGenuine(started, [...jwts])
  agent.destroy()
  child.disconnect()
  const rate = Math.round(median(rates))
  const all = rates.map((one) => Math.round(one)).join(', ')
  print(`session authentications: ${rate} a second (median of ${all}; at least ${AT_LEAST})`)
  return start < START_BELOW && rate >= AT_LEAST
}

async function serve(): Promise<{ readonly child: ChildProcess; readonly started: Started }> {
  // The sources that this process runs are not what is measured.
  const child = fork(SERVE, [], { execArgv: [] })
  const [started] = (await once(child, 'message')) as [Started]
  return { child, started }
}

/** Authenticates sessions in turn, some at once; the JWTs that came back. */
async function authenticateMany(
  started: Started,
  agent: Agent,
  first: number,
  count: number,
): Promise<readonly string[]> {
  const jwts: string[] = []
  let next = first
  const worker = async (): Promise<void> => {
    while (next < first + count) {
      const number = next++
      jwts.push(await authenticate(started, agent, number))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return jwts
}

function authenticate(
  { url, project, sessions }: Started,
  agent: Agent,
  number: number,
): Promise<string> {
  const session_token = sessions[number % sessions.length]
  const body = JSON.stringify({ session_token, session_custom_claims: { number } })
  const credentials = Buffer.from(`${project.projectId}:${project.secret}`).toString('base64')
  const headers = {
    authorization: `Basic ${credentials}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  }
  return new Promise((resolve, reject) => {
    const path = `${url}/v1/b2b/sessions/authenticate`
    const call = request(path, { method: 'POST', agent, headers }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('error', reject)
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString()
        const jwt = /"session_jwt":"([^"]+)"/.exec(text)?.[1]
        if (answer.statusCode === 200 && jwt !== undefined) resolve(jwt)
        else reject(new Error(`not authenticated: ${text}`))
      })
    })
    call.on('error', reject)
    call.end(body)
  })
}

/** No two JWTs are the same, and those that are looked at were signed for the project. */
async function assertGenuine({ url, project }: Started, jwts: readonly string[]): Promise<void> {
  if (jwts.length !== ROUNDS * CALLS) throw new Error('a JWT came back twice')
  const answer = await fetch(`${url}/v1/b2b/sessions/jwks/${project.projectId}`)
  const { keys } = (await answer.json()) as { readonly keys: readonly [JsonWebKey] }
  const key = createPublicKey({ key: keys[0], format: 'jwk' })
  const every = Math.floor(jwts.length / 50)
  for (let at = 0; at < jwts.length; at += every) {
    const [header, claims, signature = ''] = (jwts[at] ?? '').split('.')
    const content = Buffer.from(`${header}.${claims}`)
    if (!verify('sha256', content, key, Buffer.from(signature, 'base64url')))
      throw new Error('a JWT was not signed by the project')
  }
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, two) => one - two)[Math.floor(numbers.length / 2)] ?? 0
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
