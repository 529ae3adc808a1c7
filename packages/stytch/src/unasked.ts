import { type AttributesRead, nearName } from '@lockstitch/policy'

import type { StytchOptions } from './options.ts'

/** Attributes that every principal has. */
const always = [
  'kind',
  'organization_id',
  'organization_slug',
  'auth',
  'session',
  'token',
  'impersonation',
  'scopes',
  'actor',
]
/** Attributes that are `null` unless the application asks for them. */
const onRequest = [
  'email',
  'email_verified',
  'name',
  'status',
  'external_id',
  'is_breakglass',
  'mfa_enrolled',
  'trusted_metadata',
  'organization',
]

/**
 * What to say about the attributes of the principal that policies read and the application did not
 * ask for: a condition on one of them is never met, and nobody would see why.
 */
export function unaskedWarnings(read: AttributesRead, options: StytchOptions): string[] {
  const asked = new Set((options.attributes ?? []).map(topLevelName))
  return [...read].flatMap(([name, places]) => {
    const [place] = places
    const at = place === undefined ? '' : ` at ${place.file}:${place.line}:${place.column}`
    const reason = whyEmpty(name, asked, options)
    return reason === undefined ? [] : [`policies read \`P.attr.${name}\`${at}, ${reason}`]
  })
}

function topLevelName(request: NonNullable<StytchOptions['attributes']>[number]): string {
  const name = typeof request === 'string' ? request : request.name
  return name.split('.')[0] ?? name
}

function whyEmpty(
  name: string,
  asked: ReadonlySet<string>,
  { untrusted = [], customClaims = [], mapPrincipal }: StytchOptions,
): string | undefined {
  if (always.includes(name) || asked.has(name)) return undefined
  if (name === 'untrusted')
    return untrusted.length > 0 ? undefined : 'which is absent: name its fields in `untrusted`'
  if (name === 'custom_claims')
    return customClaims.length > 0 ? undefined : 'which is empty: name its fields in `customClaims`'
  // The application's own mapping may add anything, and fill in what was not asked for.
  if (mapPrincipal !== undefined) return undefined
  if (onRequest.includes(name)) return 'which is always null: ask for it in `attributes`'
  const near = nearName(name, [...always, ...onRequest, 'untrusted', 'custom_claims'])
  return `which no principal has${near === undefined ? '' : `; did you mean \`${near}\`?`}`
}
