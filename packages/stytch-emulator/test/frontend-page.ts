import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)
/** The frontend SDK as its package has it for pages. */
const sdkDirectory = join(dirname(require.resolve('@stytch/vanilla-js')), '..', 'iife')

/** The text of the SDK for the pages of members, or of users. */
export function frontendSdk(kind: 'b2b' | 'consumer'): string {
  const file = kind === 'b2b' ? 'b2b/index.headless.js' : 'index.headless.js'
  return readFileSync(join(sdkDirectory, file), 'utf8')
}

/** A page of an application, with the official frontend SDK pointed at the emulator. */
export interface FrontendPage {
  readonly url: string
  close(): void
}

/** Serves the page, whose SDK gets these options. */
export async function servePage(
  kind: 'b2b' | 'consumer',
  publicToken: string,
  options: object,
): Promise<FrontendPage> {
  const sdk = frontendSdk(kind)
  const client = kind === 'b2b' ? 'StytchB2BClient' : 'StytchClient'
  const page = `<!doctype html><title>An application</title>
<script src="/sdk.js"></script>
<script>window.client = new stytch.${client}(${JSON.stringify(publicToken)}, ${JSON.stringify(options)})</script>`
  const server = createServer((request, response) => {
    const isSdk = request.url === '/sdk.js'
    response.setHeader('content-type', isSdk ? 'text/javascript' : 'text/html; charset=utf-8')
    response.end(isSdk ? sdk : page)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the page has no port')
  return { url: `http://localhost:${address.port}/`, close: () => server.close() }
}
