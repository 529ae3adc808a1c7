import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { signIdToken } from '../../src/idp/id-token.ts'
import type { Contract } from './contract.ts'

/** A session of another system, which knows that it is maya's. */
export const theirSession = 'theirs'

/** A token of the issuer that the test project trusts. */
export function trustedToken({ emulator }: Contract, claims: object = {}): string {
  return signIdToken(emulator.clock, {
    iss: 'https://trusted.test',
    aud: 'papers',
    email: 'maya@acme.test',
    jti: 'token-1',
    ...claims,
  })
}

/** The system that a project comes from: it tells whose session a token is. */
export async function startOtherSystem(): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((request, response) => {
    const isKnown = request.headers.authorization === `Bearer ${theirSession}`
    response.statusCode = isKnown ? 200 : 401
    response.end(JSON.stringify(isKnown ? { email: 'maya@acme.test' } : {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/userinfo`, close: () => server.close() }
}
