import { createHash } from 'node:crypto'

import { html } from './html.ts'
import { renderPage } from './layout.ts'

const script = 'document.forms[0].submit()'

/** What a page must allow to run {@link postBackPage} without a click. */
export const postBackScriptHash: string = `sha256-${createHash('sha256').update(script).digest('base64')}`

/** A page that posts fields to where the browser came from: by itself, or at a click where scripts are off. */
export function postBackPage(action: string, fields: Readonly<Record<string, string>>): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  const body = html`<h1>Signed in</h1>
<form method="post" action="${action}">
${inputs}
<button type="submit">Continue to the application</button>
</form>
<script>${{ markup: script }}</script>`
  return renderPage({ title: 'Signed in', body })
}
