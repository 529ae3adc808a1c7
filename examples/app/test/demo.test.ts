import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { fileURLToPath } from 'node:url'

import { afterEach, expect, test } from 'vitest'

import { readDemoOptions } from '../src/demo-options.ts'

const demo = fileURLToPath(new URL('../src/demo.ts', import.meta.url))
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

interface Run {
  readonly child: ChildProcess
  readonly output: () => string
  readonly exit: Promise<number | null>
}

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Run {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--conditions=@lockstitch/source', demo, ...args],
    { env: { PATH: process.env.PATH ?? '', ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  children.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  return {
    child,
    output: () => output,
    exit: new Promise((resolve) => child.once('exit', (code) => resolve(code))),
  }
}

async function untilPrinted({ output, child }: Run, text: string): Promise<void> {
  while (!output().includes(text)) {
    if (child.exitCode !== null) throw new Error(output())
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  'prints where things are, and stops on %s',
  async (signal) => {
    const run = start(['--port', '0', '--emulator-port', '0', '--home-port', '0'])
    await untilPrinted(run, 'Ctrl-C stops everything.')
    const text = run.output()
    expect(text).toMatch(/^Lockstitch demo +ready in \d+\.\d s\n/)
    for (const name of ['Example app', 'Stytch emulator', 'Inbox']) {
      const [, url = ''] = new RegExp(`${name} +(http://127\\.0\\.0\\.1:\\d+\\S*)`).exec(text) ?? []
      expect((await fetch(url, { headers: { accept: 'text/html' } })).status).toBe(200)
    }
    expect(text).toContain('maya@acme.test')
    const [, role, rule, file = ''] = /change `(\w+)` .* rule `(\w+)` of (\S+),/.exec(text) ?? []
    expect(readFileSync(file, 'utf8')).toMatch(
      new RegExp(`name: ${rule}\\n.*\\n.*\\n *derivedRoles: \\[${role}\\]`),
    )
    run.child.kill(signal)
    expect(await run.exit).toBe(0)
  },
  30_000,
)

test.each([
  ['--port', '--emulator-port'],
  ['--emulator-port', '--port'],
])(
  'a busy port is named, with the option to choose another: %s',
  async (option, other) => {
    const { server, port } = await occupyPort()
    const run = start([option, String(port), other, '0'])
    expect(await run.exit).toBe(1)
    expect(run.output()).toContain(`Port ${port} is in use.`)
    expect(run.output()).toContain(`${option} ${port + 1}`)
    expect(run.output()).not.toContain(' at ')
    server.close()
  },
  30_000,
)

test('policies that are not there are named', async () => {
  const run = start([
    '--port',
    '0',
    '--emulator-port',
    '0',
    '--home-port',
    '0',
    '--policies',
    '/nowhere/at/all',
  ])
  expect(await run.exit).toBe(1)
  expect(run.output()).toContain('/nowhere/at/all')
  expect(run.output()).not.toMatch(/^ {4}at /m)
}, 30_000)

test.each([
  [['--port', 'x'], {}, '--port: expected a port between 0 and 65535, got `x`'],
  [['--emulator-port', '-1'], {}, '--emulator-port'],
  [[], { PORT: '70000' }, 'got `70000`'],
  [['--colour'], {}, "Unknown option '--colour'"],
  [['more'], {}, 'more'],
  [[], { STYTCH_PROJECT_ID: 'project-test-x' }, 'STYTCH_SECRET'],
])('options that cannot be used are explained: %j %j', (args, env, message) => {
  expect(() => readDemoOptions(args, env)).toThrow(message)
})

test('arguments go before the environment, and both before the defaults', () => {
  expect(readDemoOptions([], {})).toMatchObject({
    port: 4000,
    emulatorPort: 4010,
    production: false,
  })
  expect(readDemoOptions([], { PORT: '1', EMULATOR_PORT: '2' })).toMatchObject({
    port: 1,
    emulatorPort: 2,
  })
  expect(readDemoOptions(['--port', '3'], { PORT: '1' })).toMatchObject({ port: 3 })
  expect(readDemoOptions(['--help'], {})).toBeUndefined()
})

test.each([
  [{}, false],
  [{ NODE_ENV: 'production' }, true],
  [{ STYTCH_PROJECT_ID: 'project-test-x', STYTCH_SECRET: 's' }, false],
  [{ STYTCH_PROJECT_ID: 'project-live-x', STYTCH_SECRET: 's' }, true],
])('what only developers may see is never shown over a live project: %j', (env, production) => {
  expect(readDemoOptions([], env)?.production).toBe(production)
})

function occupyPort(): Promise<{ server: Server; port: number }> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve({ server, port: typeof address === 'object' && address !== null ? address.port : 0 })
    })
  })
}
