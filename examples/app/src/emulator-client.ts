import { B2BClient, Client } from 'stytch'

import type { HostedPages } from './context.ts'
import { demoProject, homeProject } from './demo-seed.ts'

/** The official SDK, talking to an emulator with the demo's project. */
export function emulatorClient(url: string): B2BClient {
  return clientOf(B2BClient, demoProject, url)
}

/** The SDK for consumer projects, with that of the demo. */
export function homeClient(url: string): Client {
  return clientOf(Client, homeProject, url)
}

/** Where the emulator's provider pages begin, for either project. */
export function hostedPages(
  url: string,
  { public_token: publicToken }: { readonly public_token: string } = demoProject,
): HostedPages {
  return { url, publicToken }
}

function clientOf<C>(
  clientClass: new (config: { project_id: string; secret: string; env: string }) => C,
  { project_id, secret }: { readonly project_id: string; readonly secret: string },
  url: string,
): C {
  const { warn } = console
  // The SDK warns of every base URL that is not Stytch's own; here it is meant.
  console.warn = () => {}
  try {
    return new clientClass({ project_id, secret, env: `${url}/` })
  } finally {
    console.warn = warn
  }
}
