import type { AuthzOptions, Decide, GuardRequest } from '@lockstitch/guard'

import type { AttributeName, AttributeRequest } from './attributes.ts'
import type { CredentialSources } from './credentials.ts'
import type { MapPrincipal } from './principal.ts'
import type { ProjectOptions } from './project.ts'
import type { RbacPolicy } from './rbac/rbac-policy.ts'
import type { StytchClient } from './remote.ts'
import type { RevocationStore } from './revocations.ts'
import type { StytchIdentity } from './stytch-identify.ts'
import type { ConsumerClient } from './subjects.ts'
import type { AcceptedKind } from './verify/kind.ts'

/** How sessions are verified and become principals. */
export interface StytchOptions extends ProjectOptions {
  /** The official SDK's `B2BClient`, or its `Client` for a consumer project. */
  readonly stytch: StytchClient | ConsumerClient
  /**
   * What may sign in: members by their sessions (`b2b-session`), consumer users by theirs
   * (`consumer-session`), machines (`m2m`) and Connected Apps that act for a member or a user
   * (`connected-app`) by access tokens. Default `['b2b-session']`.
   */
  readonly accepts?: readonly AcceptedKind[]
  /** Where requests carry their session. */
  readonly sources?: CredentialSources
  /**
   * Seconds for which what is known about a session is used: older session JWTs, and older answers
   * for session tokens, make a call to Stytch. 0 asks every time. Default 300, a JWT's life.
   */
  readonly maxTokenAge?: number
  /**
   * The same for actions that ask for newer knowledge, by `kind:action` or `*:action`: with
   * `{ 'document:delete': 0 }` Stytch is asked before every decision about a deletion. The strictest
   * of a question counts; access tokens of machines and apps that are older are refused.
   */
  readonly maxTokenAgeFor?: Readonly<Record<`${string}:${string}`, number>>
  /**
   * Seconds after which access tokens of machines and apps are refused, whatever they say
   * themselves. Default 3600, the life that Stytch gives them.
   */
  readonly maxAccessTokenAge?: number
  /** `false` never asks Stytch about a session: session JWTs only, verified here. Default `true`. */
  readonly remote?: boolean
  /** Seconds by which clocks may differ, 60 at most; 5 of them apply to expiry. Default 5. */
  readonly clockTolerance?: number
  /** Milliseconds that Stytch has for an answer, all tries together. Default 2000. */
  readonly deadline?: number
  /** How often a call to Stytch that is safe to repeat is tried. Default 3. */
  readonly tries?: number
  /**
   * What policies need to know of members beyond the session. It comes from the custom claim that
   * is named, or from Stytch, once a session; when it cannot be had that is a 503. All others are
   * `null`.
   */
  readonly attributes?: readonly (AttributeName | AttributeRequest)[]
  /** Seconds for which Stytch's answer about a member is used. Default 300. */
  readonly maxAttributeAge?: number
  /**
   * Fields of `untrusted_metadata` to pass on as `attr.untrusted`. Members write them: no policy may
   * give a right for one.
   */
  readonly untrusted?: readonly string[]
  /** Custom claims to pass on as `attr.custom_claims`. Default: none. */
  readonly customClaims?: readonly string[]
  /**
   * The roles that are the project's; any other was made by an organization and gets the prefix
   * `org:`. Default `project`: those of the project's RBAC policy, fetched once. An RBAC policy, as
   * `fetchRbacPolicy` fetches it, names them as the imported policies do.
   */
  readonly roles?: 'project' | readonly string[] | RbacPolicy
  /** Changes the principal that the documented mapping makes. */
  readonly mapPrincipal?: MapPrincipal
  /** The id of the organization that a request is for; a session of another one is refused. */
  readonly organization?: (request: GuardRequest) => string | undefined
  /**
   * The secrets of the application's webhook endpoint at Stytch, `whsec_…`. With them
   * `receiveWebhook` refuses the sessions of members and organizations that were deleted.
   */
  readonly webhookSecrets?: readonly string[]
  /**
   * Shares revocations and the webhooks that were seen with other processes: `redisRevocations` of
   * `@lockstitch/stytch/redis`, or another store. It is asked at every request; without an answer
   * within `deadline` that is a 503. Default: each process knows what it was told itself.
   */
  readonly revocations?: RevocationStore
  /** How many sessions are remembered. Default 10000. */
  readonly cacheSize?: number
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly clock?: () => number
  /** Fetches the project's keys. Default: the global `fetch`. */
  readonly fetch?: typeof fetch
}

/** What decides: policies in a directory, or a decider of the application's. */
export type DeciderOptions =
  | {
      /** The directory with the policies. */
      readonly policies: string
      /** Whether edits of the policies take effect while the application runs. Default `true`. */
      readonly watch?: boolean
      readonly decide?: never
    }
  | {
      /** Our engine, or any client of the Cerbos SDK. */
      readonly decide: Decide
      readonly policies?: never
      readonly watch?: never
    }

/** What {@link createAuthorizer} puts together. */
export type AuthorizerOptions = StytchOptions &
  DeciderOptions &
  Pick<
    AuthzOptions<StytchIdentity>,
    'resources' | 'resourceScope' | 'batchSize' | 'onDecision' | 'onError' | 'explain' | 'newId'
  > & {
    /** Receives what is not wrong yet: policies that read what was not asked for, broken edits. */
    readonly onWarning?: (message: string) => void
    /** Milliseconds that the decider has for an answer. Default 2000. */
    readonly decisionDeadline?: number
  }
