import type { Emulation } from './emulation.ts'
import type { AuthenticationFactor, FactorProof, Member } from './entities.ts'

/** Proof, as of now. */
export function factorOf({ clock }: Emulation, proof: FactorProof): AuthenticationFactor {
  const now = clock.now()
  return { ...proof, created_at: now, last_authenticated_at: now }
}

/** Proof that mail to an address is read. */
export function emailFactor(
  emulation: Emulation,
  type: 'magic_link' | 'email_otp',
  { email_id, email_address }: Pick<Member, 'email_id' | 'email_address'>,
): AuthenticationFactor {
  return factorOf(emulation, {
    type,
    delivery_method: 'email',
    email_factor: { email_id, email_address },
  })
}

/** What an organization calls the way of signing in, in `allowed_auth_methods`; none for a second factor. */
export function primaryMethod(factor: AuthenticationFactor): string | undefined {
  return primaryMethods[factor.type]
}

/** Whether it is one of those that complete a sign-in where an organization asks for two. */
export function isSecondFactor(factor: AuthenticationFactor): boolean {
  return primaryMethod(factor) === undefined
}

/**
 * The factors of a session that has gained some. One that it has already is not there twice: it was
 * authenticated again, and is as fresh as that.
 */
export function mergeFactors(
  present: readonly AuthenticationFactor[],
  gained: readonly AuthenticationFactor[],
): readonly AuthenticationFactor[] {
  const isGained = (factor: AuthenticationFactor): boolean =>
    gained.some((one) => identity(one) === identity(factor))
  const refreshed = present.filter(isGained).map((factor) => {
    const again = gained.find((one) => identity(one) === identity(factor)) ?? factor
    return { ...again, created_at: factor.created_at }
  })
  const added = gained.filter((one) => !present.some((two) => identity(one) === identity(two)))
  return [...present.filter((factor) => !isGained(factor)), ...refreshed, ...added]
}

const primaryMethods: Readonly<Record<FactorProof['type'], string | undefined>> = {
  magic_link: 'magic_link',
  email_otp: 'email_otp',
  password: 'password',
  otp: undefined,
  totp: undefined,
  recovery_codes: undefined,
}

/** All of a factor but its times. */
function identity({
  created_at: _created,
  last_authenticated_at: _last,
  ...proof
}: AuthenticationFactor): string {
  return JSON.stringify(proof)
}
