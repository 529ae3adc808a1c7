import type { Authz } from '@lockstitch/guard'
import type { StytchIdentity } from '@lockstitch/stytch'
import type { Request, Response } from 'express'
import type { B2BClient } from 'stytch'

import { type CookieJar, cookieNames, sessionMaxAge } from './cookies.ts'
import type { Csrf } from './csrf.ts'
import type { DecisionLog } from './decision-log.ts'
import { type Frame, layout, type Page, type SignedIn } from './pages/layout.ts'
import type { SignInHint } from './pages/sign-in.ts'
import type { Store } from './store.ts'

/** What developers get to see, and users do not. */
export interface Development {
  readonly decisions: DecisionLog
  /** What is wrong with the policy files, when the last change to them was not taken. */
  readonly policyProblem: () => string | undefined
  /** Where the mail of the demo arrives. */
  readonly inboxUrl?: string | undefined
  readonly hints?: readonly SignInHint[] | undefined
}

/** Where Stytch's own pages begin: those that lead to providers and identity providers. */
export interface HostedPages {
  /** Without a slash at the end. */
  readonly url: string
  readonly publicToken: string
}

/** What the routes share. */
export interface Context {
  /** The origin at which people reach the application. */
  readonly baseUrl: string
  readonly stytch: B2BClient
  readonly hosted: HostedPages | undefined
  readonly authz: Authz<StytchIdentity>
  /** Whether the decider can say which documents are allowed, or only whether each of them is. */
  readonly plansLists: boolean
  /** Ends a session in this process at once. */
  readonly sessionRevoked: (memberSessionId: string) => Promise<void>
  readonly store: Store
  readonly jar: CookieJar
  readonly csrf: Csrf
  readonly development: Development | undefined
}

/** The frame of a page for somebody who is signed in. */
export async function memberFrame(
  context: Context,
  request: Request,
  response: Response,
): Promise<Frame> {
  const { principal, freshJwt } = await context.authz.for(request).identity()
  // The session's JWT was too old, so that Stytch was asked: with the new one it need not be again.
  if (freshJwt !== undefined)
    context.jar.set(response, cookieNames.sessionJwt, freshJwt, sessionMaxAge)
  return {
    ...visitorFrame(context, request, response),
    signedIn: signedInAs(context.store, principal),
  }
}

/** The frame of a page for anybody. */
export function visitorFrame(context: Context, request: Request, response: Response): Frame {
  return {
    csrf: context.csrf.tokenFor(request, response),
    development: context.development !== undefined,
    policyProblem: context.development?.policyProblem(),
  }
}

/** Sends a page. */
export function sendPage(response: Response, frame: Frame, page: Page): void {
  response.type('html').send(layout(frame, page))
}

/** Removes everything that signs somebody in. */
export function clearSession({ jar }: Context, response: Response): void {
  jar.clear(response, cookieNames.sessionToken)
  jar.clear(response, cookieNames.sessionJwt)
  jar.clear(response, cookieNames.intermediateSession)
}

function signedInAs(
  store: Store,
  principal: { readonly id: string; readonly roles: readonly string[]; readonly attr?: object },
): SignedIn {
  const attr: Readonly<Record<string, unknown>> = { ...principal.attr }
  const organizationId = String(attr.organization_id)
  const person = store.person(principal.id)
  return {
    name: person?.name ?? 'Member',
    email: person?.email ?? principal.id,
    roles: principal.roles.filter((role) => role !== 'stytch_member'),
    organization: store.organization(organizationId) ?? {
      id: organizationId,
      slug: String(attr.organization_slug),
      name: String(attr.organization_slug),
    },
  }
}
