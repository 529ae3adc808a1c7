import { html } from '../html.ts'
import type { Organization } from '../store.ts'
import type { Page } from './layout.ts'

/** A member in the list. */
export interface MemberRow {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly status: string
  readonly roles: readonly string[]
  readonly isSelf: boolean
}

/** Who belongs to an organization, and in which roles. */
export function membersPage(
  organization: Organization,
  visiting: boolean,
  members: readonly MemberRow[],
): Page {
  return {
    title: `${organization.name} members`,
    current: 'members',
    visiting: visiting ? organization : undefined,
    content: html`<div class="page-head"><div><p class="crumbs">${organization.name}</p><h1>Members</h1></div></div>
<ul class="card rows">${members.map(
      (
        member,
      ) => html`<li class="row"><div><strong>${member.name}</strong>${member.isSelf && html` <span class="meta">(you)</span>`}
<p class="meta">${member.email}</p></div>
<div class="row-actions">${member.status !== 'active' && html`<span class="badge draft">${member.status}</span>`}
${member.roles.map((role) => html`<span class="badge">${role}</span>`)}</div></li>`,
    )}</ul>`,
  }
}
