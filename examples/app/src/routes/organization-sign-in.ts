import { type Request, type Response, Router } from 'express'
import type { Organization } from 'stytch'

import { type Context, sendPage, visitorFrame } from '../context.ts'
import { cookieNames, magicLinkMaxAge, signInMaxAge } from '../cookies.ts'
import { withDeadline } from '../deadline.ts'
import { formField } from '../form-field.ts'
import { organizationSignInPage } from '../pages/organization-sign-in.ts'
import { problemPage } from '../pages/problem.ts'
import { askForCodePage, checkInboxPage } from '../pages/sign-in.ts'
import { newProof } from '../proof.ts'
import { isRefused } from '../refused.ts'
import { finishSignIn, type SignInAnswer, sessionMinutes, startedSignIn } from '../session.ts'

const session_duration_minutes = sessionMinutes
const wrong = 'That did not work. Check what you typed, or ask for a new code.'

/** Signing in to one organization, in each way that it offers, and the second factor after it. */
export function organizationSignInRoutes(context: Context): Router {
  const { stytch, hosted, baseUrl, jar } = context
  const router = Router()
  const back = `${baseUrl}/authenticate`

  router.get('/:org/sign-in', async (request, response) => {
    const organization = await find(context, request)
    if (organization === undefined) return sendUnknown(context, request, response)
    sendSignIn(context, request, response, organization)
  })

  router.post('/:org/sign-in/link', (request, response) =>
    attempt(context, request, response, async ({ organization_id }) => {
      const email_address = formField(request, 'email')
      const { verifier, challenge: pkce_code_challenge } = newProof()
      const urls = { login_redirect_url: back, signup_redirect_url: back }
      await stytch.magicLinks.email.loginOrSignup({
        ...{ organization_id, email_address, pkce_code_challenge },
        ...urls,
      })
      jar.set(response, cookieNames.pkceVerifier, verifier, magicLinkMaxAge)
      const frame = visitorFrame(context, request, response)
      sendPage(response, frame, checkInboxPage(email_address, context.development?.inboxUrl))
    }),
  )

  router.post('/:org/sign-in/code', (request, response) =>
    attempt(context, request, response, async ({ organization_id, organization_slug }) => {
      const email_address = formField(request, 'email')
      await stytch.otps.email.loginOrSignup({ organization_id, email_address })
      const action = `/${organization_slug}/sign-in/code/check`
      sendCodePage(context, request, response, { action, to: email_address })
    }),
  )

  router.post('/:org/sign-in/code/check', (request, response) =>
    attempt(context, request, response, async ({ organization_id }) => {
      const [email_address, code] = [formField(request, 'to'), formField(request, 'code')]
      const asked = { organization_id, email_address, code, session_duration_minutes }
      finishSignIn(context, request, response, await stytch.otps.email.authenticate(asked))
    }),
  )

  router.post('/:org/sign-in/password', (request, response) =>
    attempt(context, request, response, async ({ organization_id }) => {
      const [email_address, password] = [
        formField(request, 'email'),
        formField(request, 'password'),
      ]
      const asked = { organization_id, email_address, password, session_duration_minutes }
      finishSignIn(context, request, response, await stytch.passwords.authenticate(asked))
    }),
  )

  if (hosted !== undefined) {
    const leave = (response: Response, path: string, query: Record<string, string>): void => {
      const { verifier, challenge } = newProof()
      jar.set(response, cookieNames.pkceVerifier, verifier, signInMaxAge)
      const parameters = new URLSearchParams({
        ...query,
        public_token: hosted.publicToken,
        login_redirect_url: back,
        signup_redirect_url: back,
        pkce_code_challenge: challenge,
      })
      response.redirect(303, `${hosted.url}${path}?${parameters}`)
    }
    router.get('/:org/sign-in/google', (request, response) =>
      attempt(context, request, response, async ({ organization_id }) =>
        leave(response, '/v1/b2b/public/oauth/google/start', { organization_id }),
      ),
    )
    router.get('/:org/sign-in/sso/:connection', (request, response) =>
      leave(response, '/v1/public/sso/start', { connection_id: request.params.connection }),
    )
  }

  router.get('/second-factor', (request, response) => {
    if (startedSignIn(request) === undefined) return response.redirect(303, '/sign-in')
    return sendCodePage(context, request, response, { action: '/second-factor' })
  })
  router.post('/second-factor', async (request, response) => {
    const started = startedSignIn(request)
    if (started === undefined) return response.redirect(303, '/sign-in')
    const { method, ...reference } = started
    const asked = { ...reference, code: formField(request, 'code'), session_duration_minutes }
    try {
      const answer = await withDeadline(
        method === 'sms' ? stytch.otps.sms.authenticate(asked) : stytch.totps.authenticate(asked),
      )
      const whole = { ...answer, member_authenticated: true, intermediate_session_token: '' }
      return finishSignIn(context, request, response, whole)
    } catch (error) {
      if (!isRefused(error)) throw error
      response.status(400)
      return sendCodePage(context, request, response, { action: '/second-factor', problem: wrong })
    }
  })
  return router
}

/** Signs in with what a link, a provider or an identity provider sent back; `undefined` for anything else. */
export async function authenticateAtOrganization(
  { stytch }: Context,
  type: string,
  token: string,
  verifier: string | undefined,
): Promise<SignInAnswer | undefined> {
  const proof = verifier === undefined ? {} : { pkce_code_verifier: verifier }
  const options = { session_duration_minutes, ...proof }
  switch (type) {
    case 'multi_tenant_magic_links':
      return await withDeadline(
        stytch.magicLinks.authenticate({ magic_links_token: token, ...options }),
      )
    case 'oauth':
      return await withDeadline(stytch.oauth.authenticate({ oauth_token: token, ...options }))
    case 'sso':
      return await withDeadline(stytch.sso.authenticate({ sso_token: token, ...options }))
    default:
      return undefined
  }
}

async function attempt(
  context: Context,
  request: Request,
  response: Response,
  signIn: (organization: Organization) => Promise<void>,
): Promise<void> {
  const organization = await find(context, request)
  if (organization === undefined) return sendUnknown(context, request, response)
  try {
    await withDeadline(signIn(organization))
  } catch (error) {
    if (!isRefused(error)) throw error
    response.status(400)
    sendSignIn(context, request, response, organization, wrong)
  }
}

async function find({ stytch }: Context, request: Request): Promise<Organization | undefined> {
  try {
    const organization_id = String(request.params.org)
    return (await withDeadline(stytch.organizations.get({ organization_id }))).organization
  } catch (error) {
    if (isRefused(error)) return undefined
    throw error
  }
}

function sendSignIn(
  context: Context,
  request: Request,
  response: Response,
  organization: Organization,
  problem?: string,
): void {
  const frame = visitorFrame(context, request, response)
  const hasHosted = context.hosted !== undefined
  sendPage(response, frame, organizationSignInPage(frame, { organization, hasHosted, problem }))
}

function sendCodePage(
  context: Context,
  request: Request,
  response: Response,
  options: Parameters<typeof askForCodePage>[1],
): void {
  const frame = visitorFrame(context, request, response)
  const inboxUrl = context.development?.inboxUrl
  sendPage(response, frame, askForCodePage(frame, { ...options, inboxUrl }))
}

function sendUnknown(context: Context, request: Request, response: Response): void {
  const view = { status: 404, title: 'Not found', message: 'There is no such organization.' }
  const back = { path: '/sign-in', label: 'Sign in' }
  response.status(404)
  sendPage(response, visitorFrame(context, request, response), problemPage({ ...view, back }))
}
