import { equal } from 'node:assert/strict'

import { Secret, TOTP } from 'otpauth'
import type { Page } from 'playwright-core'

import { plugInAuthenticator } from '../../../tools/browser.ts'
import type { Workspace } from './workspace.ts'

/** A way of signing in, from the sign-in page into the application. */
export interface SignInMethod {
  readonly name: string
  /** What the policies then take for proved. */
  readonly proves: readonly string[]
  /** Signs in; the first page of the application is open afterwards. */
  run(page: Page, workspace: Workspace): Promise<void>
}

const email = 'maya@acme.test'
const homeEmail = 'uma@home.test'
const password = 'seven blue lorries at dawn'

/** The ways of members of an organization. */
export const memberMethods: readonly SignInMethod[] = [
  {
    name: 'b2b magic link',
    proves: ['magic_link'],
    async run(page, workspace) {
      await openSignIn(page, workspace)
      await askForLink(page, email)
      await page.goto(newest(workspace, email).url)
    },
  },
  {
    name: 'b2b email otp',
    proves: ['email_otp'],
    async run(page, workspace) {
      await openSignIn(page, workspace)
      await page.getByLabel('Email address', { exact: true }).fill(email)
      await press(page, 'Send me a code')
      await enterCode(page, () => newest(workspace, email).code)
    },
  },
  {
    name: 'b2b oauth',
    proves: ['oauth'],
    async run(page, workspace) {
      await openSignIn(page, workspace)
      await follow(page, 'Continue with Google')
      await choose(page)
    },
  },
  {
    name: 'b2b sso oidc',
    proves: ['sso'],
    async run(page, workspace) {
      const { sso } = workspace.stytch
      const acme = await acmeOf(workspace)
      const display_name = 'Acme by OpenID Connect'
      const { connection } = await sso.oidc.createConnection({ ...acme, display_name })
      await sso.oidc.updateConnection({
        ...acme,
        connection_id: connection?.connection_id ?? '',
        issuer: `${workspace.emulator.url}/__emulator/idp`,
        client_id: 'acme',
        client_secret: 'secret-test-idp',
      })
      await openSignIn(page, workspace)
      await follow(page, `Continue with ${display_name}`)
      await choose(page)
    },
  },
  {
    name: 'b2b sso saml',
    proves: ['sso'],
    async run(page, workspace) {
      const { saml } = workspace.stytch.sso
      const acme = await acmeOf(workspace)
      const display_name = 'Acme by SAML'
      const { connection } = await saml.createConnection({ ...acme, display_name })
      const reference = { ...acme, connection_id: connection?.connection_id ?? '' }
      const metadata_url = `${workspace.emulator.url}/__emulator/idp/saml/metadata`
      await saml.updateByURL({ ...reference, metadata_url })
      const attribute_mapping = {
        email: 'NameID',
        first_name: 'firstName',
        last_name: 'lastName',
      }
      await saml.updateConnection({ ...reference, attribute_mapping })
      await openSignIn(page, workspace)
      await follow(page, `Continue with ${display_name}`)
      await choose(page)
    },
  },
  {
    name: 'b2b password with totp',
    proves: ['password', 'totp', 'second_factor'],
    async run(page, workspace) {
      const maya = await mayaOf(workspace)
      const { passwords, totps, organizations } = workspace.stytch
      await passwords.email.resetStart({ ...maya, email_address: email, ...landing(workspace) })
      const password_reset_token = newest(workspace, email).token
      await passwords.email.reset({ password_reset_token, password })
      const { secret } = await totps.create(maya)
      const { session_token } = workspace.emulator.startSession(maya.member_id)
      await totps.authenticate({ ...maya, session_token, code: codeOf(workspace, secret) })
      await organizations.members.update({ ...maya, mfa_enrolled: true })
      await openSignIn(page, workspace)
      await enterPassword(page, email)
      // No code works twice: this one is the next.
      await enterCode(page, () => codeOf(workspace, secret, 30_000))
    },
  },
  {
    name: 'b2b magic link with sms otp',
    proves: ['magic_link', 'otp', 'second_factor'],
    async run(page, workspace) {
      const maya = await mayaOf(workspace)
      const mfa_phone_number = '+15551234567'
      const change = { mfa_phone_number, mfa_enrolled: true, default_mfa_method: 'sms_otp' }
      await workspace.stytch.organizations.members.update({ ...maya, ...change })
      await openSignIn(page, workspace)
      await askForLink(page, email)
      await page.goto(newest(workspace, email).url)
      await enterCode(page, () => newest(workspace, mfa_phone_number).code)
    },
  },
]

