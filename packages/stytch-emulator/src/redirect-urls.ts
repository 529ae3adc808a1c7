import type { MagicLinkKind, ProjectSettings } from './entities.ts'
import { StytchFailure } from './errors.ts'

/** Any page on this machine: what a project without redirect URLs of its own accepts. */
export const loopbackUrls: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'].flatMap(
  (host) => [`http://${host}:*/*`, `https://${host}:*/*`],
)

/** Where a magic link leads: the URL that was asked for, if the project allows it, or the project's default. */
export function redirectUrl(
  settings: ProjectSettings,
  kind: MagicLinkKind,
  requested: string | undefined,
): URL {
  const chosen = requested ?? settings.default_redirect_urls[kind]
  if (chosen === undefined) throw new StytchFailure(`no_default_${kind}_redirect_url_set`)
  const url = URL.canParse(chosen) ? new URL(chosen) : undefined
  if (url === undefined) throw new StytchFailure('invalid_magic_link_url')
  if (requested !== undefined && !settings.redirect_urls.some((pattern) => matches(pattern, url)))
    throw new StytchFailure('no_match_for_provided_magic_link_url')
  return url
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
