import { type Html, html } from '../html.ts'
import type { Organization } from '../store.ts'
import { csrfInput, type Frame, type Page } from './layout.ts'

/** What may have gone before the sign-in page, said to the person. */
export interface SignInOptions {
  readonly problem?: string | undefined
  readonly notice?: string | undefined
  readonly email?: string | undefined
  /** Addresses that the demo is seeded with. */
  readonly hints?: readonly SignInHint[] | undefined
}

/** An address to try in the demo. */
export interface SignInHint {
  readonly email: string
  readonly about: string
}

/** Asks for an address. */
export function signInPage(frame: Frame, options: SignInOptions): Page {
  const { problem, notice, email, hints } = options
  return {
    title: 'Sign in',
    content: html`<div class="narrow">
<h1>Sign in to Folio</h1>
<p class="lead">Documents for teams that are careful about who sees what.</p>
${notice !== undefined && html`<p class="banner" role="status">${notice}</p>`}
<form class="card stack" method="post" action="/sign-in">
${csrfInput(frame)}
<div class="field">
<label for="email">Email address</label>
<input id="email" name="email" type="email" autocomplete="email" required maxlength="254" value="${email ?? ''}"${
      problem !== undefined && html` aria-invalid="true" aria-describedby="email-problem"`
    }>
${problem !== undefined && html`<p class="problem" id="email-problem" role="alert">${problem}</p>`}
</div>
<button>Send me a sign-in link</button>
<p class="hint">No password: we send you a link that works once.</p>
</form>
${hints !== undefined && hintList(frame, hints)}
</div>`,
  }
}

function hintList(frame: Frame, hints: readonly SignInHint[]): Html {
  return html`<section class="hints" aria-labelledby="hints">
<h2 id="hints">People of the demo</h2>
<ul>${hints.map(
    ({ email, about }) => html`<li><form method="post" action="/sign-in">${csrfInput(frame)}
<button class="link" name="email" value="${email}">${email}</button> <span>${about}</span></form></li>`,
  )}</ul>
</section>`
}

/** Says that a link is on its way; `inboxUrl` is where the demo's mail arrives. */
export function checkInboxPage(email: string, inboxUrl: string | undefined): Page {
  return {
    title: 'Check your inbox',
    content: html`<div class="narrow">
<h1>Check your inbox</h1>
<div class="card stack">
<p>We sent a sign-in link to <strong>${email}</strong>. It works once, for an hour, in this browser.</p>
${
  inboxUrl !== undefined &&
  html`<p><a class="button" href="${inboxUrl}">Open the demo inbox</a></p>`
}
<p class="hint">Nothing there? <a href="/sign-in">Try again or use another address</a>.</p>
</div>
</div>`,
  }
}

/** An organization that a person may work in. */
export interface OrganizationChoice {
  readonly organization: Organization
  readonly isCurrent: boolean
}

/** Asks which organization to work in: after signing in, and for switching. */
export function chooseOrganizationPage(frame: Frame, choices: readonly OrganizationChoice[]): Page {
  return {
    title: 'Choose an organization',
    content: html`<div class="narrow">
<h1>Choose an organization</h1>
<p class="lead">What you may do depends on the organization you work in.</p>
${choices.length === 0 ? noOrganization() : html`<ul class="choices">${choices.map((choice) => choiceItem(frame, choice))}</ul>`}
</div>`,
  }
}

function choiceItem(frame: Frame, { organization, isCurrent }: OrganizationChoice): Html {
  return html`<li><form method="post" action="/organizations">${csrfInput(frame)}
<button class="choice" name="organization_id" value="${organization.id}">
<strong>${organization.name}</strong><span>${isCurrent ? 'You are here' : organization.slug}</span></button></form></li>`
}

function noOrganization(): Html {
  return html`<div class="card stack">
<p>Your address does not belong to an organization yet. Ask an administrator of yours to invite you.</p>
<p><a class="button" href="/sign-in">Use another address</a></p>
</div>`
}

/** Asks for the code that was sent, or that an app shows. */
export function askForCodePage(
  frame: Frame,
  options: {
    readonly action: string
    /** The address or number that it was sent to, where the form has to say it again. */
    readonly to?: string | undefined
    readonly problem?: string | undefined
    readonly inboxUrl?: string | undefined
  },
): Page {
  const { action, to, problem, inboxUrl } = options
  return {
    title: 'Enter your code',
    content: html`<div class="narrow">
<h1>Enter your code</h1>
<form class="card stack" method="post" action="${action}">
${csrfInput(frame)}
${to !== undefined && html`<input type="hidden" name="to" value="${to}">`}
<div class="field"><label for="code">Code</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required maxlength="20"></div>
${problem !== undefined && html`<p class="problem" role="alert">${problem}</p>`}
<button>Continue</button>
${inboxUrl !== undefined && html`<p class="hint">Codes arrive in <a href="${inboxUrl}">the demo inbox</a>.</p>`}
</form>
</div>`,
  }
}
