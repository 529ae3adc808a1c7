import { compactVerify, errors } from 'jose'
import { appFromClaims, m2mFromClaims } from '../access-tokens.ts'
import { type BoundedCache, boundedCache, secretKey } from '../bounded-cache.ts'
import { failure } from '../errors.ts'
import { type Project, readEnvironment } from '../project.ts'
import { sessionFromClaims, userSessionFromClaims, type Verified } from '../session.ts'
import { type Fields, field, ShapeError } from '../shape.ts'
import type { KeySet, SignatureKey } from './jwks.ts'
import { type AcceptedKind, kindNames, type TokenKind, tokenKind } from './kind.ts'
import { type DecodedToken, decodeToken, parseClaims } from './token.ts'

/** Verifies the JWTs of one project without asking Stytch. */
export interface Verifier {
  /**
   * What a JWT stands for whose signature, audience, issuer, kind and claims are right. Whether it is
   * too early or too late for it is for {@link timeFailure} to say.
   */
  verify(token: string): Promise<VerifiedJwt>
}

/** A JWT that Stytch signed for this project, of a kind that is accepted. */
export interface VerifiedJwt<S extends Verified = Verified> {
  readonly session: S
  /** Seconds since 1970. */
  readonly issuedAt: number
  readonly notBefore: number
  readonly expiresAt: number
}

/** What a verifier needs. */
export interface VerifierOptions {
  readonly project: Project
  readonly keys: KeySet
  readonly accepts: readonly AcceptedKind[]
  /** How many verified tokens are remembered. */
  readonly cacheSize: number
}

const requiredClaims = ['sub', 'iat', 'exp'] as const

/** How the claims of each kind are read. */
const readers: Readonly<Record<AcceptedKind, (claims: Fields) => Verified>> = {
  'b2b-session': sessionFromClaims,
  'consumer-session': userSessionFromClaims,
  m2m: m2mFromClaims,
  'connected-app': appFromClaims,
}

/** Creates the verifier of a project's JWTs. */
export function createVerifier(options: VerifierOptions): Verifier {
  const { keys, cacheSize } = options
  const verified: BoundedCache<Remembered> = boundedCache(cacheSize)
  return {
    async verify(token) {
      const cacheKey = secretKey(token)
      const known = verified.get(cacheKey)
      // A key that the project has withdrawn verifies nothing any more, seen before or not.
      if (known !== undefined && (await keys.key(known.kid)) === known.key) return known.jwt
      const decoded = decodeToken(token)
      const { jwt, key } = await verifyAfresh(token, decoded, options)
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
  { project, keys, accepts }: VerifierOptions,
): Promise<Pick<Remembered, 'jwt' | 'key'>> {
  // Nothing is believed yet, but a token of another project is refused with its name and without
  // looking for a key that this project cannot have.
  assertAudience(decoded.claims, project)
  const key = await keys.key(decoded.kid)
  const claims = await verifySignature(token, key)
  const kind = tokenKind(claims)
  if (!isAccepted(kind, accepts))
    throw failure(
      'token-kind-not-accepted',
      kindNames[kind],
      accepts.map((accepted) => kindNames[accepted]).join(' or '),
    )
  assertAudience(claims, project)
  for (const claim of requiredClaims)
    if (!Object.hasOwn(claims, claim)) throw failure('token-claim-missing', claim)
  return { jwt: readJwt(claims, readers[kind], project), key }
}

function isAccepted(kind: TokenKind, accepts: readonly AcceptedKind[]): kind is AcceptedKind {
  return kind !== 'unknown' && accepts.includes(kind)
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

function readJwt(
  claims: Fields,
  read: (claims: Fields) => Verified,
  project: Project,
): VerifiedJwt {
  try {
    const session = read(claims)
    const issuedAt = session.token.issuedAt
    const expiresAt = session.token.expiresAt ?? issuedAt
    const notBefore = Object.hasOwn(claims, 'nbf') ? seconds(claims, 'nbf') : issuedAt
    for (const [claim, id] of idsOf(session)) assertEnvironment(claim, id, project)
    return { session, issuedAt, notBefore, expiresAt }
  } catch (error) {
    if (error instanceof ShapeError)
      throw failure('token-claim-invalid', error.path, error.expected)
    throw error
  }
}

/** The ids in a token that name their environment, and the claims that hold them. */
function idsOf(session: Verified): (readonly [claim: string, id: string])[] {
  switch (session.kind) {
    case 'b2b_member':
      return [
        ['sub', session.memberId],
        ['organization_id', session.organizationId],
      ]
    case 'consumer_user':
      return [['sub', session.userId]]
    case 'm2m_client':
      return [['sub', session.clientId]]
    case 'connected_app': {
      const { subject, clientId } = session
      const organization =
        subject.kind === 'b2b_member' ? [['organization_id', subject.organizationId] as const] : []
      return [['sub', subject.id], ['client_id', clientId], ...organization]
    }
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
