import { fileURLToPath } from 'node:url'
import { GRPC } from '@cerbos/grpc'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { findBrowser, launchBrowser, skippedWithoutBrowser } from '../../../tools/browser.ts'
import { findCerbos, startCerbos } from '../../../tools/cerbos-server.ts'
import { memberMethods, trySignIn, userMethods } from './sign-in-methods.ts'
import { startWorkspace, type Workspace, type WorkspaceOptions } from './workspace.ts'

/** What decides, and how to be rid of it. */
interface Decider {
  readonly decide?: WorkspaceOptions['decide']
  stop(): Promise<void>
}

const deciders: Readonly<Record<string, () => Promise<Decider>>> = {
  'our engine': async () => ({ stop: async () => {} }),
  async Cerbos() {
    const policies = fileURLToPath(new URL('../policies', import.meta.url))
    const engine = { strictEvaluation: true, lenientScopeSearch: true }
    const server = await startCerbos({ policies, engine })
    const client = new GRPC(server.grpcAddress, { tls: false })
    return {
      decide: client,
      async stop() {
        client.close()
        await server.stop()
      },
    }
  },
}
const found = findCerbos()
const names = Object.keys(deciders).filter((name) => name !== 'Cerbos' || 'path' in found)

describe.skipIf('missing' in findBrowser())(`in a browser${skippedWithoutBrowser()}`, () => {
  describe.each(names)('decided by %s', (name) => {
    let decider: Decider | undefined
    let workspace: Workspace
    let browser: Browser
    beforeAll(async () => {
      decider = await deciders[name]?.()
      workspace = await startWorkspace({ decide: decider?.decide })
      browser = await launchBrowser()
    }, 60_000)
    afterAll(async () => {
      await browser?.close()
      await workspace?.close()
      await decider?.stop()
    })

    test.each([...memberMethods, ...userMethods])(
      '$name signs in, the same is decided as in every other way, and policies see how',
      async (method) => {
        const context = await browser.newContext()
        const complaints: string[] = []
        const page = await context.newPage()
        page.on('console', (message) => complaints.push(message.text()))
        page.on('pageerror', (error) => complaints.push(String(error)))
        await trySignIn(page, workspace, method)
        expect(complaints.filter((text) => !text.includes('status of 403'))).toEqual([])
        await context.close()
      },
      60_000,
    )
  })
})
