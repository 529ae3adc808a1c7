import { AuxDataError } from './errors.ts'
import { type Fields, field, isFields, parseObject } from './json.ts'

/** A token that could be read. Nothing in it is true yet. */
export interface DecodedToken {
  readonly alg: string | undefined
  readonly kid: string | undefined
  readonly claims: Fields
  readonly isSigned: boolean
  /** The token as it is verified, without the white space around it. */
  readonly text: string
}

const compact = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)$/

/** What headers are, where they are there and not null. Most of them have no use here. */
const headerTypes: Readonly<Record<string, (value: unknown) => boolean>> = {
  ...Object.fromEntries(
    ['kid', 'typ', 'cty', 'jku', 'x5u', 'x5t', 'x5t#S256'].map((name) => [name, isText]),
  ),
  jwk: isFields,
  x5c: Array.isArray,
}

/** Reads a JWT in the compact form. Its header chooses no key: `jwk`, `jku` and the like are not looked at. */
export function decodeToken(token: string): DecodedToken {
  const text = token.trim()
  const [, header = '', payload = '', signature = ''] = compact.exec(text) ?? []
  if (header === '') throw malformed('it is not three parts of base64url')
  const headers = parseObject(Buffer.from(header, 'base64url'))
  if (headers === undefined) throw malformed('its header is not a JSON object')
  assertHeaders(headers)
  const claims = parseObject(Buffer.from(payload, 'base64url'))
  if (claims === undefined) throw malformed('its claims are not a JSON object in UTF-8')
  return {
    alg: textField(headers, 'alg'),
    kid: textField(headers, 'kid'),
    claims,
    isSigned: signature !== '',
    text,
  }
}

function assertHeaders(headers: Fields): void {
  if (Object.hasOwn(headers, 'alg') && !isText(headers.alg)) throw mistyped('alg')
  for (const [name, isOfType] of Object.entries(headerTypes)) {
    const value = field(headers, name) ?? undefined
    if (value !== undefined && !isOfType(value)) throw mistyped(name)
  }
  // The one demands what nobody here understands, the other changes what the signature covers.
  if (Object.hasOwn(headers, 'crit')) throw notAccepted('crit')
  if (Object.hasOwn(headers, 'b64') && headers.b64 !== true) throw notAccepted('b64')
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

function textField(headers: Fields, name: string): string | undefined {
  const value = field(headers, name)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function malformed(what: string): AuxDataError {
  return new AuxDataError('token-malformed', `the token cannot be read: ${what}`)
}

function mistyped(name: string): AuxDataError {
  return malformed(`its header \`${name}\` has a wrong type`)
}

function notAccepted(name: string): AuxDataError {
  return new AuxDataError(
    'token-header-not-accepted',
    `the token has a header \`${name}\` that is not accepted`,
  )
}
