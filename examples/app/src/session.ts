import type { Request, Response } from 'express'
import type {
  B2BDiscoveryIntermediateSessionsExchangeResponse,
  DiscoveredOrganization,
} from 'stytch'

import type { Context } from './context.ts'
import { cookieNames, readCookie, sessionMaxAge, signInMaxAge } from './cookies.ts'
import { withDeadline } from './deadline.ts'
import { allowedReturnPath } from './redirect.ts'

/** How long sessions are asked for. */
export const sessionMinutes: number = sessionMaxAge / 60_000

/** Into which organization, and on the strength of what. */
export interface Entry {
  readonly organizationId: string
  /** The proof of an address, right after a magic link. */
  readonly intermediate?: string | undefined
  /** The session in another organization, when switching. */
  readonly sessionToken?: string | undefined
}

/** Is thrown when an organization asks for a way of signing in that was not used. */
export class MoreFactorsNeeded extends Error {
  override readonly name = 'MoreFactorsNeeded'
}

/** Whether a person is a member already: others are only eligible to join. */
export function isMembership({ membership }: DiscoveredOrganization): boolean {
  return (
    membership?.type === 'active_member' ||
    membership?.type === 'invited_member' ||
    membership?.type === 'pending_member'
  )
}

/** Starts a session in an organization and sends the browser on its way. */
export async function enterOrganization(
  context: Context,
  request: Request,
  response: Response,
  entry: Entry,
): Promise<void> {
  finishSignIn(context, request, response, await exchange(context, entry))
}

/** What every way of signing in a member answers. */
export type SignInAnswer = Pick<
  B2BDiscoveryIntermediateSessionsExchangeResponse,
  | 'member_authenticated'
  | 'organization'
  | 'member'
  | 'session_token'
  | 'session_jwt'
  | 'intermediate_session_token'
  | 'mfa_required'
>

/** Starts the session that a sign-in made, or asks for the second factor that is missing. */
export function finishSignIn(
  context: Context,
  request: Request,
  response: Response,
  session: SignInAnswer,
): void {
  if (!session.member_authenticated) {
    askForSecondFactor(context, response, session)
    return
  }
  const { organization, member } = session
  context.store.saveOrganization({
    id: organization.organization_id,
    slug: organization.organization_slug,
    name: organization.organization_name,
  })
  context.store.savePerson({
    id: member.member_id,
    name: member.name === '' ? member.email_address : member.name,
    email: member.email_address,
  })
  context.jar.set(response, cookieNames.sessionToken, session.session_token, sessionMaxAge)
  context.jar.set(response, cookieNames.sessionJwt, session.session_jwt, sessionMaxAge)
  context.jar.clear(response, cookieNames.intermediateSession)
  context.jar.clear(response, cookieNames.secondFactor)
  context.jar.clear(response, cookieNames.returnTo)
  const path = allowedReturnPath(readCookie(request, cookieNames.returnTo))
  response.redirect(303, path ?? `/${organization.organization_slug}/documents`)
}

/** The first half of a sign-in that waits for its second factor. */
export interface StartedSignIn {
  readonly method: 'sms' | 'totp'
  readonly organization_id: string
  readonly member_id: string
  readonly intermediate_session_token: string
}

/** The sign-in that this browser started, if it waits for a second factor. */
export function startedSignIn(request: Request): StartedSignIn | undefined {
  const parts = readCookie(request, cookieNames.secondFactor)?.split(' ') ?? []
  const [method, organization_id, member_id, intermediate_session_token] = parts
  if (method !== 'sms' && method !== 'totp') return undefined
  if (!organization_id || !member_id || !intermediate_session_token) return undefined
  return { method, organization_id, member_id, intermediate_session_token }
}

// What the cookie says is Stytch's to judge: the intermediate session is worth nothing for anyone else.
function askForSecondFactor(context: Context, response: Response, answer: SignInAnswer): void {
  const options = answer.mfa_required?.member_options
  if (!options?.mfa_phone_number && !options?.totp_registration_id)
    throw new MoreFactorsNeeded('this way of signing in is not enough')
  const method = answer.mfa_required?.secondary_auth_initiated === 'sms_otp' ? 'sms' : 'totp'
  const { organization, member, intermediate_session_token } = answer
  const parts = [method, organization.organization_id, member.member_id, intermediate_session_token]
  context.jar.set(response, cookieNames.secondFactor, parts.join(' '), signInMaxAge)
  response.redirect(303, '/second-factor')
}

function exchange({ stytch }: Context, entry: Entry): Promise<SignInAnswer> {
  const { organizationId: organization_id, intermediate, sessionToken } = entry
  const session_duration_minutes = sessionMinutes
  if (intermediate !== undefined)
    return withDeadline(
      stytch.discovery.intermediateSessions.exchange({
        intermediate_session_token: intermediate,
        organization_id,
        session_duration_minutes,
      }),
    )
  return withDeadline(
    stytch.sessions.exchange({
      organization_id,
      session_duration_minutes,
      ...(sessionToken !== undefined && { session_token: sessionToken }),
    }),
  )
}
