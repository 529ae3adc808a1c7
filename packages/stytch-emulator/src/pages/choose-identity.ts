import type { Identity } from '../entities.ts'
import { type Html, html } from './html.ts'
import { renderPage } from './layout.ts'

/** Who asks whom, and who may answer. */
export interface IdentityChoice {
  /** The provider that the page stands in for: `Google`, or a connection's name. */
  readonly provider: string
  /** The application that asks. */
  readonly application: string
  readonly identities: readonly Identity[]
  /** What the provider says beside name and address, for those who are made up here. */
  readonly extra: 'none' | 'tenants' | 'groups'
  /** Where choosing leads, with the parameters that it was asked with. */
  readonly path: string
  readonly parameters: URLSearchParams
}

/** A page that stands in for an identity provider's own: choose who you are. */
export function chooseIdentityPage(choice: IdentityChoice): string {
  const { provider, application, identities } = choice
  const body = html`<h1>Who signs in with ${provider}?</h1>
<p class="quiet">${application} asks ${provider} who you are. This page stands in for ${provider}: whoever you choose is signed in there.</p>
${identities.length === 0 ? undefined : html`<ul class="people">${identities.map((identity) => person(choice, identity))}</ul>`}
<h2 class="section" id="other">Someone else</h2>
<form class="card fields" method="get" action="${choice.path}" aria-labelledby="other">
${hiddenFields(choice.parameters)}
<label for="user">Email address</label>
<input id="user" name="user" type="email" required autocomplete="off">
<label for="name">Name</label>
<input id="name" name="name" type="text" autocomplete="off">
${extraField(choice.extra)}
<button type="submit">Sign in</button>
</form>
<p><a href="${withParameter(choice, 'error', 'access_denied')}">Cancel</a></p>`
  return renderPage({ title: `Sign in with ${provider}`, body })
}

function person(choice: IdentityChoice, { email_address, name }: Identity): Html {
  return html`<li><a class="person" href="${withParameter(choice, 'user', email_address)}"><strong>${name || email_address}</strong>${name === '' ? undefined : html`<small>${email_address}</small>`}</a></li>`
}

function extraField(extra: IdentityChoice['extra']): Html | undefined {
  if (extra === 'none') return undefined
  const label = extra === 'tenants' ? 'Workspaces or organizations' : 'Groups'
  return html`<label for="${extra}">${label} <span class="quiet">(with commas between)</span></label>
<input id="${extra}" name="${extra}" type="text" autocomplete="off">`
}

function hiddenFields(parameters: URLSearchParams): Html[] {
  return [...parameters].map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
}

function withParameter(choice: IdentityChoice, name: string, value: string): string {
  const parameters = new URLSearchParams(choice.parameters)
  parameters.set(name, value)
  return `${choice.path}?${parameters}`
}
