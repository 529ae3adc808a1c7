import { guardRequest, IdentifyFailure } from '@lockstitch/guard'
import { describe, expect, test } from 'vitest'

import { type CredentialSources, type Credentials, readCredentials } from '../src/credentials.ts'

const jwt = 'aaa.bbb.ccc'
const otherJwt = 'ddd.eee.fff'
const token = 'WJtR5BCy38Szd5AfoDpf0iqFKEt4EE5JhjlWUY7l3FtY'
const otherToken = 'mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q'

interface Sent {
  readonly cookie?: string
  readonly authorization?: string
}

function read(sent: Sent, sources: CredentialSources = {}): Credentials | string {
  try {
    const headers = new Headers({ ...sent })
    return readCredentials({ method: 'GET', url: '/', headers }, sources)
  } catch (error) {
    if (error instanceof IdentifyFailure) return `${error.status} ${error.code}`
    throw error
  }
}

// biome-ignore format: table
const cases: readonly (readonly [string, Sent, Credentials | string])[] = [
  ['the JWT cookie', { cookie: `stytch_session_jwt=${jwt}` }, { jwt }],
  ['the token cookie', { cookie: `stytch_session=${token}` }, { token }],
  ['both cookies', { cookie: `a=b; stytch_session=${token};stytch_session_jwt=${jwt}; c` }, { jwt, token }],
  ['a quoted cookie', { cookie: `stytch_session_jwt="${jwt}"` }, { jwt }],
  ['a bearer JWT', { authorization: `Bearer ${jwt}` }, { jwt }],
  ['a bearer token', { authorization: `bearer   ${token} ` }, { token }],
  ['a bearer that is one of the cookies', { authorization: `Bearer ${jwt}`, cookie: `stytch_session_jwt=${jwt}; stytch_session=${token}` }, { jwt, token }],
  ['the same cookie twice', { cookie: `stytch_session=${token}; stytch_session=${token}` }, { token }],
  ['an empty cookie beside a full one', { cookie: `stytch_session_jwt=; stytch_session=${token}` }, { token }],
  ['another scheme beside a cookie', { authorization: 'Basic dXNlcjpwYXNz', cookie: `stytch_session=${token}` }, { token }],

  ['nothing', {}, '401 no-session'],
  ['empty cookies', { cookie: 'stytch_session=; stytch_session_jwt=' }, '401 no-session'],
  ['cookies with longer names', { cookie: `xstytch_session=${token}; stytch_session_x=${token}` }, '401 no-session'],
  ['another scheme', { authorization: 'Basic dXNlcjpwYXNz' }, '401 no-session'],
  ['a bearer without credential', { authorization: 'Bearer' }, '401 authorization-malformed'],
  ['a bearer with two credentials', { authorization: `Bearer ${jwt}, Bearer ${otherJwt}` }, '401 authorization-malformed'],
  ['a bearer with a space', { authorization: 'Bearer a b' }, '401 authorization-malformed'],
  ['two cookies of one name that differ', { cookie: `stytch_session=${token}; stytch_session=${otherToken}` }, '401 sessions-disagree'],
  ['two JWT cookies that differ', { cookie: `stytch_session_jwt=${jwt}; stytch_session_jwt=${otherJwt}` }, '401 sessions-disagree'],
  ['a bearer JWT beside another cookie', { authorization: `Bearer ${otherJwt}`, cookie: `stytch_session_jwt=${jwt}` }, '401 sessions-disagree'],
  ['a bearer token beside another cookie', { authorization: `Bearer ${otherToken}`, cookie: `stytch_session=${token}` }, '401 sessions-disagree'],
  ['a bearer token beside a JWT cookie', { authorization: `Bearer ${token}`, cookie: `stytch_session_jwt=${jwt}` }, '401 sessions-disagree'],
  ['two cookies far apart', { cookie: `stytch_session=${token}; x=${'a'.repeat(200_000)}; stytch_session=${otherToken}` }, '401 sessions-disagree'],
  ['a name that only looks the same', { cookie: `\u00a0stytch_session=${otherToken}; stytch_session\u00a0=${otherToken}; stytch_session=${token}` }, { token }],
  ['two `authorization` headers, the first of another scheme', { authorization: `Basic YTpi, Bearer ${otherToken}`, cookie: `stytch_session=${token}` }, '401 authorization-malformed'],
  ['a token that is no token', { cookie: 'stytch_session=a b' }, '401 session-token-malformed'],
  ['a token of one megabyte', { cookie: `stytch_session=${'a'.repeat(1_000_000)}` }, '401 session-token-malformed'],
]

describe('reads', () => {
  test.each(cases)('%s', (_, sent, expected) => {
    expect(read(sent)).toEqual(expected)
  })

  test('other cookies when they are named', () => {
    const sources = { jwtCookie: 'app_jwt', tokenCookie: 'app_session' }
    expect(read({ cookie: `app_jwt=${jwt}; app_session=${token}` }, sources)).toEqual({
      jwt,
      token,
    })
    expect(read({ cookie: `stytch_session_jwt=${jwt}` }, sources)).toBe('401 no-session')
  })

  test('no place that is turned off', () => {
    const all = {
      cookie: `stytch_session_jwt=${jwt}; stytch_session=${token}`,
      authorization: `Bearer ${otherJwt}`,
    }
    expect(read(all, { bearer: false })).toEqual({ jwt, token })
    expect(read(all, { bearer: false, jwtCookie: false })).toEqual({ token })
    expect(read(all, { jwtCookie: false, tokenCookie: false })).toEqual({ jwt: otherJwt })
    expect(read(all, { jwtCookie: false, tokenCookie: false, bearer: false })).toBe(
      '401 no-session',
    )
  })

  test('both `authorization` headers of a Node request, of which Node shows one', () => {
    const request = guardRequest({
      headers: { authorization: `Bearer ${jwt}` },
      headersDistinct: { authorization: [`Bearer ${jwt}`, `Bearer ${otherJwt}`] },
    })
    expect(() => readCredentials(request, {})).toThrow('one session token or session JWT')
  })
})
