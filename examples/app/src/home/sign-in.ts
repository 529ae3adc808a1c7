import { type Request, type Response, Router } from 'express'

import { cookieNames, magicLinkMaxAge, readCookie, sessionMaxAge } from '../cookies.ts'
import { withDeadline } from '../deadline.ts'
import { formField } from '../form-field.ts'
import { askForCodePage, checkInboxPage } from '../pages/sign-in.ts'
import { newProof } from '../proof.ts'
import { isRefused } from '../refused.ts'
import { allowOwnScript } from '../security-headers.ts'
import { sessionMinutes } from '../session.ts'
import { type Home, sendHomePage } from './context.ts'
import { homeSignInPage, passkeyPage } from './pages.ts'

const session_duration_minutes = sessionMinutes
const passkeys = { return_passkey_credential_options: true, use_base64_url_encoding: true }

/** Signing in to a consumer project: by link, text message, password, provider or passkey. */
export function homeSignInRoutes(home: Home): Router {
  const { stytch, hosted, jar, baseUrl } = home
  const router = Router()
  const back = `${baseUrl}/authenticate`
  const domain = new URL(baseUrl).hostname
  const enter = (response: Response, answer: { readonly session_token: string }): void => {
    jar.set(response, cookieNames.sessionToken, answer.session_token, sessionMaxAge)
    response.redirect(303, '/')
  }
  const attempt = async (
    request: Request,
    response: Response,
    signIn: () => Promise<void>,
  ): Promise<void> => {
    try {
      await withDeadline(signIn())
    } catch (error) {
      if (!isRefused(error)) throw error
      response.status(400)
      sendHomePage(home, request, response, (frame) => homeSignInPage(frame, 'That did not work.'))
    }
  }

  router.get('/sign-in', (request, response) =>
    sendHomePage(home, request, response, (frame) => homeSignInPage(frame, undefined)),
  )

  router.post('/sign-in/link', (request, response) =>
    attempt(request, response, async () => {
      const email = formField(request, 'email')
      const { verifier, challenge: code_challenge } = newProof()
      const urls = { login_magic_link_url: back, signup_magic_link_url: back }
      await stytch.magicLinks.email.loginOrCreate({ email, code_challenge, ...urls })
      jar.set(response, cookieNames.pkceVerifier, verifier, magicLinkMaxAge)
      sendHomePage(home, request, response, () => checkInboxPage(email, home.inboxUrl))
    }),
  )

  router.post('/sign-in/text', (request, response) =>
    attempt(request, response, async () => {
      const phone_number = formField(request, 'number')
      const { phone_id } = await stytch.otps.sms.loginOrCreate({ phone_number })
      const asked = { action: '/sign-in/text/check', to: phone_id, inboxUrl: home.inboxUrl }
      sendHomePage(home, request, response, (frame) => askForCodePage(frame, asked))
    }),
  )
  router.post('/sign-in/text/check', (request, response) =>
    attempt(request, response, async () => {
      const [method_id, code] = [formField(request, 'to'), formField(request, 'code')]
      const answer = await stytch.otps.authenticate({ method_id, code, session_duration_minutes })
      enter(response, answer)
    }),
  )

  router.post('/sign-in/password', (request, response) =>
    attempt(request, response, async () => {
      const [email, password] = [formField(request, 'email'), formField(request, 'password')]
      const asked = { email, password, session_duration_minutes }
      enter(response, await stytch.passwords.authenticate(asked))
    }),
  )

  router.get('/sign-in/google', (_request, response) => {
    const { verifier, challenge: code_challenge } = newProof()
    jar.set(response, cookieNames.pkceVerifier, verifier, magicLinkMaxAge)
    const query = new URLSearchParams({
      public_token: hosted.publicToken,
      login_redirect_url: back,
      signup_redirect_url: back,
      code_challenge,
    })
    response.redirect(303, `${hosted.url}/v1/public/oauth/google/start?${query}`)
  })

  router.get('/authenticate', (request, response) =>
    attempt(request, response, async () => {
      const { stytch_token_type: type, token } = request.query
      const code_verifier = readCookie(request, cookieNames.pkceVerifier)
      jar.clear(response, cookieNames.pkceVerifier)
      const asked = {
        token: String(token),
        session_duration_minutes,
        ...(code_verifier !== undefined && { code_verifier }),
      }
      const answer =
        type === 'oauth'
          ? await stytch.oauth.authenticate(asked)
          : await stytch.magicLinks.authenticate(asked)
      enter(response, answer)
    }),
  )

  router.get('/sign-in/passkey', async (request, response) => {
    const started = await withDeadline(stytch.webauthn.authenticateStart({ domain, ...passkeys }))
    const options = started.public_key_credential_request_options
    allowOwnScript(response)
    sendHomePage(home, request, response, (frame) =>
      passkeyPage(frame, { operation: 'get', options }),
    )
  })
  router.post('/sign-in/passkey', (request, response) =>
    attempt(request, response, async () => {
      const public_key_credential = formField(request, 'credential')
      const asked = { public_key_credential, session_duration_minutes }
      enter(response, await stytch.webauthn.authenticate(asked))
    }),
  )

  router.get('/passkeys/new', async (request, response) => {
    const { id: user_id } = await home.authz.for(request).principal()
    const started = await withDeadline(
      stytch.webauthn.registerStart({ user_id, domain, ...passkeys }),
    )
    const options = started.public_key_credential_creation_options
    allowOwnScript(response)
    sendHomePage(home, request, response, (frame) =>
      passkeyPage(frame, { operation: 'create', options }),
    )
  })
  router.post('/passkeys', async (request, response) => {
    const { id: user_id } = await home.authz.for(request).principal()
    await attempt(request, response, async () => {
      const public_key_credential = formField(request, 'credential')
      await stytch.webauthn.register({ user_id, public_key_credential })
      response.redirect(303, '/')
    })
  })

  router.post('/sign-out', async (request, response) => {
    const session_token = readCookie(request, cookieNames.sessionToken)
    jar.clear(response, cookieNames.sessionToken)
    await attempt(request, response, async () => {
      if (session_token !== undefined) await stytch.sessions.revoke({ session_token })
      response.redirect(303, '/sign-in')
    })
  })
  return router
}
