import type { Authz } from '@lockstitch/guard'
import type { StytchIdentity } from '@lockstitch/stytch'
import express, { type Express } from 'express'
import type { B2BClient } from 'stytch'

import type { Context, Development, HostedPages } from './context.ts'
import { createCookieJar } from './cookies.ts'
import { createCsrf } from './csrf.ts'
import { serveFiles } from './public-files.ts'
import { accountRoutes } from './routes/account.ts'
import { decisionRoutes } from './routes/decisions.ts'
import { documentChangeRoutes } from './routes/document-changes.ts'
import { documentRoutes } from './routes/documents.ts'
import { memberRoutes } from './routes/members.ts'
import { organizationSignInRoutes } from './routes/organization-sign-in.ts'
import { organizationRoutes } from './routes/organizations.ts'
import { handleError, notFound } from './routes/refusals.ts'
import { signInRoutes } from './routes/sign-in.ts'
import { stepUpRoutes } from './routes/step-up.ts'
import { canonicalHost, securityHeaders } from './security-headers.ts'
import type { Store } from './store.ts'

/** What the application is made of. */
export interface AppOptions {
  /** The origin at which people reach the application, without a slash at the end. */
  readonly baseUrl: string
  /** The official SDK, for real Stytch or for the emulator. */
  readonly stytch: B2BClient
  /** Providers and SSO are offered where this is known. */
  readonly hosted?: HostedPages | undefined
  readonly authz: Authz<StytchIdentity>
  /** Whether the decider plans lists. */
  readonly plansLists: boolean
  /** Ends a session in this process at once. */
  readonly sessionRevoked: (memberSessionId: string) => Promise<void>
  readonly store: Store
  /** Turns on what only developers may see. Never set it in production. */
  readonly development?: Development | undefined
}

/** The document workspace as an Express application. */
export function createApp(options: AppOptions): Express {
  const secure = new URL(options.baseUrl).protocol === 'https:'
  const jar = createCookieJar({ secure })
  const context: Context = {
    ...options,
    development: options.development,
    hosted: options.hosted,
    jar,
    csrf: createCsrf(jar, new URL(options.baseUrl).origin),
  }

  const app = express()
  app.disable('x-powered-by')
  app.use(securityHeaders(secure), canonicalHost(options.baseUrl))
  serveFiles(app, ['/style.css', '/favicon.svg'])
  app.use(express.urlencoded({ extended: false, limit: '256kb' }), context.csrf.verify)
  app.get('/', async (request, response) => {
    const { attr } = await context.authz.for(request).principal()
    response.redirect(303, `/${String(attr?.organization_slug)}/documents`)
  })
  app.use(signInRoutes(context), organizationSignInRoutes(context), organizationRoutes(context))
  app.use(accountRoutes(context), stepUpRoutes(context))
  if (context.development !== undefined) app.use(decisionRoutes(context, context.development))
  // `/new` stands before `/:id`.
  app.use(documentChangeRoutes(context), documentRoutes(context), memberRoutes(context))
  app.use(notFound(context), handleError(context))
  return app
}
