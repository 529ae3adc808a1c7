import type { StytchFailure } from '../errors.ts'
import { html } from './html.ts'
import { renderPage } from './layout.ts'

/** What people see where programs get an error's JSON. */
export function failurePage(failure: StytchFailure): string {
  const hint = failure.details?.emulator
  const body = html`<h1>That did not work</h1>
<p>${failure.message}</p>
${typeof hint === 'string' ? html`<p>${hint}</p>` : undefined}
<p class="quiet"><code>${failure.type}</code>, status ${failure.status}</p>`
  return renderPage({ title: 'That did not work', body })
}
