import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const main = new URL('../src/main.ts', import.meta.url).pathname
const patience = { timeout: 60_000 }

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lockstitch-cli-'))
})
afterAll(() => rm(directory, { recursive: true }))

interface Running {
  readonly child: ChildProcess
  /** Resolves with the standard output once it holds this text. */
  printed(text: string): Promise<string>
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>
}

/** Starts the real executable. */
function start(...args: string[]): Running {
  const flags = ['--import', 'tsx', '--conditions=@lockstitch/source']
  const child = spawn(process.execPath, [...flags, main, ...args])
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return {
    child,
    async printed(text) {
      while (!stdout.includes(text)) {
        if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${stderr}`)
        await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
      }
      return stdout
    },
    ended: once(child, 'close').then(([code]) => ({ code, stdout, stderr })),
  }
}

async function run(...args: string[]) {
  return await start(...args).ended
}

async function seedFile(name: string, content: string): Promise<string> {
  const file = join(directory, name)
  await writeFile(file, content)
  return file
}

const acme = 'organization-test-ac3e0000-0000-4000-8000-000000000001'

type Call = (method: string, path: string, body: object) => Promise<unknown>

/** Calls the B2B API; a request that gets no answer, or a bad one, is an exception. */
function caller(url: string, { project_id, secret }: Record<string, string>): Call {
  const authorization = `Basic ${Buffer.from(`${project_id}:${secret}`).toString('base64')}`
  return async (method, path, body) => {
    const request = { method, headers: { authorization }, body: JSON.stringify(body) }
    const answer = await fetch(`${url}/v1/b2b${path}`, request)
    if (!answer.ok) throw new Error(await answer.text())
    return await answer.json()
  }
}

async function addresses(call: Call): Promise<readonly string[]> {
  const search = { organization_ids: [acme], limit: 1000 }
  const { members } = (await call('POST', '/organizations/members/search', search)) as {
    members: readonly { email_address: string }[]
  }
  return members.map(({ email_address }) => email_address)
}

describe('lockstitch stytch', patience, () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('serves until %s and ends with 0', async (signal) => {
    const running = start('stytch', '--port', '0', '--json')
    const shown = JSON.parse(await running.printed('\n'))
    expect(shown).toMatchObject({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      inbox: `${shown.url}/inbox`,
      env: `${shown.url}/`,
      projects: [{ project_id: expect.stringMatching(/^project-test-/) }],
    })
    const [{ project_id, secret }] = shown.projects
    const authorization = `Basic ${Buffer.from(`${project_id}:${secret}`).toString('base64')}`
    const url = `${shown.url}/v1/b2b/organizations/acme`
    const answer = await fetch(url, { headers: { authorization } })
    expect(answer.status).toBe(200)
    running.child.kill(signal)
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' })
  })

  test('prints what the SDK needs, with a seed of one’s own', async () => {
    const project = {
      project_id: 'project-test-mine',
      secret: 'secret-test-mine',
      organizations: [{ organization_name: 'Mine', members: [{ email_address: 'me@mine.test' }] }],
    }
    const seed = await seedFile('mine.json', JSON.stringify({ projects: [project] }))
    const running = start('stytch', '--port', '0', '--seed', seed)
    const text = await running.printed('Ctrl-C')
    expect(text).toMatch(/Inbox +http:\/\/127\.0\.0\.1:\d+\/inbox/)
    expect(text).toContain('project-test-mine')
    expect(text).toContain('secret-test-mine')
    running.child.kill('SIGTERM')
    expect((await running.ended).code).toBe(0)
  })

  test('with --persist, what was answered is there after kill -9', async () => {
    const persist = join(directory, 'state.db')
    const known = new Set<string>()
    for (const round of [1, 2, 3]) {
      const running = start('stytch', '--port', '0', '--json', '--persist', persist)
      const { url, projects } = JSON.parse(await running.printed('\n'))
      const call = caller(url, projects[0])
      expect(await addresses(call)).toEqual(expect.arrayContaining([...known]))
      // Four that write as fast as they are answered, killed in the midst of it.
      const write = async (writer: number): Promise<void> => {
        for (let count = 0; ; count++) {
          const email_address = `r${round}-${writer}-${count}@acme.test`
          await call('POST', `/organizations/${acme}/members`, { email_address })
          known.add(email_address)
          if (known.size === round * 60) running.child.kill('SIGKILL')
        }
      }
      const writers = await Promise.allSettled([1, 2, 3, 4].map(write))
      expect(writers.map(({ status }) => status)).toEqual(Array(4).fill('rejected'))
      expect((await running.ended).code).toBe(null)
      expect(known.size).toBeGreaterThanOrEqual(round * 60)
    }
    const running = start('stytch', '--port', '0', '--persist', persist)
    const text = await running.printed('Ctrl-C')
    expect(text).toContain(persist)
    running.child.kill('SIGTERM')
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' })
  })

  test('says that another emulator keeps its state in the file, and ends with 1', async () => {
    const persist = join(directory, 'shared.db')
    const running = start('stytch', '--port', '0', '--persist', persist)
    await running.printed('Ctrl-C')
    const { code, stderr } = await run('stytch', '--port', '0', '--persist', persist)
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining(`process ${running.child.pid} keeps its state`),
    })
    running.child.kill('SIGTERM')
    expect((await running.ended).code).toBe(0)
  })

  test('says that a port is in use, and ends with 1', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    const { code, stdout, stderr } = await run('stytch', '--port', port)
    server.close()
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe(
      `lockstitch: port ${port} on 127.0.0.1 is in use; stop what listens there or choose another port\n`,
    )
  })

  test('says that a seed cannot be read, and ends with 1', async () => {
    const { code, stderr } = await run('stytch', '--seed', join(directory, 'missing.json'))
    expect(code).toBe(1)
    expect(stderr).toContain('missing.json')
  })

  // biome-ignore format: table
  test.each([
    ['is no YAML', '{', ['is-no-YAML.json:1:2: seed: ']],
    ['has an unknown field and a wrong type', '{"projects":[{"organisations":[],\n"name":1}]}', [':1:15: seed.projects[0]: unknown field `organisations`; did you mean `organizations`?', ':2:8: seed.projects[0].name: expected a string, got a number']],
    ['looks live', '{"projects":[{"project_id":"project-live-1"}]}', ['seed.projects[0].project_id: this looks live']],
    ['assigns a role that does not exist', '{"projects":[{"organizations":[{"organization_name":"A","members":[{"email_address":"a@a.test","roles":["king"]}]}]}]}', ['seed.projects[0].organizations[0].members[0]: The role king does not exist.']],
  ])('says that a seed %s, and ends with 2', async (rule, content, expected) => {
    const file = await seedFile(`${rule.replaceAll(' ', '-')}.json`, content)
    const { code, stdout, stderr } = await run('stytch', '--port', '0', '--seed', file)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(file)
    for (const text of expected) expect(stderr).toContain(text)
  })
})

describe('the command line', patience, () => {
  // biome-ignore format: table
  test.each([
    ['--version', ['--version'], 0, /^\d+\.\d+\.\d+\n$/, ''],
    ['--help', ['--help'], 0, /stytch.*a local Stytch[\s\S]*Exit codes/, ''],
    ['a command’s --help has examples', ['stytch', '--help'], 0, /--seed <file>[\s\S]*Examples:/, ''],
    ['an unknown command', ['stitch'], 2, /^$/, 'Did you mean stytch?'],
    ['an unknown option', ['stytch', '--prot', '1'], 2, /^$/, 'Did you mean --port?'],
    ['a port that is none', ['stytch', '--port', '99999'], 2, /^$/, 'Expected a whole number from 0 to 65535.'],
    ['no command at all', [], 2, /^$/, 'Usage: lockstitch'],
  ] as const)('%s', async (_rule, args, code, stdout, stderr) => {
    const ended = await run(...args)
    expect(ended.code).toBe(code)
    expect(ended.stdout).toMatch(stdout)
    expect(ended.stderr).toContain(stderr)
  })
})
