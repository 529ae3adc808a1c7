import { existsSync } from 'node:fs'

import sparticuz from '@sparticuz/chromium'
import { type Browser, chromium, type Page } from 'playwright-core'

// For tests: a headless Chromium, whichever this machine has.

/** Where Chromium and its relatives are usually installed. */
const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
]

/** Where a browser comes from, or why there is none on this machine. */
export type FoundBrowser =
  | { readonly path: string }
  | { readonly shipped: true }
  | { readonly missing: string }

/**
 * Finds a browser: the one of `CHROMIUM_PATH`, one that is installed, or else the one that an npm
 * package ships, which is for Linux on x64. There, tests in a browser are never skipped.
 * @throws when `CHROMIUM_PATH` leads nowhere
 */
export function findBrowser(): FoundBrowser {
  const { CHROMIUM_PATH } = process.env
  if (CHROMIUM_PATH !== undefined && CHROMIUM_PATH !== '') {
    if (existsSync(CHROMIUM_PATH)) return { path: CHROMIUM_PATH }
    throw new Error(`CHROMIUM_PATH: there is no file \`${CHROMIUM_PATH}\``)
  }
  const installed = usualPlaces.find((path) => existsSync(path))
  if (installed !== undefined) return { path: installed }
  const machine = `${process.platform}-${process.arch}`
  if (machine === 'linux-x64') return { shipped: true }
  return { missing: `no Chromium found on ${machine}; set CHROMIUM_PATH to one` }
}

/** What stands behind the title of tests that need a browser: nothing, or why they are skipped. */
export function skippedWithoutBrowser(found: FoundBrowser = findBrowser()): string {
  return 'missing' in found ? ` (skipped: ${found.missing})` : ''
}

/** Gives a page's browser an authenticator for passkeys that confirms by itself. */
export async function plugInAuthenticator(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}

/**
 * Starts the browser that was found. The arguments of the npm package are not taken: they turn off
 * what a browser protects pages with.
 */
export async function launchBrowser(): Promise<Browser> {
  const found = findBrowser()
  if ('missing' in found) throw new Error(found.missing)
  const executablePath = 'path' in found ? found.path : await sparticuz.executablePath()
  try {
    return await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  } catch (cause) {
    throw new Error(
      `\`${executablePath}\` does not start; set CHROMIUM_PATH to a Chromium that does`,
      { cause },
    )
  }
}
