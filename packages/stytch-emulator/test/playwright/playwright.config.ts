import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from '@playwright/test'
import sparticuz from '@sparticuz/chromium'

import { findBrowser } from '../../../../tools/browser.ts'

const found = findBrowser()

export default defineConfig({
  testMatch: '*.spec.ts',
  outputDir: join(tmpdir(), 'stytch-emulator-playwright'),
  reporter: 'line',
  workers: 1,
  use: {
    launchOptions: {
      executablePath: 'path' in found ? found.path : await sparticuz.executablePath(),
      args: ['--no-sandbox', '--disable-gpu'],
    },
  },
})
