import { type Request, type Response, Router } from 'express'
import { type DiscoveredOrganization, StytchError } from 'stytch'

import { type Context, memberFrame, sendPage, visitorFrame } from '../context.ts'
import { cookieNames, readCookie } from '../cookies.ts'
import { withDeadline } from '../deadline.ts'
import { problemPage } from '../pages/problem.ts'
import { chooseOrganizationPage, type OrganizationChoice } from '../pages/sign-in.ts'
import { enterOrganization, isMembership, MoreFactorsNeeded } from '../session.ts'

/** Choosing an organization after signing in, and switching to another one. */
export function organizationRoutes(context: Context): Router {
  const router = Router()
  router.get('/organizations', (request, response) => choose(context, request, response))
  router.post('/organizations', (request, response) => enter(context, request, response))
  return router
}

async function choose(context: Context, request: Request, response: Response): Promise<void> {
  const intermediate = readCookie(request, cookieNames.intermediateSession)
  const frame =
    intermediate === undefined
      ? await memberFrame(context, request, response)
      : visitorFrame(context, request, response)
  const current = frame.signedIn?.organization.id
  try {
    const { discovered_organizations: discovered } = await withDeadline(
      context.stytch.discovery.organizations.list(
        intermediate === undefined
          ? sessionOf(request)
          : { intermediate_session_token: intermediate },
      ),
    )
    const choices = discovered.filter(isMembership).flatMap((each) => choiceOf(each, current))
    sendPage(response, frame, chooseOrganizationPage(frame, choices))
  } catch (error) {
    if (!isGone(error)) throw error
    context.jar.clear(response, cookieNames.intermediateSession)
    response.redirect(303, '/sign-in?ended')
  }
}

// Whether the person may enter is for Stytch to say: it knows the address that was proven.
async function enter(context: Context, request: Request, response: Response): Promise<void> {
  const { organization_id: organizationId } = (request.body ?? {}) as Record<string, unknown>
  if (typeof organizationId !== 'string') return response.redirect(303, '/organizations')
  const intermediate = readCookie(request, cookieNames.intermediateSession)
  try {
    const sessionToken = sessionOf(request).session_token
    await enterOrganization(context, request, response, {
      organizationId,
      intermediate,
      sessionToken,
    })
  } catch (error) {
    const message = refusalOf(error)
    if (message === undefined) throw error
    const view = { status: 403, title: 'You cannot enter this organization', message }
    const back = { path: '/organizations', label: 'Choose another organization' }
    response.status(403)
    sendPage(response, visitorFrame(context, request, response), problemPage({ ...view, back }))
  }
}

function choiceOf(
  { organization }: DiscoveredOrganization,
  current: string | undefined,
): OrganizationChoice[] {
  if (organization === undefined) return []
  const { organization_id: id, organization_slug: slug, organization_name: name } = organization
  return [{ organization: { id, slug, name }, isCurrent: id === current }]
}

function sessionOf(request: Request): { session_token: string } {
  return { session_token: readCookie(request, cookieNames.sessionToken) ?? '' }
}

function isGone(error: unknown): boolean {
  return error instanceof StytchError && (error.status_code === 404 || error.status_code === 401)
}

function refusalOf(error: unknown): string | undefined {
  if (error instanceof MoreFactorsNeeded) return 'It asks for another way of signing in.'
  const isRefused = error instanceof StytchError && error.status_code < 429
  return isRefused ? 'You are not a member of it, or your sign-in has expired.' : undefined
}
