import { createHash, timingSafeEqual } from 'node:crypto'

import { PolicyLoadError } from '@lockstitch/engine'
import type { SourceFile } from '@lockstitch/policy'
import { compare } from 'bcryptjs'

import { CommandError } from '../../errors.ts'
import type { Pdp } from '../../pdp.ts'
import type { LoadedPolicies } from '../../store/loaded-policies.ts'
import type { StoreChange, StoreChanges } from '../../store/store.ts'
import { type Call, type Command, command } from '../command.ts'

/** What the admin API works on, and who may use it. */
export interface Admin {
  readonly policies: LoadedPolicies
  /** Whether policies are stored untried, as in Cerbos. */
  readonly storesUntried: boolean
  /** Throws unless the header has the password. */
  authenticate(authorization: string | undefined): Promise<void>
}

/** The one user of the admin API. */
export interface AdminCredentials {
  readonly username: string
  /** A hash by bcrypt, in base64 as Cerbos's configuration has it. */
  readonly passwordHash: string
}

export const SERVICE = 'cerbos.svc.v1.CerbosAdminService'

/** Makes a call of the admin API: nobody gets further than the validation without the password. */
export function adminCommand<Request extends object>(
  name: string,
  definition: Pick<Command, 'request' | 'response'> & {
    run(admin: Admin, request: Request): Promise<object>
  },
): Command {
  return command<Request>(
    {
      method: `${SERVICE}/${name}`,
      request: definition.request,
      response: definition.response,
      run: async (pdp, request) => ({ ...(await definition.run(adminOf(pdp), request)) }),
    },
    requireAdmin,
  )
}

/** Throws unless the call has the password. */
export async function requireAdmin(pdp: Pdp, { authorization }: Call): Promise<void> {
  await adminOf(pdp).authenticate(authorization)
}

function adminOf({ admin }: Pdp): Admin {
  if (admin === undefined) throw new CommandError('unimplemented', 'there is no admin API')
  return admin
}

/** Whether a text is a hash as {@link AdminCredentials} have it; with any other nobody could come in. */
export function isPasswordHash(text: string): boolean {
  return /^\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}$/.test(hashOf(text))
}

/** Without the ends of lines that the commands add with which hashes are made. */
function hashOf(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8').trim()
}

/** Lets in who has the password, and throws for everybody else. */
export function authenticator({
  username,
  passwordHash,
}: AdminCredentials): (authorization: string | undefined) => Promise<void> {
  const hash = hashOf(passwordHash)
  // The hash is slow to compute on purpose: once is enough for who comes with the same words again.
  let accepted: Buffer | undefined
  return async (authorization = '') => {
    const [, encoded] = /^Basic +(\S+)$/i.exec(authorization) ?? []
    if (encoded === undefined) throw refusal('authentication required')
    const digest = createHash('sha256').update(encoded).digest()
    if (accepted && timingSafeEqual(accepted, digest)) return
    const decoded = Buffer.from(encoded, 'base64').toString('utf8')
    const at = decoded.indexOf(':')
    // The password is compared whoever it is for, so that the time says nothing of names.
    const isPassword = await compare(decoded.slice(at + 1), hash)
    if (at === -1) throw refusal('invalid credentials')
    if (!isPassword || decoded.slice(0, at) !== username) throw refusal('incorrect credentials')
    accepted = digest
  }
}

function refusal(message: string): CommandError {
  return new CommandError('unauthenticated', message)
}

/** The changes that the store takes. */
export function changesOf({ policies: { store } }: Admin): StoreChanges {
  if (store.changes) return store.changes
  throw new CommandError('unimplemented', 'Configured store is not mutable')
}

/** Makes changes together and puts them in force; what is not accepted changes nothing. */
export async function change<Result>(
  admin: Admin,
  make: (change: StoreChange) => Promise<Result>,
): Promise<Result> {
  const changes = changesOf(admin)
  const result = await changes.transaction(make, (files) => accept(admin, files))
  await admin.policies.reload()
  return result
}

function accept({ policies, storesUntried }: Admin, files: readonly SourceFile[]): void {
  if (storesUntried) return
  try {
    policies.accept(files)
  } catch (cause) {
    if (!(cause instanceof PolicyLoadError)) throw cause
    throw new CommandError('invalid-argument', cause.message, { cause })
  }
}
