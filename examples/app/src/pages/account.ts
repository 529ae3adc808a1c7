import { html } from '../html.ts'
import type { Page } from './layout.ts'

/** How somebody signed in: what the policies take for proved. */
export function accountPage(proved: readonly string[]): Page {
  return {
    title: 'Your sign-in',
    content: html`<h1>Your sign-in</h1>
<p class="lead">What a policy can ask for, and what your session has.</p>
<ul class="card rows" aria-label="Proved">${proved.map((proof) => html`<li class="row">${proof}</li>`)}</ul>`,
  }
}
