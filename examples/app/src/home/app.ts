import { createAuthz, ProblemError } from '@lockstitch/guard'
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type Response,
} from 'express'

import { cookieNames, createCookieJar } from '../cookies.ts'
import { createCsrf } from '../csrf.ts'
import { problemPage } from '../pages/problem.ts'
import { serveFiles } from '../public-files.ts'
import { canonicalHost, securityHeaders } from '../security-headers.ts'
import { signInProofs } from '../sign-in-proofs.ts'
import { type Home, type HomeOptions, sendHomePage } from './context.ts'
import { homeIdentify } from './identify.ts'
import { notesPage } from './pages.ts'
import { homeSignInRoutes } from './sign-in.ts'

// What is one's own at home belongs to no organization.
const resources = { note: { organization: false }, sign_in: { organization: false } } as const

/** Notes that people keep for themselves: an application with a consumer project, and the same policies. */
export function createHomeApp(options: HomeOptions): Express {
  const secure = new URL(options.baseUrl).protocol === 'https:'
  const jar = createCookieJar({ secure })
  const csrf = createCsrf(jar, new URL(options.baseUrl).origin)
  const { decide, stytch } = options
  const authz = createAuthz({ decide, identify: homeIdentify(stytch), resources })
  const home: Home = { ...options, jar, csrf, authz }

  const app = express()
  app.disable('x-powered-by')
  app.use(securityHeaders(secure), canonicalHost(options.baseUrl))
  serveFiles(app, ['/style.css', '/favicon.svg', '/passkey.js'])
  app.use(express.urlencoded({ extended: false, limit: '256kb' }), csrf.verify)
  app.get('/', (request, response) => sendNotes(home, request, response))
  app.use(homeSignInRoutes(home))
  app.use(handleError(home))
  return app
}

async function sendNotes(home: Home, request: Request, response: Response): Promise<void> {
  const authz = home.authz.for(request)
  const { id } = await authz.principal()
  const notes = [
    { id: 'shopping', owner_id: id, title: 'Shopping list' },
    { id: 'secret', owner_id: 'somebody else', title: 'Somebody else’s note' },
  ]
  const visible = await authz.filter(notes, 'note', 'view')
  const may = await authz.actionsOnEach(['edit'], 'note', visible)
  const proved = await authz.actions(signInProofs, 'sign_in', { id: 'own' })
  const rows = visible.map(({ title }, at) => ({ title, mayEdit: may[at]?.edit === true }))
  const proofs = signInProofs.filter((proof) => proved[proof])
  sendHomePage(home, request, response, (frame) => notesPage(frame, rows, proofs))
}

function handleError(home: Home): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error)
    if (error instanceof ProblemError && error.status === 401) {
      home.jar.clear(response, cookieNames.sessionToken)
      return response.redirect(303, '/sign-in')
    }
    const status = error instanceof ProblemError ? error.status : 500
    response.status(status)
    const title = 'That did not work'
    const back = { path: '/sign-in', label: 'Sign in' }
    const view = { status, title, message: 'Please try again.', back }
    return sendHomePage(home, request, response, () => problemPage(view))
  }
}
