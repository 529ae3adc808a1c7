import { type Html, html } from '../html.ts'
import type { Page } from './layout.ts'

/** A refusal or a failure, as a person reads it. */
export interface ProblemView {
  readonly status: number
  readonly title: string
  readonly message: string
  /** The decision record's id, to quote when asking for help. */
  readonly decisionId?: string | undefined
  /** Why; in development only. */
  readonly explanation?: Html | undefined
  /** Where to go from here. */
  readonly back: { readonly path: string; readonly label: string }
}

/** A page for each way that a request can end without what was asked for. */
export function problemPage(view: ProblemView): Page {
  const { status, title, message, decisionId, explanation, back } = view
  return {
    title,
    content: html`<div class="problem-page stack">
<p class="crumbs">${status}</p>
<h1>${title}</h1>
<p class="lead">${message}</p>
${explanation !== undefined && whyDenied(explanation, decisionId)}
${decisionId !== undefined && html`<p class="hint">Decision <code>${decisionId}</code></p>`}
<p class="buttons"><a class="button" href="${back.path}">${back.label}</a></p>
</div>`,
  }
}

function whyDenied(explanation: Html, decisionId: string | undefined): Html {
  return html`<section class="card stack" aria-labelledby="why"><h2 id="why">Why</h2>
${explanation}
<p class="hint">Shown in development only.${
    decisionId !== undefined && html` <a href="/decisions/${decisionId}">The decision record</a>`
  }</p></section>`
}
