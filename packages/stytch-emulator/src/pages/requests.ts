import { asCurl, type RequestRecord } from '../request-log.ts'
import { type Html, html } from './html.ts'
import { renderPage } from './layout.ts'

/** What was asked of the API, newest first, each with the command that asks it again. */
export function requestsPage(records: readonly RequestRecord[], url: string): string {
  const body = html`<h1>Requests</h1>
<div class="bar">
<p class="quiet">The latest ${records.length} to the API; open one for the command that asks it again.</p>
<a href="/requests">Check for new ones</a>
</div>
${
  records.length === 0
    ? html`<div class="empty quiet"><p>No requests yet.</p><p>What your application asks of Stytch appears here.</p></div>`
    : html`<ol class="mails">${records.map((record) => html`<li>${item(record, url)}</li>`)}</ol>`
}`
  return renderPage({ title: 'Requests', path: '/requests', body })
}

function item(record: RequestRecord, url: string): Html {
  const { method, at, status, error_type, milliseconds } = record
  const time = at.toISOString()
  return html`<details class="card">
<summary><code>${method} ${record.url}</code> <strong>${status}</strong> ${error_type}</summary>
<p class="quiet"><time datetime="${time}">${time.replace('T', ' ').slice(0, 19)} UTC</time>, answered in ${milliseconds.toFixed(1)} ms</p>
<pre tabindex="0" aria-label="Command"><code>${asCurl(url, record)}</code></pre>
</details>`
}
