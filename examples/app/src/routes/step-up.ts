import { type Request, type Response, Router } from 'express'

import { type Context, memberFrame, sendPage } from '../context.ts'
import { cookieNames, readCookie, sessionMaxAge } from '../cookies.ts'
import { withDeadline } from '../deadline.ts'
import { formField } from '../form-field.ts'
import { askForCodePage } from '../pages/sign-in.ts'
import { stepUpPage } from '../pages/step-up.ts'
import { allowedReturnPath } from '../redirect.ts'
import { isRefused } from '../refused.ts'

const wrong = 'That did not work. Check what you typed, or ask for a new code.'

/**
 * What the policies asked for before they allow something: a code, sent to the address of whoever is
 * signed in. It becomes another factor of the same session, and the request is made again.
 */
export function stepUpRoutes(context: Context): Router {
  const { stytch, jar } = context
  const router = Router()

  router.get('/step-up', async (request, response) => {
    const frame = await memberFrame(context, request, response)
    sendPage(response, frame, stepUpPage(frame))
  })

  router.post('/step-up', async (request, response) => {
    const { organization_id, email_address } = await memberOf(context, request)
    await withDeadline(stytch.otps.email.loginOrSignup({ organization_id, email_address }))
    await sendCodePage(context, request, response)
  })

  router.post('/step-up/code', async (request, response) => {
    const member = await memberOf(context, request)
    const session_token = readCookie(request, cookieNames.sessionToken)
    if (session_token === undefined) return response.redirect(303, '/sign-in')
    try {
      const code = formField(request, 'code')
      const { session_jwt } = await withDeadline(
        stytch.otps.email.authenticate({ ...member, code, session_token }),
      )
      jar.set(response, cookieNames.sessionJwt, session_jwt, sessionMaxAge)
    } catch (error) {
      if (!isRefused(error)) throw error
      response.status(400)
      return sendCodePage(context, request, response, wrong)
    }
    const path = allowedReturnPath(readCookie(request, cookieNames.returnTo))
    jar.clear(response, cookieNames.returnTo)
    return response.redirect(303, path ?? '/')
  })
  return router
}

/** Whoever is signed in, and nobody whom a form names. */
async function memberOf(
  { authz, store }: Context,
  request: Request,
): Promise<{ readonly organization_id: string; readonly email_address: string }> {
  const { id, attr } = await authz.for(request).principal()
  return {
    organization_id: String(attr?.organization_id),
    email_address: store.person(id)?.email ?? '',
  }
}

async function sendCodePage(
  context: Context,
  request: Request,
  response: Response,
  problem?: string,
): Promise<void> {
  const frame = await memberFrame(context, request, response)
  const inboxUrl = context.development?.inboxUrl
  sendPage(response, frame, askForCodePage(frame, { action: '/step-up/code', problem, inboxUrl }))
}
