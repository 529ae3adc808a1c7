import { type Request, type Response, Router } from 'express'
import { StytchError } from 'stytch'

import { type Context, clearSession, sendPage, visitorFrame } from '../context.ts'
import { cookieNames, magicLinkMaxAge, readCookie, signInMaxAge } from '../cookies.ts'
import { withDeadline } from '../deadline.ts'
import { checkInboxPage, type SignInOptions, signInPage } from '../pages/sign-in.ts'
import { newProof } from '../proof.ts'
import { isRefused } from '../refused.ts'
import { enterOrganization, finishSignIn, isMembership } from '../session.ts'
import { authenticateAtOrganization } from './organization-sign-in.ts'

const linkProblem =
  'This link does not work: it was used already, has expired, or was asked for in another browser. We will gladly send you a new one.'

/** Signing in with a magic link, and signing out. */
export function signInRoutes(context: Context): Router {
  const router = Router()
  router.get('/sign-in', (request, response) => {
    const notice =
      'ended' in request.query ? 'Your session has ended. Please sign in again.' : undefined
    sendSignIn(context, request, response, { notice })
  })
  router.post('/sign-in', (request, response) => sendLink(context, request, response))
  router.get('/check-your-inbox', (request, response) => {
    const sentTo = readCookie(request, cookieNames.sentTo)
    if (sentTo === undefined) return response.redirect(303, '/sign-in')
    const frame = visitorFrame(context, request, response)
    return sendPage(response, frame, checkInboxPage(sentTo, context.development?.inboxUrl))
  })
  router.get('/authenticate', (request, response) => openLink(context, request, response))
  router.post('/sign-out', (request, response) => signOut(context, request, response))
  return router
}

function sendSignIn(
  context: Context,
  request: Request,
  response: Response,
  options: SignInOptions,
): void {
  const frame = visitorFrame(context, request, response)
  sendPage(response, frame, signInPage(frame, { ...options, hints: context.development?.hints }))
}

/**
 * Sends the link, with the challenge of a verifier that only this browser has: a link that somebody
 * else asked for cannot sign this browser in to their account.
 */
async function sendLink(context: Context, request: Request, response: Response): Promise<void> {
  const email = readEmail(request.body)
  if (email === undefined) {
    response.status(400)
    return sendSignIn(context, request, response, {
      problem: 'Write your address as in maya@acme.test.',
    })
  }
  const proof = newProof()
  try {
    await withDeadline(
      context.stytch.magicLinks.email.discovery.send({
        email_address: email,
        discovery_redirect_url: `${context.baseUrl}/authenticate`,
        pkce_code_challenge: proof.challenge,
      }),
    )
  } catch (error) {
    const problem = sendProblem(error)
    response.status(problem.status)
    return sendSignIn(context, request, response, { email, problem: problem.message })
  }
  context.jar.set(response, cookieNames.pkceVerifier, proof.verifier, magicLinkMaxAge)
  context.jar.set(response, cookieNames.sentTo, email, magicLinkMaxAge)
  response.redirect(303, '/check-your-inbox')
}

async function openLink(context: Context, request: Request, response: Response): Promise<unknown> {
  const { stytch_token_type: type, token } = request.query
  // Programs that look at links before a person does must not use them up.
  if (request.method === 'HEAD') return response.status(200).end()
  if (typeof type !== 'string' || typeof token !== 'string')
    return sendBadLink(context, request, response)
  const verifier = readCookie(request, cookieNames.pkceVerifier)
  try {
    if (type !== 'discovery') {
      const answer = await authenticateAtOrganization(context, type, token, verifier)
      if (answer === undefined) return sendBadLink(context, request, response)
      context.jar.clear(response, cookieNames.pkceVerifier)
      return finishSignIn(context, request, response, answer)
    }
    const discovered = await withDeadline(
      context.stytch.magicLinks.discovery.authenticate({
        discovery_magic_links_token: token,
        ...(verifier !== undefined && { pkce_code_verifier: verifier }),
      }),
    )
    context.jar.clear(response, cookieNames.pkceVerifier)
    context.jar.clear(response, cookieNames.sentTo)
    const [only, ...others] = discovered.discovered_organizations.filter(isMembership)
    const intermediate = discovered.intermediate_session_token
    if (only?.organization !== undefined && others.length === 0)
      return await enterOrganization(context, request, response, {
        intermediate,
        organizationId: only.organization.organization_id,
      })
    context.jar.set(response, cookieNames.intermediateSession, intermediate, signInMaxAge)
    return response.redirect(303, '/organizations')
  } catch (error) {
    if (isRefused(error)) return sendBadLink(context, request, response)
    throw error
  }
}

function sendBadLink(context: Context, request: Request, response: Response): void {
  response.status(400)
  sendSignIn(context, request, response, { problem: linkProblem })
}

/** Ends the session at Stytch, so that no copy of its token works any more. */
async function signOut(context: Context, request: Request, response: Response): Promise<void> {
  const sessionToken = readCookie(request, cookieNames.sessionToken)
  clearSession(context, response)
  await endHere(context, request)
  try {
    if (sessionToken !== undefined)
      await withDeadline(context.stytch.sessions.revoke({ session_token: sessionToken }))
  } catch (error) {
    // A session that Stytch does not know is signed out already.
    if (!isRefused(error)) throw error
  }
  response.redirect(303, '/sign-in')
}

/** The session JWT would be good for minutes yet: nobody is to use it, whoever has a copy. */
async function endHere(context: Context, request: Request): Promise<void> {
  try {
    const { session } = await context.authz.for(request).identity()
    if ('sessionId' in session) await context.sessionRevoked(session.sessionId)
  } catch {
    // Nobody is signed in, or it cannot be found out who: nothing to end.
  }
}

function readEmail(body: unknown): string | undefined {
  const { email } = (body ?? {}) as Record<string, unknown>
  if (typeof email !== 'string') return undefined
  const address = email.trim()
  return address.length <= 254 && /^[^\s@]+@[^\s@]+$/.test(address) ? address : undefined
}

function sendProblem(error: unknown): { readonly status: number; readonly message: string } {
  if (error instanceof StytchError && error.status_code === 429)
    return { status: 429, message: 'Too many links were asked for. Please wait a little.' }
  if (isRefused(error)) return { status: 400, message: 'This address cannot receive a link.' }
  return { status: 503, message: 'The link could not be sent. Please try again in a moment.' }
}
