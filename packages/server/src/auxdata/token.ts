import { AuxDataError } from './errors.ts'
import { type Fields, field, parseObject } from './json.ts'

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

/** Headers that are text where they are there at all. */
const textHeaders = ['alg', 'kid', 'typ', 'cty', 'jku', 'x5u', 'x5t', 'x5t#S256']

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
  for (const name of textHeaders)
    if (Object.hasOwn(headers, name) && typeof headers[name] !== 'string')
      throw malformed(`its header \`${name}\` is not text`)
  // They change what a signature covers, or demand what nobody here understands.
  for (const name of ['crit', 'b64'])
    if (Object.hasOwn(headers, name))
      throw new AuxDataError('token-header-not-accepted', `the token has the header \`${name}\``)
}

function textField(headers: Fields, name: string): string | undefined {
  const value = field(headers, name)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function malformed(what: string): AuxDataError {
  return new AuxDataError('token-malformed', `the token cannot be read: ${what}`)
}
