import type { ProjectSettings, RedirectKind } from './entities.ts'
import { type ErrorType, StytchFailure } from './errors.ts'

/** Any page on this machine: what a project without redirect URLs of its own accepts. */
export const loopbackUrls: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'].flatMap(
  (host) => [`http://${host}:*/*`, `https://${host}:*/*`],
)

/** What leads there: each refuses with error types of its own. */
export type RedirectFlow = 'link' | 'oauth' | 'sso'

/** Where a flow leads: the URL that was asked for, if the project allows it, or the project's default. */
export function redirectUrl(
  settings: ProjectSettings,
  kind: RedirectKind,
  requested: string | undefined,
  flow: RedirectFlow = 'link',
): URL {
  const chosen = requested ?? settings.default_redirect_urls[kind]
  if (chosen === undefined) throw new StytchFailure(noDefault[kind])
  const url = URL.canParse(chosen) ? new URL(chosen) : undefined
  const refusal = kind === 'password_reset' ? resetRefusal : refusals[flow]
  if (url === undefined)
    throw new StytchFailure(kind === 'signup' ? refusal.invalidSignup : refusal.invalid)
  if (requested !== undefined && !settings.redirect_urls.some((pattern) => matches(pattern, url)))
    throw new StytchFailure(refusal.unmatched)
  return url
}

interface Refusal {
  readonly invalid: ErrorType
  readonly invalidSignup: ErrorType
  readonly unmatched: ErrorType
}

const refusals: Readonly<Record<RedirectFlow, Refusal>> = {
  link: {
    invalid: 'invalid_magic_link_url',
    invalidSignup: 'invalid_magic_link_url',
    unmatched: 'no_match_for_provided_magic_link_url',
  },
  oauth: {
    invalid: 'invalid_login_oauth_url',
    invalidSignup: 'invalid_signup_oauth_url',
    unmatched: 'no_match_for_provided_oauth_url',
  },
  sso: {
    invalid: 'invalid_login_sso_url',
    invalidSignup: 'invalid_signup_sso_url',
    unmatched: 'no_match_for_provided_sso_url',
  },
}

const resetRefusal: Refusal = {
  invalid: 'invalid_password_reset_redirect_url',
  invalidSignup: 'invalid_password_reset_redirect_url',
  unmatched: 'invalid_password_reset_redirect_url',
}

const noDefault: Readonly<Record<RedirectKind, ErrorType>> = {
  login: 'no_default_login_redirect_url_set',
  signup: 'no_default_signup_redirect_url_set',
  invite: 'no_default_invite_redirect_url_set',
  discovery: 'no_default_discovery_redirect_url_set',
  password_reset: 'no_password_reset_redirect_url',
}

/** The pattern's `:*` stands for any port or none, its final `/*` for any path; the query is free. */
function matches(pattern: string, url: URL): boolean {
  if (url.username !== '' || url.password !== '') return false
  const source = pattern
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(':\\*', '(:\\d+)?')
    .replace(/\/\\\*$/, '(/.*)?')
  return new RegExp(`^${source}$`).test(`${url.protocol}//${url.host}${url.pathname}`)
}
