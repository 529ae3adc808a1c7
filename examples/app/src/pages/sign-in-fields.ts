import { type Html, html } from '../html.ts'
import { csrfInput, type Frame } from './layout.ts'

/** Where somebody's address goes. */
export function emailField(): Html {
  return html`<div class="field"><label for="email">Email address</label>
<input id="email" name="email" type="email" autocomplete="email" required maxlength="254"></div>`
}

/** Asks for an account and its password. */
export function passwordForm(frame: Frame, action: string): Html {
  return html`<form class="card stack" method="post" action="${action}">
${csrfInput(frame)}
<div class="field"><label for="account">Email address of the account</label>
<input id="account" name="email" type="email" autocomplete="username" required maxlength="254"></div>
<div class="field"><label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required></div>
<button>Sign in with the password</button>
</form>`
}
