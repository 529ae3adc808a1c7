import { B2BClient, Client, StytchError } from 'stytch'
import { afterAll, beforeAll, beforeEach, vi } from 'vitest'

import { createEmulator, type Emulator, type EmulatorOptions } from '../src/emulator.ts'
import { seededIds } from '../src/ids.ts'
import { generateSigningKey, type SigningKey } from '../src/keys.ts'
import { seed } from './seed.ts'

export { acmeId, adaId, appUrl, globexId, mayaId, projectId, seed } from './seed.ts'

/** An emulator for a test file, put back to its seed before each test, and the official SDK pointed at it. */
export function useEmulator(options: EmulatorOptions = {}): {
  readonly emulator: Emulator
  readonly stytch: B2BClient
} {
  let emulator: Emulator | undefined
  let stytch: B2BClient | undefined
  beforeAll(async () => {
    emulator = await startEmulator(options)
    stytch = sdk(emulator)
  })
  beforeEach(() => emulator?.reset())
  afterAll(() => emulator?.close())
  return {
    get emulator() {
      if (emulator === undefined) throw new Error('the emulator has not started')
      return emulator
    },
    get stytch() {
      if (stytch === undefined) throw new Error('the emulator has not started')
      return stytch
    },
  }
}

export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  return await createEmulator({
    seed,
    ids: seededIds('test'),
    keys: [await sharedKey()],
    ...options,
  })
}

/** The unmodified SDK. */
export function sdk(emulator: Emulator, project = emulator.project): B2BClient {
  return pointedAt(emulator, project, B2BClient)
}

/** The SDK for consumer projects. */
export function consumerSdk(emulator: Emulator): Client {
  return pointedAt(emulator, emulator.project, Client)
}

/** A client of the SDK. It warns of any `env` but Stytch's own, which is the one thing we silence. */
function pointedAt<C>(
  { url }: Emulator,
  { projectId, secret }: Emulator['project'],
  clientClass: new (config: { project_id: string; secret: string; env: string }) => C,
): C {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const client = new clientClass({ project_id: projectId, secret, env: `${url}/` })
  warn.mockRestore()
  return client
}

/** The error type of a call that Stytch refuses; any other outcome is reported as what it is. */
export async function errorType(call: Promise<unknown>): Promise<string> {
  try {
    await call
  } catch (error) {
    return error instanceof StytchError ? error.error_type : `not a StytchError: ${String(error)}`
  }
  return 'no error'
}

let key: Promise<SigningKey> | undefined
function sharedKey(): Promise<SigningKey> {
  key ??= generateSigningKey()
  return key
}
