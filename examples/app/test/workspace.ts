import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { createEmulator, type Emulator } from '@lockstitch/stytch-emulator'
import type { B2BClient, Client } from 'stytch'

import { demoHints, demoSeed, homeProject } from '../src/demo-seed.ts'
import { emulatorClient, homeClient, hostedPages } from '../src/emulator-client.ts'
import { createHomeApp } from '../src/home/app.ts'
import { listen } from '../src/listen.ts'
import { storeSeed } from '../src/seed.ts'
import { type ServeOptions, serve } from '../src/serve.ts'
import { createStore, type Store } from '../src/store.ts'
import { createVisitor, type Visitor } from './visitor.ts'

/** The demo in this process, on free ports, with policies of its own to change. */
export interface Workspace {
  readonly url: string
  readonly emulator: Emulator
  readonly stytch: B2BClient
  readonly store: Store
  /** The notes at home, and the SDK of their project. */
  readonly home: { readonly url: string; readonly stytch: Client }
  readonly log: readonly string[]
  /** Somebody who is not signed in. */
  visitor(): Visitor
  /** Signs in with a magic link; `organization` is chosen where there are several. */
  signIn(email: string, organization?: string): Promise<Visitor>
  /** Changes a policy file. */
  editPolicy(file: string, from: string, to: string): void
  close(): Promise<void>
}

/** What may differ from the demo. */
export interface WorkspaceOptions {
  readonly production?: boolean
  readonly decide?: Extract<ServeOptions['decider'], { decide: unknown }>['decide'] | undefined
}

/** Starts a workspace. */
export async function startWorkspace(options: WorkspaceOptions = {}): Promise<Workspace> {
  const policies = mkdtempSync(join(tmpdir(), 'folio-policies-'))
  cpSync(fileURLToPath(new URL('../policies', import.meta.url)), policies, { recursive: true })
  const emulator = await createEmulator({ seed: demoSeed })
  const stytch = emulatorClient(emulator.url)
  const listener = await listen(0, '--port')
  const url = `http://127.0.0.1:${listener.port}`
  const log: string[] = []
  const store = createStore(storeSeed)
  const served = await serve({
    listener,
    baseUrl: url,
    stytch,
    hosted: hostedPages(emulator.url),
    store,
    decider: options.decide === undefined ? { policies } : { decide: options.decide },
    development:
      options.production === true
        ? undefined
        : { inboxUrl: `${emulator.url}/inbox`, hints: demoHints },
    log: (message) => log.push(message),
  })

  const home = await listen(0, '--home-port')
  const homeUrl = `http://localhost:${home.port}`
  const homeStytch = homeClient(emulator.url)
  home.server.on(
    'request',
    createHomeApp({
      baseUrl: homeUrl,
      stytch: homeStytch,
      hosted: hostedPages(emulator.url, homeProject),
      decide: served.decide,
      inboxUrl: `${emulator.url}/inbox`,
    }),
  )

  return {
    url,
    emulator,
    stytch,
    store,
    home: { url: homeUrl, stytch: homeStytch },
    log,
    visitor: () => createVisitor(url),
    async signIn(email, organization) {
      const visitor = createVisitor(url)
      await visitor.get('/sign-in')
      await visitor.post('/sign-in', { email })
      const answer = await visitor.open(emulator.messages({ to: email })[0]?.url ?? '')
      if (organization === undefined) return visitor
      const [, id] =
        new RegExp(`value="(organization-[\\w-]+)">\\s*<strong>${organization}<`).exec(
          answer.text,
        ) ?? []
      await visitor.post('/organizations', { organization_id: id ?? '' })
      return visitor
    },
    editPolicy(file, from, to) {
      const path = join(policies, file)
      const text = readFileSync(path, 'utf8')
      if (!text.includes(from)) throw new Error(`${file} does not have \`${from}\``)
      writeFileSync(path, text.replace(from, to))
    },
    async close() {
      await home.close()
      await served.close()
      store.close()
      await emulator.close()
      rmSync(policies, { recursive: true })
    },
  }
}

/** Waits until something holds, as what follows a saved file is not immediate. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('waited for twenty seconds')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
