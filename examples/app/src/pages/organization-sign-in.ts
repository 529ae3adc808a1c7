import type { Organization } from 'stytch'

import { type Html, html } from '../html.ts'
import { csrfInput, type Frame, type Page } from './layout.ts'
import { emailField, passwordForm } from './sign-in-fields.ts'

/** An organization, and how one may sign in to it. */
export interface OrganizationSignIn {
  readonly organization: Organization
  /** Whether providers and identity providers can be reached. */
  readonly hasHosted: boolean
  readonly problem?: string | undefined
}

/** Asks how to sign in to one organization. */
export function organizationSignInPage(frame: Frame, options: OrganizationSignIn): Page {
  const { organization, hasHosted, problem } = options
  const path = `/${organization.organization_slug}/sign-in`
  return {
    title: `Sign in to ${organization.organization_name}`,
    content: html`<div class="narrow">
<h1>Sign in to ${organization.organization_name}</h1>
${problem !== undefined && html`<p class="problem" role="alert">${problem}</p>`}
<form class="card stack" method="post" action="${path}/link">
${csrfInput(frame)}
${emailField()}
<button>Send me a sign-in link</button>
<button class="quiet" formaction="${path}/code">Send me a code</button>
</form>
${passwordForm(frame, `${path}/password`)}
${hasHosted && hosted(organization, path)}
</div>`,
  }
}

function hosted({ sso_active_connections }: Organization, path: string): Html {
  return html`<ul class="choices">
<li><a class="button quiet" href="${path}/google">Continue with Google</a></li>
${sso_active_connections.map(
  ({ connection_id, display_name, identity_provider }) =>
    html`<li><a class="button quiet" href="${path}/sso/${connection_id}">Continue with ${display_name || identity_provider}</a></li>`,
)}
</ul>`
}
