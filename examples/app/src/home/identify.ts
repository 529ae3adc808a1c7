import { type Identify, IdentifyFailure, type Identity } from '@lockstitch/guard'
import { type Client, StytchError } from 'stytch'

import { cookieNames, cookieOf } from '../cookies.ts'
import { withDeadline } from '../deadline.ts'

/** The factors that only a second one makes two. */
const secondTypes = ['totp', 'recovery_codes']

/** Who is asking, of a consumer project: Stytch is asked about each session. */
export function homeIdentify(stytch: Client): Identify {
  return {
    async identify({ headers }): Promise<Identity> {
      const session_token = cookieOf(headers.get('cookie') ?? '', cookieNames.sessionToken)
      if (session_token === undefined)
        throw new IdentifyFailure(401, 'no-session', 'nobody is signed in')
      const { session } = await authenticate(stytch, session_token)
      const factors = session.authentication_factors
      const methods = [...new Set(factors.map(({ type }) => String(type)))]
      const isSecond = (method: string): boolean => secondTypes.includes(method)
      const mfa = methods.some(isSecond) && !methods.every(isSecond)
      return {
        principal: {
          id: session.user_id,
          roles: session.roles,
          attr: { auth: { methods, mfa } },
        },
      }
    },
  }
}

async function authenticate(
  stytch: Client,
  session_token: string,
): Promise<Awaited<ReturnType<Client['sessions']['authenticate']>>> {
  try {
    return await withDeadline(stytch.sessions.authenticate({ session_token }))
  } catch (cause) {
    if (cause instanceof StytchError && cause.status_code === 404)
      throw new IdentifyFailure(401, 'session-not-found', 'the session has ended', { cause })
    throw new IdentifyFailure(503, 'stytch-unavailable', 'Stytch did not answer', { cause })
  }
}
