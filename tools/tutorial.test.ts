import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { createStytchIdentify } from '@lockstitch/stytch'
import { B2BClient } from 'stytch'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { repositoryRoot } from './architecture.ts'
import { documentedSteps, type Step } from './documented-steps.ts'
import { freePorts } from './free-ports.ts'
import { buildPublished, packAll, run } from './packed-packages.ts'
import { type PackedRegistry, startPackedRegistry } from './packed-registry.ts'

const python = spawnSync('python3', ['--version'], { encoding: 'utf8' })
const withoutPython = python.status === 0 ? '' : ' (skipped: there is no python3 on this machine)'

/** Where npm installs from. Pages begin with an installation, which needs the network. */
const upstream = run(repositoryRoot, 'npm', ['config', 'get', 'registry']).trim()
const isReached = await fetch(new URL('express', upstream), { method: 'HEAD' }).then(
  ({ ok }) => ok,
  () => false,
)
// A pipeline has a network: it must not leave this out by accident.
const isSkipped = !isReached && process.env.CI === undefined
const offline = isSkipped ? " (skipped: npm's registry cannot be reached)" : ''

/** The ports on the pages; here it is free ones. */
const ports = ['4010', '3000', '3592', '3593', '8000']
let replacements: readonly (readonly [string, string])[] = []
let work = ''
let folder = ''
let registry: PackedRegistry | undefined
const stayed: ChildProcess[] = []

beforeAll(async () => {
  if (isSkipped) return
  work = mkdtempSync(join(tmpdir(), 'lockstitch-tutorial-'))
  folder = join(work, 'documents')
  mkdirSync(folder)
  const free = await freePorts(ports.length)
  replacements = ports.map((port, index) => [port, String(free[index])])
  buildPublished()
  registry = await startPackedRegistry(packAll(work), upstream)
}, 600_000)
afterAll(() => {
  for (const { pid, exitCode } of stayed)
    if (pid !== undefined && exitCode === null) process.kill(-pid)
  registry?.close()
  if (work !== '') rmSync(work, { recursive: true, force: true })
})

test.skipIf(isSkipped)(
  `the tutorial does what it says, from an empty folder${offline}`,
  async () => {
    await follow('tutorial.md')
  },
  600_000,
)

test.skipIf(isSkipped || withoutPython !== '')(
  `the page about Python does what it says${offline || withoutPython}`,
  async () => {
    await follow('python.md')
  },
  120_000,
)

test.skipIf(isSkipped || withoutPython !== '')(
  `the principal from Python is the one from TypeScript${offline || withoutPython}`,
  async () => {
    const cookies = readFileSync(join(folder, 'cookies.txt'), 'utf8')
    const token = /\tstytch_session\t(\S+)/.exec(cookies)?.[1] ?? ''
    const env = Object.fromEntries(
      readFileSync(join(folder, '.env'), 'utf8')
        .split('\n')
        .map((line) => line.split(/=(.*)/s).slice(0, 2)),
    )
    const printed = spawnSync(
      'python3',
      [
        '-c',
        'import json, service, sys; print(json.dumps(service.principal_of(sys.argv[1])))',
        token,
      ],
      { cwd: folder, encoding: 'utf8', env: { ...process.env, ...env } },
    )
    expect(printed.stderr).toBe('')
    const stytch = new B2BClient({
      project_id: env.STYTCH_PROJECT_ID,
      secret: env.STYTCH_SECRET,
      env: env.STYTCH_ENV,
    })
    const { principal } = await createStytchIdentify({ stytch }).identify({
      method: 'GET',
      url: '/',
      headers: new Headers({ cookie: `stytch_session=${token}` }),
    })
    expect(comparable(JSON.parse(printed.stdout))).toEqual(comparable(principal))
    expect(principal.roles).toContain('stytch_member')
  },
)

/** Two questions a moment apart have times of their own. */
function comparable({ attr, ...principal }: { readonly attr?: unknown }): object {
  const { token, session, ...others } = attr as Record<string, object>
  const times = { iat: expect.any(Number), age_seconds: expect.any(Number) }
  const accessed = { last_accessed_at: expect.any(String) }
  return {
    ...principal,
    attr: { ...others, token: { ...token, ...times }, session: { ...session, ...accessed } },
  }
}

async function follow(page: string): Promise<void> {
  const markdown = readFileSync(join(repositoryRoot, 'docs', page), 'utf8')
  for (const step of documentedSteps(withFreePorts(markdown))) await take(step)
}

function withFreePorts(text: string): string {
  // Not those digits of an id.
  return replacements.reduce(
    (changed, [port, free]) => changed.replaceAll(new RegExp(`(?<![-\\w])${port}\\b`, 'g'), free),
    text,
  )
}

async function take(step: Step): Promise<void> {
  if (step.kind === 'file') {
    const path = join(folder, step.path)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, step.text)
    return
  }
  if (step.how === 'stays') return start(step.text)
  const { prints } = step
  if (step.how === 'soon')
    return expect.poll(() => shell(step.text), { timeout: 60_000, interval: 500 }).toBe(prints)
  const printed = await shell(step.text)
  if (prints !== undefined) expect(printed).toBe(prints)
}

/** Not synchronously: the registry that npm asks is in this process. */
async function shell(commands: string): Promise<string> {
  const child = spawn('bash', ['-euc', commands], {
    cwd: folder,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, [status]] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    once(child, 'close'),
  ])
  if (status !== 0) throw new Error(`${commands}\n${stdout}${stderr}`)
  return stdout
}

/** Until it prints something, which all of them do when they are ready. */
async function start(commands: string): Promise<void> {
  const child = spawn('bash', ['-euc', commands], {
    cwd: folder,
    detached: true,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  stayed.push(child)
  let printed = ''
  let isReady = false
  child.stdout.on('data', (part) => {
    printed += part
    isReady = true
  })
  child.stderr.on('data', (part) => {
    printed += part
  })
  while (!isReady) {
    if (child.exitCode !== null) throw new Error(`${commands}\n${printed}`)
    await pause(50)
  }
}

function environment(): NodeJS.ProcessEnv {
  // Not the settings of whatever runs this test, which would otherwise reach npm and vitest.
  const outside = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_|VITEST|NODE_|STYTCH_|(CI|PORT|BASE_URL|TEST|MODE|DEV|PROD|SSR)$)/i.test(name),
  )
  return {
    ...Object.fromEntries(outside),
    npm_config_registry: registry?.url,
    npm_config_prefer_offline: 'true',
  }
}
