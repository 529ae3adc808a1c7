import { IdentifyFailure } from '@lockstitch/guard'

/** Why nobody is identified. Codes never change, messages may. */
// biome-ignore format: table
export type StytchFailureCode =
  | 'no-session' | 'sessions-disagree' | 'authorization-malformed' | 'session-token-malformed'
  | 'session-token-not-accepted' | 'token-too-large' | 'token-malformed' | 'token-unsigned'
  | 'token-algorithm-not-accepted' | 'token-type-not-accepted' | 'token-header-not-accepted'
  | 'token-wrong-project' | 'token-wrong-issuer' | 'token-key-unknown' | 'token-key-not-accepted'
  | 'token-signature-invalid' | 'token-kind-not-accepted' | 'token-wrong-environment'
  | 'token-claim-missing' | 'token-claim-invalid' | 'token-expired' | 'token-not-yet-valid'
  | 'token-too-old' | 'token-wrong-organization' | 'session-expired' | 'session-not-found'
  | 'session-revoked' | 'session-refused' | 'stytch-unavailable' | 'stytch-away' | 'stytch-credentials-refused'
  | 'stytch-answer-invalid' | 'revocations-unavailable' | 'subject-not-active' | 'app-not-active' | 'attribute-unavailable' | 'principal-invalid'

/**
 * Every reason for which nobody is identified. 401: what was sent is not accepted. 503: it could not
 * be found out. No message holds a secret, a token or the value of an attribute.
 */
// biome-ignore format: table
const causes: Readonly<Record<StytchFailureCode, Row>> = {
  'no-session': row(401, () => 'no session was sent; sign in'),
  'sessions-disagree': row(401, () => 'the request carries credentials of different sessions; sign out and in again'),
  'authorization-malformed': row(401, () => 'expected `Authorization: Bearer` with one session token or session JWT'),
  'session-token-malformed': row(401, () => 'the session token is not one that Stytch issues'),
  'session-token-not-accepted': row(401, () => 'a session token was sent, but this application accepts session JWTs only'),

  'token-too-large': row(401, (limit) => `the session JWT is longer than ${limit} characters`),
  'token-malformed': row(401, (found) => `the session JWT cannot be read: ${found}`),
  'token-unsigned': row(401, () => 'the session JWT is not signed'),
  'token-algorithm-not-accepted': row(401, () => 'the session JWT is not signed with RS256'),
  'token-type-not-accepted': row(401, () => 'the `typ` of the session JWT is not `JWT`'),
  'token-header-not-accepted': row(401, (name) => `the session JWT has the header \`${name}\`, which is not accepted`),
  'token-wrong-project': row(401, (found, accepted) => `the token's audience is ${found}, this application accepts ${accepted}`),
  'token-wrong-issuer': row(401, (accepted) => `the token's issuer is not one of ${accepted}`),
  'token-key-unknown': row(401, () => 'the session JWT is signed with a key that is not of this project'),
  'token-key-not-accepted': row(401, () => 'the session JWT names a key that is not an RS256 signature key'),
  'token-signature-invalid': row(401, () => 'the signature of the session JWT does not fit its content'),
  'token-kind-not-accepted': row(401, (found, expected) => `${found} was sent where ${expected} is expected`),
  'token-wrong-environment': row(401, (claim) => `the \`${claim}\` of the session JWT is not of this project's environment (test or live)`),
  'token-claim-missing': row(401, (claim) => `the session JWT has no \`${claim}\``),
  'token-claim-invalid': row(401, (claim, expected) => `the \`${claim}\` of the session JWT is not ${expected}`),
  'token-expired': row(401, (seconds) => `the session JWT expired ${seconds} s ago; sign in again or send the session token`),
  'token-not-yet-valid': row(401, () => 'the session JWT is not valid yet; compare the clocks'),
  'token-too-old': row(401, (age, limit, option) => `issued ${age} s ago, ${option} is ${limit} s; sign in again or send the session token`),
  'token-wrong-organization': row(401, () => 'the session is of another organization than the request'),

  'subject-not-active': row(401, () => 'whom the app acts for is not there or not active'),
  'app-not-active': row(401, () => 'the Connected App is not there or not active'),

  'session-expired': row(401, () => 'the session has expired; sign in again'),
  'session-not-found': row(401, () => 'Stytch does not know the session: it expired, was revoked or never was'),
  'session-revoked': row(401, () => 'the session was revoked; sign in again'),
  'session-refused': row(401, (errorType) => `Stytch refused the session (\`${errorType}\`)`),

  'stytch-unavailable': row(503, (milliseconds, tries) => `Stytch did not answer within ${Number(milliseconds) / 1000} s (${tries} ${tries === 1 ? 'try' : 'tries'}); nothing was decided`),
  'stytch-away': row(503, () => 'Stytch has not answered several times in a row and is asked again shortly; nothing was decided'),
  'stytch-credentials-refused': row(503, () => 'Stytch refused the credentials of this application; nothing was decided'),
  'stytch-answer-invalid': row(503, (what) => `Stytch's answer cannot be used (${what}); nothing was decided`),
  'revocations-unavailable': row(503, () => 'it cannot be found out whether the session was revoked; nothing was decided'),
  'attribute-unavailable': row(503, (name) => `the attribute \`${name}\` is needed and cannot be had; nothing was decided`),
  'principal-invalid': row(503, (what) => `the principal cannot be used (${what}); nothing was decided`),
}

/** The failure for a cause; the message takes the details in its order. */
export function failure(code: StytchFailureCode, ...details: readonly Detail[]): IdentifyFailure {
  return failureFrom(undefined, code, ...details)
}

/** The failure for a cause that an error brought about. The error goes to the log, so it is clean. */
export function failureFrom(
  cause: Error | undefined,
  code: StytchFailureCode,
  ...details: readonly Detail[]
): IdentifyFailure {
  const { status, message } = causes[code]
  return new IdentifyFailure(status, code, message(...details), cause && { cause })
}

type Detail = string | number

interface Row {
  readonly status: 401 | 503
  readonly message: (...details: readonly Detail[]) => string
}

function row(status: Row['status'], message: Row['message']): Row {
  return { status, message }
}
