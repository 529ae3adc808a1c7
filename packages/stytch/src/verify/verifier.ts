import { compactVerify, errors } from 'jose'

import { type BoundedCache, boundedCache, secretKey } from '../bounded-cache.ts'
import { failure } from '../errors.ts'
import { type Project, readEnvironment } from '../project.ts'
import { type MemberSession, sessionFromClaims } from '../session.ts'
import { type Fields, field, ShapeError } from '../shape.ts'
import type { KeySet, SignatureKey } from './jwks.ts'
import { kindNames, tokenKind } from './kind.ts'
import { type DecodedToken, decodeToken, parseClaims } from './token.ts'

/** Verifies session JWTs of one project without asking Stytch. */
export interface Verifier {
  /**
   * The session of a JWT whose signature, audience, issuer, kind and claims are right. Whether it is
   * too early or too late for it is for {@link timeFailure} to say.
   */
  verify(token: string): Promise<VerifiedJwt>
}

/** A JWT that Stytch signed for this project as a member's session. */
export interface VerifiedJwt {
  readonly session: MemberSession
  /** Seconds since 1970. */
  readonly issuedAt: number
  readonly notBefore: number
  readonly expiresAt: number
}

/** What a verifier needs. */
export interface VerifierOptions {
  readonly project: Project
  readonly keys: KeySet
  /** How many verified tokens are remembered. */
  readonly cacheSize: number
}

const requiredClaims = ['sub', 'iat', 'exp'] as const

/** Creates the verifier of a project's session JWTs. */
export function createVerifier({ project, keys, cacheSize }: VerifierOptions): Verifier {
  const verified: BoundedCache<Remembered> = boundedCache(cacheSize)
  return {
    async verify(token) {
      const cacheKey = secretKey(token)
      const known = verified.get(cacheKey)
      // A key that the project has withdrawn verifies nothing any more, seen before or not.
      if (known !== undefined && (await keys.key(known.kid)) === known.key) return known.jwt
      const decoded = decodeToken(token)
      const { jwt, key } = await verifyAfresh(token, decoded, project, keys)
      verified.set(cacheKey, { jwt, key, kid: decoded.kid })
      return jwt
    },
  }
}

/** What was verified, and the key that did it. */
interface Remembered {
  readonly jwt: VerifiedJwt
  readonly key: SignatureKey
  readonly kid: string
}

async function verifyAfresh(
  token: string,
  decoded: DecodedToken,
  project: Project,
  keys: KeySet,
): Promise<Pick<Remembered, 'jwt' | 'key'>> {
  // Nothing is believed yet, but a token of another project is refused with its name and without
  // looking for a key that this project cannot have.
  assertAudience(decoded.claims, project)
  const key = await keys.key(decoded.kid)
  const claims = await verifySignature(token, key)
  const kind = tokenKind(claims)
  if (kind !== 'b2b-session') throw failure('token-kind-not-accepted', kindNames[kind])
  assertAudience(claims, project)
  for (const claim of requiredClaims)
    if (!Object.hasOwn(claims, claim)) throw failure('token-claim-missing', claim)
  return { jwt: readJwt(claims, project), key }
}

/** Checks the signature, and that it covers the claims that are used. */
async function verifySignature(token: string, key: SignatureKey): Promise<Fields> {
  try {
    const { payload } = await compactVerify(token, key, { algorithms: ['RS256'] })
    return parseClaims(payload, 'payload')
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed)
      throw failure('token-signature-invalid')
    if (error instanceof errors.JOSEError) throw failure('token-malformed', 'its form is not a JWS')
    // jose refuses RSA keys under 2048 bits with a TypeError.
    if (error instanceof TypeError) throw failure('token-key-not-accepted')
    throw error
  }
}

function assertAudience(claims: Fields, project: Project): void {
  const audience = field(claims, 'aud')
  if (audience === undefined) throw failure('token-claim-missing', 'aud')
  const audiences: unknown[] = Array.isArray(audience) ? audience : [audience]
  if (!audiences.every((entry) => typeof entry === 'string'))
    throw failure('token-claim-invalid', 'aud', 'a string or a list of strings')
  if (!audiences.includes(project.id))
    throw failure('token-wrong-project', projectName(audiences), project.id)

  const issuer = field(claims, 'iss')
  if (issuer === undefined) throw failure('token-claim-missing', 'iss')
  if (typeof issuer !== 'string' || !project.issuers.includes(issuer))
    throw failure('token-wrong-issuer', project.issuers.join(', '))
}

/** An audience that has the form of a project's id; anything else is the sender's text. */
function projectName(audiences: readonly unknown[]): string {
  const [audience] = audiences
  const isProject =
    typeof audience === 'string' && /^project-(test|live)-[0-9a-f-]{36}$/.test(audience)
  return isProject ? audience : 'another'
}

function readJwt(claims: Fields, project: Project): VerifiedJwt {
  try {
    const session = sessionFromClaims(claims)
    const issuedAt = session.token.issuedAt
    const expiresAt = session.token.expiresAt ?? issuedAt
    const notBefore = Object.hasOwn(claims, 'nbf') ? seconds(claims, 'nbf') : issuedAt
    assertEnvironment('sub', session.memberId, project)
    assertEnvironment('organization_id', session.organizationId, project)
    return { session, issuedAt, notBefore, expiresAt }
  } catch (error) {
    if (error instanceof ShapeError)
      throw failure('token-claim-invalid', error.path, error.expected)
    throw error
  }
}

function seconds(claims: Fields, name: string): number {
  const value = field(claims, name)
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new ShapeError(name, 'a number of seconds')
  return value
}

function assertEnvironment(claim: string, id: string, project: Project): void {
  if (readEnvironment(id) !== project.environment) throw failure('token-wrong-environment', claim)
}
