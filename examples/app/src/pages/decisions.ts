import type { DecisionRecord } from '@lockstitch/guard'

import type { ExplainedDecision } from '../decision-log.ts'
import { type Html, html } from '../html.ts'
import { explained, shorten, tellingRoles } from './explanation.ts'
import type { Page } from './layout.ts'

/** The latest decisions, for developers. */
export function decisionsPage(decisions: readonly ExplainedDecision[]): Page {
  return {
    title: 'Decisions',
    current: 'decisions',
    content: html`<div class="page-head"><div><p class="crumbs">Development</p><h1>Decisions</h1></div></div>
${
  decisions.length === 0
    ? html`<div class="card empty"><p>Nothing has been decided yet.</p></div>`
    : html`<ul class="card rows">${decisions.map(decisionRow)}</ul>`
}`,
  }
}

/** One decision with its reasons. */
export function decisionPage({ record, explanation }: ExplainedDecision): Page {
  const why = explained(explanation)
  const { principal, resource } = record
  return {
    title: `Decision ${record.id}`,
    current: 'decisions',
    content: html`<div class="page-head"><div><p class="crumbs"><a href="/decisions">Decisions</a></p>
<h1>${record.action} ${named(resource)}</h1></div>${outcomeBadge(record.outcome)}</div>
<div class="stack">
${why !== undefined && html`<section class="card stack" aria-labelledby="why"><h2 id="why">Why</h2>${why}</section>`}
<section class="card stack" aria-labelledby="record"><h2 id="record">Record</h2>
<dl><dt>Decision</dt><dd><code>${record.id}</code></dd>
<dt>Time</dt><dd>${record.time}</dd>
<dt>Reason</dt><dd>${record.reason}</dd>
${record.plan === undefined ? html`<dt>Policy</dt><dd>${record.matchedPolicy ?? 'none'}</dd>` : html`<dt>List</dt><dd>${record.plan}</dd>`}
<dt>Generation</dt><dd>${record.generation ?? 'unknown'}</dd></dl></section>
<section class="card stack" aria-labelledby="principal"><h2 id="principal">Principal</h2><pre class="sunken" tabindex="0">${JSON.stringify(principal, null, 2)}</pre></section>
<section class="card stack" aria-labelledby="resource"><h2 id="resource">Resource</h2><pre class="sunken" tabindex="0">${JSON.stringify(resource, null, 2)}</pre></section>
</div>`,
  }
}

function decisionRow({ record }: ExplainedDecision): Html {
  const { action, resource, principal } = record
  return html`<li class="row"><div>
<a class="row-title" href="/decisions/${record.id}">${action} ${named(resource)}</a>
<p class="meta">${principal === null ? 'nobody' : tellingRoles(principal.roles).join(', ')} · ${record.time.slice(11, 19)} · ${record.reason}</p></div>
<div class="row-actions">${outcomeBadge(record.outcome)}</div></li>`
}

/** A resource by its kind and id; a list has no id. */
function named({ kind, id }: DecisionRecord['resource']): string {
  return id === '' ? kind : `${kind}/${shorten(id)}`
}

function outcomeBadge(outcome: string): Html {
  return html`<span class="badge ${outcome}">${outcome}</span>`
}
