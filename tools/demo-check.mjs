// `npm run demo:check`: starts what `npm start` starts and drives it from outside, as its users do.
// A line for each thing that must hold; the last line is `demo: ok`.
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prepare, root } from './prepare.mjs'

await prepare({ build: true })
const { emulatorClient } = await import('../examples/app/dist/emulator-client.js')

const secondsToStart = 30
const policies = mkdtempSync(join(tmpdir(), 'lockstitch-demo-'))
const demos = []
let problem = ''
try {
  cpSync(join(root, 'examples/app/policies'), policies, { recursive: true })
  await driveDemo()
  await driveDemoWithoutDecider()
} catch (error) {
  problem = error instanceof Error ? error.message : String(error)
} finally {
  await Promise.all(demos.map(stop))
  rmSync(policies, { recursive: true })
}
if (problem !== '') {
  process.stdout.write(`not ok  ${problem}\n`)
  for (const demo of demos) process.stdout.write(demo.output.replaceAll(/^/gm, '    '))
}
process.stdout.write(problem === '' ? 'demo: ok\n' : 'demo: failed\n')
process.exit(problem === '' ? 0 : 1)

async function driveDemo() {
  const demo = await start(['--policies', policies])
  const plan = '/acme/documents/q3-plan'

  const maya = await signIn(demo, 'maya@acme.test')
  await expectStatus(maya, 'GET', `${plan}/edit`, 200)
  say('allowed', 'an editor edits a document of her organization')

  await expectStatus(maya, 'GET', '/globex/documents', 403)
  await expectStatus(maya, 'GET', '/globex/documents/launch-list', 403)
  say('denied by organization', 'the same member, in the other organization')

  const vera = await signIn(demo, 'vera@acme.test')
  await expectStatus(vera, 'GET', plan, 200)
  await expectStatus(vera, 'GET', `${plan}/edit`, 403)
  say('denied by role', 'a viewer reads, and does not edit')

  const pia = await signIn(demo, 'pia@platform.test')
  await expectStatus(pia, 'GET', '/globex/documents/launch-list', 200)
  await expectStatus(pia, 'POST', '/globex/documents/launch-list/archive', 303)
  say('platform administrator allowed', 'across organizations')

  const late = await signInInThePast(demo, 'maya@acme.test')
  const expired = await expectStatus(late, 'GET', plan, 401)
  if (expired.body.code !== 'token-expired') throw new Error(`code ${expired.body.code}`)
  say('expired token 401', expired.body.code)

  const changed = await timeUntil(maya, `${plan}/edit`, 403, () =>
    edit('document.yaml', /(name: edit\n[\s\S]*?derivedRoles: \[)org_editor\]/, '$1org_admin]'),
  )
  say('policy edited', `the next decisions are others after ${changed} ms`)

  edit('document.yaml', 'derivedRoles: [org_admin]', 'derivedRoles: [org_amdin]')
  await until(async () => demo.output.includes('org_amdin'))
  await expectStatus(maya, 'GET', plan, 200)
  await expectStatus(maya, 'GET', `${plan}/edit`, 403)
  await expectStatus(vera, 'GET', `${plan}/edit`, 403)
  say('broken edit', 'reported; the last good policies stay in force')
}

async function driveDemoWithoutDecider() {
  const demo = await start(['--cerbos', `127.0.0.1:${await unusedPort()}`])
  const maya = await signIn(demo, 'maya@acme.test')
  const answer = await expectStatus(maya, 'GET', '/acme/documents/q3-plan', 503)
  if (answer.cookies.length > 0) throw new Error('a failure to decide must not change the session')
  say('decider failing 503', `${answer.body.code}; nobody is signed out`)
}

