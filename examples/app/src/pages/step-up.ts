import { html } from '../html.ts'
import { csrfInput, type Frame, type Page } from './layout.ts'

/** Says that another factor is needed, and offers to send a code. */
export function stepUpPage(frame: Frame): Page {
  return {
    title: 'Confirm that it is you',
    content: html`<div class="narrow">
<h1>Confirm that it is you</h1>
<p class="lead">What you are about to do takes a code of the last ten minutes.</p>
<form class="card stack" method="post" action="/step-up">
${csrfInput(frame)}
<button>Send me a code</button>
<p class="hint">It goes to ${frame.signedIn?.email ?? 'your address'}. You stay signed in.</p>
</form>
</div>`,
  }
}
