import type { Emulation } from '../emulation.ts'
import { type ErrorType, StytchFailure } from '../errors.ts'
import type { ClientSecrets } from './entities.ts'

/** What a rotation of one kind of client's secrets fails with. */
export interface RotationErrors {
  /** Where there is none, a second start replaces the secret of the first. */
  readonly alreadyRotating?: ErrorType
  readonly notRotating: ErrorType
}

/** The secret of a new client. */
export function newSecret({ ids }: Emulation): string {
  return ids.token('client secret')
}

/** Puts a second secret beside the first; both work. */
export function startRotation(
  emulation: Emulation,
  secrets: ClientSecrets,
  errors: RotationErrors,
): ClientSecrets & { readonly next: string } {
  if (secrets.next !== undefined && errors.alreadyRotating !== undefined)
    throw new StytchFailure(errors.alreadyRotating)
  return { ...secrets, next: newSecret(emulation) }
}

/** Puts the second secret in the place of the first, or drops it. */
export function endRotation(
  { current, next }: ClientSecrets,
  end: 'complete' | 'cancel',
  errors: RotationErrors,
): ClientSecrets {
  if (next === undefined) throw new StytchFailure(errors.notRotating)
  return { current: end === 'complete' ? next : current, next: undefined }
}

/** Whether a secret is one of the client's. */
export function isSecret({ current, next }: ClientSecrets, secret: string | undefined): boolean {
  return secret !== undefined && (secret === current || secret === next)
}

/** What is shown of secrets once they are known. */
export function showSecrets({ current, next }: ClientSecrets): {
  readonly client_secret_last_four: string
  readonly next_client_secret_last_four: string
} {
  return {
    client_secret_last_four: current.slice(-4),
    next_client_secret_last_four: next?.slice(-4) ?? '',
  }
}
