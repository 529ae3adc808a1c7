import { Secret, TOTP } from 'otpauth'

import { fill, landing, open, post } from '../browser.ts'
import { acmeId, appUrl, mayaId } from '../seed.ts'
import type { Contract } from './contract.ts'

export const acme = { organization_id: acmeId }
export const maya = { organization_id: acmeId, member_id: mayaId }
export const mayaAddress = { organization_id: acmeId, email_address: 'maya@acme.test' }
export const password = 'seven blue lorries at dawn'
export const otherPassword = 'eight green ferries by dusk'

/** The token of the newest mail to an address. */
export function mailedToken({ emulator }: Contract, to = 'maya@acme.test'): string {
  return emulator.messages({ to })[0]?.token ?? 'no message'
}

/** The code of the newest message to an address or number. */
export function sentCode({ emulator }: Contract, to = 'maya@acme.test'): string {
  return emulator.messages({ to })[0]?.code ?? 'no message'
}

/** A session of a member. */
export function sessionOf({ emulator }: Contract, memberId = mayaId): { session_token: string } {
  return { session_token: emulator.startSession(memberId).session_token }
}

/** A magic link to maya. */
export async function sendLink(contract: Contract): Promise<{ magic_links_token: string }> {
  await contract.b2b.magicLinks.email.loginOrSignup({ ...mayaAddress, login_redirect_url: appUrl })
  return { magic_links_token: mailedToken(contract) }
}

/** Proof of an address, without an organization. */
export async function discover(
  contract: Contract,
  email_address = 'maya@acme.test',
): Promise<{ intermediate_session_token: string }> {
  const { email } = contract.b2b.magicLinks
  await email.discovery.send({ email_address, discovery_redirect_url: appUrl })
  const { intermediate_session_token } = await contract.b2b.magicLinks.discovery.authenticate({
    discovery_magic_links_token: mailedToken(contract, email_address),
  })
  return { intermediate_session_token }
}

/** Gives maya a password. */
export async function choosePassword(contract: Contract): Promise<void> {
  const { email } = contract.b2b.passwords
  await email.resetStart({ ...mayaAddress, reset_password_redirect_url: appUrl })
  await email.reset({ password_reset_token: mailedToken(contract), password })
}

/** The present code of an authenticator app. */
export function codeOf({ emulator }: Contract, secret: string): string {
  const timestamp = emulator.clock.now().getTime()
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp })
}

/** Gives maya an authenticator app. */
export async function registerTotp(
  contract: Contract,
): Promise<{ readonly secret: string; readonly recovery_codes: readonly string[] }> {
  const { secret, recovery_codes } = await contract.b2b.totps.create(maya)
  const code = codeOf(contract, secret)
  await contract.b2b.totps.authenticate({ ...maya, ...sessionOf(contract), code })
  return { secret, recovery_codes }
}

/** Gives maya a phone number. */
export async function addPhone({ b2b }: Contract): Promise<void> {
  await b2b.organizations.members.update({ ...maya, mfa_phone_number: '+15551234567' })
}

/** Chooses maya on a provider's page; the token that comes back. */
export async function visitProvider(
  { emulator }: Contract,
  provider: string,
  purpose: 'login' | 'discovery' = 'login',
): Promise<string> {
  const parameters = { public_token: emulator.project.publicToken, user: 'maya@acme.test' }
  const page =
    purpose === 'login'
      ? open(emulator, `/v1/b2b/public/oauth/${provider}/start`, {
          ...parameters,
          organization_id: acmeId,
          login_redirect_url: appUrl,
        })
      : open(emulator, `/v1/b2b/public/oauth/${provider}/discovery/start`, {
          ...parameters,
          discovery_redirect_url: appUrl,
        })
  return (await landing(page)).token
}

/** Links maya's account at a provider. */
export async function linkProvider(contract: Contract, provider: string): Promise<void> {
  const { oauth, magicLinks } = contract.b2b
  const { intermediate_session_token } = await oauth.authenticate({
    oauth_token: await visitProvider(contract, provider),
  })
  if (intermediate_session_token !== '')
    await magicLinks.authenticate({ ...(await sendLink(contract)), intermediate_session_token })
}

/** A connection of Acme's to the emulator's own identity provider, by OpenID Connect. */
export async function connectOidc({ b2b, emulator }: Contract): Promise<string> {
  const { connection } = await b2b.sso.oidc.createConnection(acme)
  const connection_id = connection?.connection_id ?? ''
  await b2b.sso.oidc.updateConnection({
    ...acme,
    connection_id,
    issuer: `${emulator.url}/__emulator/idp`,
    client_id: 'acme',
    client_secret: 'secret-test-idp',
  })
  return connection_id
}

/** The same by SAML. */
export async function connectSaml({ b2b, emulator }: Contract): Promise<string> {
  const { connection } = await b2b.sso.saml.createConnection(acme)
  const connection_id = connection?.connection_id ?? ''
  const metadata_url = `${emulator.url}/__emulator/idp/saml/metadata`
  await b2b.sso.saml.updateByURL({ ...acme, connection_id, metadata_url })
  const attribute_mapping = { email: 'NameID', first_name: 'firstName', last_name: 'lastName' }
  await b2b.sso.saml.updateConnection({ ...acme, connection_id, attribute_mapping })
  return connection_id
}

/** Signs maya in at an identity provider; the token that comes back. */
export async function visitIdp({ emulator }: Contract, connection_id: string): Promise<string> {
  const started = await open(emulator, '/v1/public/sso/start', {
    public_token: emulator.project.publicToken,
    connection_id,
    login_redirect_url: appUrl,
    user: 'maya@acme.test',
  })
  const atIdp = await open(emulator, started.headers.get('location') ?? '')
  const location = atIdp.headers.get('location')
  const back = location === null ? post(await fill(atIdp)) : open(emulator, location)
  return (await landing(back)).token
}
