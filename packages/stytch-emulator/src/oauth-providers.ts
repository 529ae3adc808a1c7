import type { OAuthProvider } from './entities.ts'

/** What sets a provider apart from the others. */
interface ProviderTraits {
  /** The name that `provider_type` has, and that people know it by. */
  readonly name: string
  /** The scopes that it grants whoever asks for nothing more. */
  readonly scopes: readonly string[]
  /** Whether the provider makes sure that an address is its owner's; else Stytch asks for a proof of its own. */
  readonly verifiesEmail: boolean
  /** Whether it gives out ID tokens and refresh tokens. */
  readonly isOpenId: boolean
  /** Whether it knows workspaces, hubs or organizations, as `allowed_oauth_tenants` names them. */
  readonly hasTenants: boolean
}

// biome-ignore format: table
const providers: Readonly<Record<OAuthProvider, ProviderTraits>> = {
  google: { name: 'Google', scopes: ['openid', 'https://www.googleapis.com/auth/userinfo.email', 'https://www.googleapis.com/auth/userinfo.profile'], verifiesEmail: true, isOpenId: true, hasTenants: false },
  microsoft: { name: 'Microsoft', scopes: ['openid', 'email', 'profile', 'offline_access', 'User.Read'], verifiesEmail: true, isOpenId: true, hasTenants: false },
  github: { name: 'GitHub', scopes: ['read:user', 'user:email'], verifiesEmail: false, isOpenId: false, hasTenants: true },
  slack: { name: 'Slack', scopes: ['openid', 'email', 'profile'], verifiesEmail: false, isOpenId: false, hasTenants: true },
  hubspot: { name: 'HubSpot', scopes: ['oauth'], verifiesEmail: false, isOpenId: false, hasTenants: true },
}

/** What sets this provider apart. */
export function traitsOf(provider: OAuthProvider): ProviderTraits {
  return providers[provider]
}

/** Whether a path names a provider. */
export function isOAuthProvider(name: string): name is OAuthProvider {
  return Object.hasOwn(providers, name)
}

/** What organizations call signing in with it, in `allowed_auth_methods`. */
export function oauthMethod(provider: OAuthProvider): string {
  return `${provider}_oauth`
}
