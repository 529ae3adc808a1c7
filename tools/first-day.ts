import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A file's path in the reader's project, and its text. */
export type ProjectFile = readonly [path: string, text: string]

const titledBlock = /^```\w+ title=(?<title>\S+)\n(?<text>[\s\S]*?)^```$/gm

/**
 * The files that the README has its reader write, and a driver that does with them what the reader
 * would: start the emulator and the application, sign in by magic link, be allowed and be denied.
 */
export function firstDayFiles(root: string): readonly ProjectFile[] {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const shown = [...readme.matchAll(titledBlock)].map(
    ({ groups }): ProjectFile => [groups?.title ?? '', groups?.text ?? ''],
  )
  if (shown.length < 2) throw new Error('README.md shows no files with a title')
  return [...shown, ['tsconfig.json', tsconfig], ['first-day.mjs', driver]]
}

const tsconfig = `${JSON.stringify(
  {
    compilerOptions: {
      strict: true,
      target: 'ES2023',
      module: 'NodeNext',
      noEmit: true,
      skipLibCheck: false,
      types: ['node'],
    },
    files: ['app.ts'],
  },
  null,
  2,
)}\n`

const driver = `
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { createEmulator } from '@lockstitch/stytch-emulator'
import { B2BClient } from 'stytch'

const emulator = await createEmulator()
const { projectId, secret } = emulator.project
const client = new B2BClient({ project_id: projectId, secret, env: emulator.url + '/' })
const port = await freePort()
const base = 'http://127.0.0.1:' + port
const app = spawn('npx', ['tsx', 'app.ts'], {
  stdio: ['ignore', 'inherit', 'inherit'],
  env: {
    ...process.env,
    PORT: String(port),
    STYTCH_PROJECT_ID: projectId,
    STYTCH_SECRET: secret,
    STYTCH_ENV: emulator.url + '/',
  },
  detached: true,
})
try {
  await started()
  const cookie = await signIn('maya@acme.test', 'acme')
  await expectStatus('GET', '/documents/plan', undefined, 401)
  await expectStatus('GET', '/documents/plan', cookie, 200)
  await expectStatus('PATCH', '/documents/plan', cookie, 200)
  await expectStatus('PATCH', '/documents/notes', cookie, 403)
  await expectStatus('GET', '/documents/secret', cookie, 403)
  await expectStatus('GET', '/documents/nowhere', cookie, 403)
  const visible = await (await fetch(base + '/documents', { headers: { cookie } })).json()
  const ids = visible.map((document) => document.id).join()
  if (ids !== 'plan,notes') throw new Error('the list shows ' + ids)
  console.log('first day: ok')
} finally {
  process.kill(-app.pid)
  await emulator.close()
}

async function signIn(email_address, organization_id) {
  await client.magicLinks.email.loginOrSignup({
    organization_id,
    email_address,
    login_redirect_url: base + '/authenticate',
  })
  const [message] = emulator.messages({ to: email_address })
  const page = await fetch(message.url, { redirect: 'manual' })
  const cookies = page.headers.getSetCookie().map((each) => each.split(';')[0])
  if (cookies.length === 0) throw new Error('no session after the magic link: ' + page.status)
  return cookies.join('; ')
}

async function expectStatus(method, path, cookie, wanted) {
  const answer = await fetch(base + path, { method, headers: cookie ? { cookie } : {} })
  if (answer.status !== wanted)
    throw new Error(method + ' ' + path + ' gave ' + answer.status + ', expected ' + wanted + ': ' + (await answer.text()))
}

async function started() {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await fetch(base + '/documents').then(() => true, () => false)) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('the application did not start')
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
`
