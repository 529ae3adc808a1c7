import type { Fault } from '../faults.ts'
import { type Html, html } from './html.ts'
import { renderPage } from './layout.ts'

/** What can be moved and broken. */
export interface Controls {
  readonly url: string
  readonly now: string
  readonly faults: readonly Fault[]
  readonly projects: readonly { readonly name: string; readonly kids: readonly string[] }[]
}

/** Kinds of fault that the form offers, and what the fields of a fault are then. */
export const faultKinds: readonly {
  readonly name: string
  readonly label: string
  readonly fault: Omit<Fault, 'path'>
}[] = [
  { name: 'error', label: 'Answer 500 internal_server_error', fault: { status: 500 } },
  {
    name: 'unavailable',
    label: 'Answer 503 after two seconds',
    fault: { status: 503, latency_ms: 2000 },
  },
  {
    name: 'rate-limit',
    label: 'Answer 429 too_many_requests',
    fault: { error_type: 'too_many_requests' },
  },
  {
    name: 'credentials',
    label: 'Answer 401 unauthorized_credentials',
    fault: { error_type: 'unauthorized_credentials' },
  },
  { name: 'slow', label: 'Wait for two seconds', fault: { latency_ms: 2000 } },
  { name: 'drop', label: 'Drop the connection', fault: { drop: true } },
  {
    name: 'stale-jwks',
    label: 'Leave the newest key out of the JWKS',
    fault: { stale_jwks: true },
  },
]

/** How far the form moves the clock, in seconds. */
export const clockSteps: readonly { readonly label: string; readonly seconds: number }[] = [
  { label: 'five minutes', seconds: 300 },
  { label: 'an hour', seconds: 3600 },
  { label: 'a day', seconds: 86_400 },
  { label: 'a month', seconds: 2_592_000 },
]

/** The page that moves time and breaks things. */
export function controlsPage({ url, now, faults, projects }: Controls): string {
  const body = html`<h1>Move time, break things</h1>
<h2 class="section" id="faults">Faults</h2>
${faults.length === 0 ? html`<p class="quiet">Nothing is made to fail.</p>` : html`${faultNotice(faults)}${button('/controls/faults/clear', 'Clear the faults')}`}
<form class="card fields" method="post" action="/controls/faults" aria-labelledby="faults">
<label for="path">Requests whose path begins with</label>
<input id="path" name="path" type="text" value="/v1" required autocomplete="off">
<label for="kind">What happens to them</label>
<select id="kind" name="kind">${faultKinds.map(({ name, label }) => html`<option value="${name}">${label}</option>`)}</select>
<label for="times">How many of them <span class="quiet">(all, when empty)</span></label>
<input id="times" name="times" type="number" min="1" max="1000000">
<button type="submit">Add the fault</button>
</form>
<h2 class="section" id="clock">Clock</h2>
<p>It is <time datetime="${now}">${now.replace('T', ' ').replace('Z', ' UTC')}</time> here.</p>
<form class="card fields" method="post" action="/controls/clock" aria-labelledby="clock">
<label for="seconds">Move it forward by</label>
<select id="seconds" name="seconds">${clockSteps.map(({ label, seconds }) => html`<option value="${seconds}">${label}</option>`)}</select>
<button type="submit">Move the clock</button>
</form>
<h2 class="section">Keys</h2>
${projects.map(({ name, kids }) => html`<p>${name}: ${kids.length === 1 ? 'one key' : `${kids.length} keys, of which the first signs`}</p><ul>${kids.map((kid) => html`<li><code>${kid}</code></li>`)}</ul>`)}
${button('/controls/keys/rotate', 'Rotate the keys')}
<h2 class="section">Start over</h2>
<p class="quiet">Everything goes back to the seed: members, sessions, mail, faults and the clock.</p>
${button('/controls/reset', 'Reset the emulator')}
<h2 class="section">The same by command</h2>
<pre tabindex="0" aria-label="Commands"><code>curl -X POST ${url}/__emulator/clock  -d '{"advance_seconds": 3600}'
curl -X POST ${url}/__emulator/faults -d '{"path": "/v1", "status": 500}'
curl -X DELETE ${url}/__emulator/faults
curl -X POST ${url}/__emulator/keys/rotate
curl -X POST ${url}/__emulator/reset</code></pre>`
  return renderPage({ title: 'Controls', path: '/controls', body })
}

/** A form that is one button. */
export function button(
  action: string,
  label: string,
  fields: Readonly<Record<string, string>> = {},
): Html {
  const inputs = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  return html`<form method="post" action="${action}">${inputs}<button type="submit">${label}</button></form>`
}

/** What is made to fail just now. */
export function faultNotice(faults: readonly Fault[]): Html {
  return html`<div class="notice" role="status"><p><strong>Something is made to fail.</strong></p><ul>${faults.map((fault) => html`<li>${describeFault(fault)}</li>`)}</ul></div>`
}

function describeFault(fault: Fault): Html {
  const { path, method, status, error_type, latency_ms, drop, stale_jwks, limit, times } = fault
  const answer = [status, error_type].filter((one) => one !== undefined).join(' ')
  const effects = [
    latency_ms === undefined ? [] : [`waits ${latency_ms} ms`],
    drop === true ? ['drops the connection'] : [],
    stale_jwks === true ? ['lacks the newest key'] : [],
    answer === '' ? [] : [`answers ${answer}`],
    limit === undefined ? [] : [`above ${limit.requests} requests in ${limit.per_seconds} s`],
  ].flat()
  return html`<code>${method === undefined ? '' : `${method} `}${path}</code> ${effects.join(', ')}${times === undefined ? '' : ` (${times} more)`}`
}
