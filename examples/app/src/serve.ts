import type { Decide } from '@lockstitch/guard'
import { type AuthorizerOptions, createAuthorizer, type DeciderOptions } from '@lockstitch/stytch'
import type { B2BClient } from 'stytch'

import { createApp } from './app.ts'
import type { HostedPages } from './context.ts'
import { createDecisionLog, type DecisionLog } from './decision-log.ts'
import type { Listener } from './listen.ts'
import type { SignInHint } from './pages/sign-in.ts'
import { seedRoles } from './seed.ts'
import type { Store } from './store.ts'

/** What the application is served with. */
export interface ServeOptions {
  readonly listener: Listener
  readonly baseUrl: string
  readonly stytch: B2BClient
  readonly hosted?: HostedPages | undefined
  readonly store: Store
  /** The directory with the policies, watched; or something else that decides. */
  readonly decider: { readonly policies: string } | { readonly decide: Decide }
  /** Turns on what only developers may see. */
  readonly development?:
    | { readonly inboxUrl?: string | undefined; readonly hints?: readonly SignInHint[] | undefined }
    | undefined
  /** Told what went wrong and what will: broken edits of the policies, failures to decide. */
  readonly log: (message: string) => void
}

/** The application at work. */
export interface Served {
  /** What decides. */
  readonly decide: Decide
  close(): Promise<void>
}

/** Puts the application together and serves it. */
export async function serve(options: ServeOptions): Promise<Served> {
  const { listener, stytch, store, development, log } = options
  let decisions: DecisionLog | undefined
  const authorizer = await createAuthorizer({
    ...deciderOptions(options),
    stytch,
    // What an organization names its own roles is not ours to trust: these are the project's.
    roles: seedRoles.map(({ role_id }) => role_id),
    onDecision: (record) => decisions?.add(record),
    onError: (error) => log(`not decided: ${String(error)}`),
    onWarning: log,
    ...(development !== undefined && { explain: 'development' as const }),
  })
  decisions = createDecisionLog(({ principal, resource, action, effect }) => {
    if (development === undefined || principal === null || effect === null) return undefined
    return authorizer.decide.explain?.({ principal, resource, actions: [action] }, action)
  })
  const app = createApp({
    baseUrl: options.baseUrl,
    stytch,
    hosted: options.hosted,
    authz: authorizer,
    plansLists: authorizer.decide.plan !== undefined,
    store,
    sessionRevoked: (id) => authorizer.sessionRevoked(id),
    development: development && {
      ...development,
      decisions,
      policyProblem() {
        const reload = authorizer.status().policies?.lastReload
        return reload?.ok === false ? reload.text : undefined
      },
    },
  })
  listener.server.on('request', app)
  return {
    decide: authorizer.decide,
    async close() {
      await listener.close()
      await authorizer.close()
    },
  }
}

// A Cerbos answers for all organizations by the policies without a scope; with strict scope search
// it would not find any for a resource that has one.
function deciderOptions({
  decider,
}: ServeOptions): DeciderOptions & Pick<AuthorizerOptions, 'resourceScope'> {
  return 'policies' in decider ? decider : { ...decider, resourceScope: false }
}