/** Starts the demo as `npm start` does, on free ports. */
async function start(options) {
  const args = ['--port', '0', '--emulator-port', '0', '--home-port', '0', ...options]
  const child = spawn(process.execPath, [join(root, 'tools/start.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: withoutStytch(process.env),
  })
  const demo = { child, output: '', exited: new Promise((done) => child.once('exit', done)) }
  demos.push(demo)
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      demo.output += text
    })
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`the demo ended with code ${child.exitCode}`)
    return demo.output.includes('Ctrl-C stops everything.')
  }, secondsToStart)
  demo.app = urlAfter(demo, 'Example app')
  demo.emulator = urlAfter(demo, 'Stytch emulator')
  demo.stytch = emulatorClient(demo.emulator)
  return demo
}

async function stop({ child, exited }) {
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
  const code = await exited
  clearTimeout(timer)
  if (code !== 0 && problem === '') problem = `the demo did not stop cleanly (code ${code})`
}

/** Signs in as an application would: a link is sent, found in the inbox, and exchanged. */
async function signIn({ app, emulator, stytch }, email) {
  await stytch.magicLinks.email.discovery.send({
    email_address: email,
    discovery_redirect_url: `${app}/authenticate`,
  })
  const inbox = await fetch(`${emulator}/__emulator/messages?to=${encodeURIComponent(email)}`)
  const { messages } = await inbox.json()
  const link = new URL(messages[0].url)
  const discovered = await stytch.magicLinks.discovery.authenticate({
    discovery_magic_links_token: link.searchParams.get('token'),
  })
  const session = await stytch.discovery.intermediateSessions.exchange({
    intermediate_session_token: discovered.intermediate_session_token,
    organization_id: discovered.discovered_organizations[0].organization.organization_id,
  })
  return { app, jwt: session.session_jwt }
}

/** A token that has expired: it was signed an hour ago, by the emulator's clock. */
async function signInInThePast(demo, email) {
  await setClock(demo, -3600)
  const member = await signIn(demo, email)
  await setClock(demo, 3600)
  return member
}

async function setClock({ emulator }, seconds) {
  const body = JSON.stringify({ advance_seconds: seconds })
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${emulator}/__emulator/clock`, { method: 'POST', headers, body })
  if (!answer.ok) throw new Error(`the emulator's clock: ${answer.status}`)
}

async function expectStatus(member, method, path, status) {
  const answer = await ask(member, method, path)
  if (answer.status === status) return answer
  throw new Error(`${method} ${path}: expected ${status}, got ${answer.status} ${answer.text.slice(0, 300)}`)
}

async function ask({ app, jwt }, method, path) {
  const response = await fetch(`${app}${path}`, {
    method,
    redirect: 'manual',
    headers: { authorization: `Bearer ${jwt}`, accept: 'application/json, text/html;q=0.5' },
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json')
  const cookies = response.headers.getSetCookie()
  return { status: response.status, text, cookies, body: isJson ? JSON.parse(text) : {} }
}

async function timeUntil(member, path, status, change) {
  change()
  const started = Date.now()
  await until(async () => (await ask(member, 'GET', path)).status === status, 2)
  return Date.now() - started
}

function edit(file, from, to) {
  const path = join(policies, file)
  const before = readFileSync(path, 'utf8')
  const after = before.replace(from, to)
  if (after === before) throw new Error(`${file} has changed: ${from} is not in it`)
  writeFileSync(path, after)
}

async function until(holds, seconds = 5) {
  const end = Date.now() + seconds * 1000
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain`)
    await new Promise((done) => setTimeout(done, 20))
  }
}

function urlAfter({ output }, name) {
  const url = new RegExp(`${name}\\s+(http://\\S+)`).exec(output)?.[1]
  if (url === undefined) throw new Error(`the demo does not print the address of: ${name}`)
  return url
}

/** A port on which nothing listens. */
function unusedPort() {
  return new Promise((done, fail) => {
    const server = createServer()
    server.once('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => done(port))
    })
  })
}

// The demo runs on the emulator here, whatever the environment says.
function withoutStytch({ STYTCH_PROJECT_ID, STYTCH_SECRET, STYTCH_ENV, NODE_ENV, BASE_URL, ...env }) {
  return env
}

function say(what, detail) {
  process.stdout.write(`ok  ${what.padEnd(31)} ${detail}\n`)
}
