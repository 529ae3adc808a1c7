import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

import { findBrowser, skippedWithoutBrowser } from '../../../tools/browser.ts'

test.skipIf('missing' in findBrowser())(
  `Playwright’s tests have an emulator by the fixture${skippedWithoutBrowser()}`,
  async () => {
    const config = new URL('playwright/playwright.config.ts', import.meta.url).pathname
    const playwright = new URL('../../../node_modules/@playwright/test/cli.js', import.meta.url)
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [playwright.pathname, 'test', '--config', config],
      { env: { ...process.env, CI: '1' } },
    )
    expect(stdout).toContain('2 passed')
  },
)
