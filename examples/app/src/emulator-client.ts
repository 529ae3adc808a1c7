import { B2BClient } from 'stytch'

import { demoProject } from './demo-seed.ts'

/** The official SDK, talking to an emulator with the demo's project. */
export function emulatorClient(url: string): B2BClient {
  const { project_id, secret } = demoProject
  const { warn } = console
  // The SDK warns of every base URL that is not Stytch's own; here it is meant.
  console.warn = () => {}
  try {
    return new B2BClient({ project_id, secret, env: `${url}/` })
  } finally {
    console.warn = warn
  }
}
