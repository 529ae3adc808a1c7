import { existsSync } from 'node:fs'

import sparticuz from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'

const known = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/**
 * A headless Chromium: the one of `CHROMIUM_PATH`, one that is installed, or else the one that an
 * npm package ships, which is for Linux on x64. That package's own arguments are not taken: they
 * turn off what a browser protects pages with.
 */
export async function launchBrowser(): Promise<Browser> {
  const installed = [process.env.CHROMIUM_PATH, ...known].find(
    (path) => path !== undefined && existsSync(path),
  )
  return chromium.launch({
    executablePath: installed ?? (await sparticuz.executablePath()),
    args: ['--no-sandbox', '--disable-gpu'],
  })
}
