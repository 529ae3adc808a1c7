import { type Html, html } from '../html.ts'
import { csrfInput, type Frame, type Page } from '../pages/layout.ts'
import { emailField, passwordForm } from '../pages/sign-in-fields.ts'

/** Asks how to sign in. */
export function homeSignInPage(frame: Frame, problem: string | undefined): Page {
  return {
    title: 'Sign in at home',
    content: html`<div class="narrow">
<h1>Your notes at home</h1>
${problem !== undefined && html`<p class="problem" role="alert">${problem}</p>`}
<form class="card stack" method="post" action="/sign-in/link">
${csrfInput(frame)}
${emailField()}
<button>Send me a sign-in link</button>
</form>
<form class="card stack" method="post" action="/sign-in/text">
${csrfInput(frame)}
<div class="field"><label for="number">Phone number</label>
<input id="number" name="number" type="tel" autocomplete="tel" required maxlength="20"></div>
<button>Text me a code</button>
</form>
${passwordForm(frame, '/sign-in/password')}
<ul class="choices">
<li><a class="button quiet" href="/sign-in/google">Continue with Google</a></li>
<li><a class="button quiet" href="/sign-in/passkey">Continue with a passkey</a></li>
</ul>
</div>`,
  }
}

/** Asks the browser for a passkey: a new one, or one that is there. */
export function passkeyPage(
  frame: Frame,
  { operation, options }: { readonly operation: 'create' | 'get'; readonly options: string },
): Page {
  const isNew = operation === 'create'
  return {
    title: isNew ? 'A new passkey' : 'Sign in with a passkey',
    content: html`<div class="narrow">
<h1>${isNew ? 'A new passkey' : 'Sign in with a passkey'}</h1>
<form class="card stack" method="post" action="${isNew ? '/passkeys' : '/sign-in/passkey'}" data-passkey="${operation}" data-options="${options}">
${csrfInput(frame)}
<input type="hidden" name="credential">
<p class="problem" role="alert"></p>
<button>${isNew ? 'Create the passkey' : 'Use the passkey'}</button>
</form>
<script type="module" src="/passkey.js"></script>
</div>`,
  }
}

/** A note, and what the policies let its reader do. */
export interface NoteRow {
  readonly title: string
  readonly mayEdit: boolean
}

/** The notes that somebody may see, and how they signed in. */
export function notesPage(
  frame: Frame,
  notes: readonly NoteRow[],
  proved: readonly string[],
): Page {
  return {
    title: 'Notes',
    content: html`<h1>Your notes</h1>
<ul class="card rows" aria-label="Notes">${notes.map(noteRow)}</ul>
<h2>Your sign-in</h2>
<ul class="card rows" aria-label="Proved">${proved.map((proof) => html`<li class="row">${proof}</li>`)}</ul>
<p><a class="button quiet" href="/passkeys/new">Add a passkey</a></p>
<form method="post" action="/sign-out">${csrfInput(frame)}<button class="quiet">Sign out</button></form>`,
  }
}

function noteRow({ title, mayEdit }: NoteRow): Html {
  return html`<li class="row">${title} <span class="meta">${mayEdit ? 'may be edited' : 'may be read'}</span></li>`
}