/** The ways of users of the notes at home. */
export const userMethods: readonly SignInMethod[] = [
  {
    name: 'consumer magic link',
    proves: ['magic_link'],
    run: signInByLink,
  },
  {
    name: 'consumer sms otp',
    proves: ['otp'],
    async run(page, workspace) {
      const number = '+15557654321'
      await page.goto(`${workspace.home.url}/sign-in`)
      await page.getByLabel('Phone number').fill(number)
      await press(page, 'Text me a code')
      await enterCode(page, () => newest(workspace, number).code)
    },
  },
  {
    name: 'consumer oauth',
    proves: ['oauth'],
    async run(page, workspace) {
      await page.goto(`${workspace.home.url}/sign-in`)
      await follow(page, 'Continue with Google')
      await page.getByLabel('Email address').fill(homeEmail)
      await press(page, 'Sign in')
    },
  },
  {
    name: 'consumer password',
    proves: ['password'],
    async run(page, workspace) {
      const { passwords } = workspace.home.stytch
      await passwords.email.resetStart({ email: homeEmail, ...landing(workspace) })
      await passwords.email.reset({ token: newest(workspace, homeEmail).token, password })
      await page.goto(`${workspace.home.url}/sign-in`)
      await enterPassword(page, homeEmail)
    },
  },
  {
    name: 'consumer webauthn',
    proves: ['webauthn'],
    async run(page, workspace) {
      await plugInAuthenticator(page)
      await signInByLink(page, workspace)
      await follow(page, 'Add a passkey')
      await press(page, 'Create the passkey')
      await press(page, 'Sign out')
      await follow(page, 'Continue with a passkey')
      await press(page, 'Use the passkey')
    },
  },
]

/** Checks that a member is let into what they may see, and nothing else; what the policies take for proved. */
async function memberOutcome(
  page: Page,
  { url }: Workspace,
): Promise<{ readonly decisions: readonly boolean[]; readonly proved: readonly string[] }> {
  await page.getByRole('heading', { name: 'Documents' }).waitFor()
  await page.goto(`${url}/acme/documents/q3-plan`)
  const mayEdit = (await page.getByRole('link', { name: 'Edit', exact: true }).count()) > 0
  const elsewhere = await page.goto(`${url}/globex/documents`)
  await page.goto(`${url}/account`)
  return { decisions: [mayEdit, elsewhere?.status() === 200], proved: await proved(page) }
}

/** The same of a user of the notes at home. */
async function userOutcome(
  page: Page,
): Promise<{ readonly decisions: readonly boolean[]; readonly proved: readonly string[] }> {
  await page.getByRole('heading', { name: 'Your notes' }).waitFor()
  const notes = await page.getByRole('list', { name: 'Notes' }).textContent()
  const mayEdit = notes?.includes('Shopping list may be edited') === true
  const seesOthers = notes?.includes('Somebody else') === true
  return { decisions: [mayEdit, seesOthers], proved: await proved(page) }
}

async function proved(page: Page): Promise<readonly string[]> {
  return await page.getByRole('list', { name: 'Proved' }).getByRole('listitem').allTextContents()
}

async function signInByLink(page: Page, workspace: Workspace): Promise<void> {
  await page.goto(`${workspace.home.url}/sign-in`)
  await askForLink(page, homeEmail)
  await page.goto(newest(workspace, homeEmail).url)
  await page.getByRole('heading', { name: 'Your notes' }).waitFor()
}

async function openSignIn(page: Page, { url }: Workspace): Promise<void> {
  await page.goto(`${url}/acme/sign-in`)
}

async function askForLink(page: Page, address: string): Promise<void> {
  await page.getByLabel('Email address', { exact: true }).fill(address)
  await press(page, 'Send me a sign-in link')
  await page.getByRole('heading', { name: 'Check your inbox' }).waitFor()
}

async function enterPassword(page: Page, address: string): Promise<void> {
  await page.getByLabel('Email address of the account').fill(address)
  await page.getByLabel('Password').fill(password)
  await press(page, 'Sign in with the password')
}

async function enterCode(page: Page, code: () => string): Promise<void> {
  await page.getByRole('heading', { name: 'Enter your code' }).waitFor()
  await page.getByLabel('Code').fill(code())
  await press(page, 'Continue')
}

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click()
}

async function follow(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name, exact: true }).click()
}

/** Chooses the member on a page with everyone. */
async function choose(page: Page): Promise<void> {
  await page.getByRole('link', { name: email }).click()
}

function newest(
  { emulator }: Workspace,
  to: string,
): { readonly url: string; readonly token: string; readonly code: string } {
  const [message] = emulator.messages({ to })
  if (message === undefined) throw new Error(`no message to ${to}`)
  return message
}

function landing({ url }: Workspace): { readonly reset_password_redirect_url: string } {
  return { reset_password_redirect_url: `${url}/authenticate` }
}

async function acmeOf({ stytch }: Workspace): Promise<{ readonly organization_id: string }> {
  const { organization } = await stytch.organizations.get({ organization_id: 'acme' })
  return { organization_id: organization.organization_id }
}

async function mayaOf(
  workspace: Workspace,
): Promise<{ readonly organization_id: string; readonly member_id: string }> {
  const acme = await acmeOf(workspace)
  const { member_id } = await workspace.stytch.organizations.members.get({
    ...acme,
    email_address: email,
  })
  return { ...acme, member_id }
}

function codeOf({ emulator }: Workspace, secret: string, later = 0): string {
  const timestamp = emulator.clock.now().getTime() + later
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp })
}

/** Runs one method in a browser of its own, from the seed; fails where anything is not as it says. */
export async function trySignIn(
  page: Page,
  workspace: Workspace,
  method: SignInMethod,
): Promise<void> {
  workspace.emulator.reset()
  await method.run(page, workspace)
  const isMember = memberMethods.includes(method)
  const outcome = isMember ? await memberOutcome(page, workspace) : await userOutcome(page)
  equal(outcome.proved.join(), method.proves.join(), `${method.name}: what is proved`)
  equal(outcome.decisions.join(), 'true,false', `${method.name}: what is decided`)
}
