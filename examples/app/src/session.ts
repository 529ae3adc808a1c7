import type { Request, Response } from 'express'
import type {
  B2BDiscoveryIntermediateSessionsExchangeResponse,
  DiscoveredOrganization,
} from 'stytch'

import type { Context } from './context.ts'
import { cookieNames, readCookie, sessionMaxAge } from './cookies.ts'
import { withDeadline } from './deadline.ts'
import { allowedReturnPath } from './redirect.ts'

const sessionMinutes = sessionMaxAge / 60_000

/** Into which organization, and on the strength of what. */
export interface Entry {
  readonly organizationId: string
  /** The proof of an address, right after a magic link. */
  readonly intermediate?: string | undefined
  /** The session in another organization, when switching. */
  readonly sessionToken?: string | undefined
}

/** Is thrown when an organization asks for more than a magic link. */
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
  const session = await exchange(context, entry)
  if (!session.member_authenticated) throw new MoreFactorsNeeded('one factor is not enough')
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
  context.jar.clear(response, cookieNames.returnTo)
  const path = allowedReturnPath(readCookie(request, cookieNames.returnTo))
  response.redirect(303, path ?? `/${organization.organization_slug}/documents`)
}

type Exchanged = Pick<
  B2BDiscoveryIntermediateSessionsExchangeResponse,
  'member_authenticated' | 'organization' | 'member' | 'session_token' | 'session_jwt'
>

function exchange({ stytch }: Context, entry: Entry): Promise<Exchanged> {
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
