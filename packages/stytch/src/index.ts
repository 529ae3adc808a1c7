export type { AppToken, M2MToken } from './access-tokens.ts'
export type { AttributeName, AttributeRequest } from './attributes.ts'
export { type Authorizer, type AuthorizerStatus, createAuthorizer } from './authorizer.ts'
export type { CredentialSources } from './credentials.ts'
export type { StytchFailureCode } from './errors.ts'
export type { AuthorizerOptions, DeciderOptions, StytchOptions } from './options.ts'
export type { PolicyStatus } from './policies.ts'
export type { MapPrincipal } from './principal.ts'
export type { StytchClient } from './remote.ts'
export type { RevocationStore } from './revocations.ts'
export { noRole, organizationRolePrefix } from './roles.ts'
export type {
  Factor,
  MemberSession,
  SessionFields,
  TokenProvenance,
  UserSession,
  Verified,
} from './session.ts'
export {
  createStytchIdentify,
  type StytchIdentify,
  type StytchIdentity,
} from './stytch-identify.ts'
export type { ConsumerClient } from './subjects.ts'
export type { AcceptedKind } from './verify/kind.ts'
export type { WebhookOutcome, WebhookRefusalCode } from './webhook.ts'
