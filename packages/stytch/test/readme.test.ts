import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { freePorts } from '../../../tools/free-ports.ts'
import { maya, type Stytch, startStytch } from './fixtures.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const example = join(here, 'readme-example.ts')

let stytch: Stytch
let app: ChildProcess
let url: string
beforeAll(async () => {
  stytch = await startStytch()
  stytch.emulator.clock.advance(Date.now() - stytch.now())
  const [port] = await freePorts(1)
  url = `http://127.0.0.1:${port}`
  const tsx = join(
    dirname(createRequire(import.meta.url).resolve('tsx/package.json')),
    'dist/loader.mjs',
  )
  app = spawn(
    process.execPath,
    ['--conditions=@lockstitch/source', '--import', pathToFileURL(tsx).href, example],
    {
      cwd: here,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        PORT: String(port),
        STYTCH_PROJECT_ID: stytch.projectId,
        STYTCH_SECRET: stytch.emulator.project.secret,
        STYTCH_ENV: `${stytch.emulator.url}/`,
        NODE_NO_WARNINGS: '1',
      },
    },
  )
  await listening(url)
}, 30_000)
afterAll(async () => {
  app.kill()
  await stytch.emulator.close()
})

test('the README shows the example that is tested here', () => {
  const readme = readFileSync(join(here, '..', 'README.md'), 'utf8')
  expect(readme).toContain(`\`\`\`ts\n${readFileSync(example, 'utf8')}\`\`\``)
})

test('the example answers as the README says', async () => {
  const { session_jwt, session_token } = stytch.emulator.startSession(maya)
  const get = (path: string, headers: Record<string, string>): Promise<Response> =>
    fetch(`${url}${path}`, { headers })

  const allowed = await get('/documents/q3', { cookie: `stytch_session_jwt=${session_jwt}` })
  expect(allowed.status).toBe(200)
  expect(await allowed.json()).toMatchObject({ id: 'q3', may: { edit: false, delete: false } })

  const byToken = await get('/documents/q3', { authorization: `Bearer ${session_token}` })
  expect(byToken.status).toBe(200)

  const missing = await get('/documents/none', { cookie: `stytch_session_jwt=${session_jwt}` })
  expect(missing.status).toBe(403)
  expect(await missing.json()).toMatchObject({ action: 'view', resource: 'document/none' })

  const anonymous = await get('/documents/q3', {})
  expect(anonymous.status).toBe(401)
  expect(await anonymous.json()).toMatchObject({ code: 'no-session' })
})

async function listening(address: string): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (app.exitCode !== null) throw new Error(`the example ended with code ${app.exitCode}`)
    if ((await fetch(address).catch(() => undefined)) !== undefined) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('the example did not start')
}
