import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { findBrowser, launchBrowser, skippedWithoutBrowser } from '../../../tools/browser.ts'
import { memberMethods, trySignIn, userMethods } from './sign-in-methods.ts'
import { startWorkspace, type Workspace } from './workspace.ts'

describe.skipIf('missing' in findBrowser())(`in a browser${skippedWithoutBrowser()}`, () => {
  let workspace: Workspace
  let browser: Browser
  beforeAll(async () => {
    workspace = await startWorkspace()
    browser = await launchBrowser()
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await workspace?.close()
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
