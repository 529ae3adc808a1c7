import type { User } from '../consumer/entities.ts'
import type { Member, Organization } from '../entities.ts'
import type { Fault } from '../faults.ts'
import { idpClientSecret, idpPaths } from '../idp/paths.ts'
import { button, faultNotice } from './controls.ts'
import { type Html, html } from './html.ts'
import { renderPage } from './layout.ts'

/** What the overview shows. */
export interface Overview {
  readonly url: string
  readonly now: string
  readonly mailCount: number
  readonly faults: readonly Fault[]
  readonly projects: readonly ProjectOverview[]
}

/** A project and who is in it. */
export interface ProjectOverview {
  readonly name: string
  readonly project_id: string
  readonly secret: string
  readonly public_token: string
  readonly organizations: readonly OrganizationOverview[]
  readonly users: readonly UserOverview[]
  readonly sessions: readonly SessionOverview[]
}

/** A live session, and whose it is. */
export interface SessionOverview {
  readonly id: string
  readonly who: string
  /** The organization, for members. */
  readonly where: string
  /** How they signed in: `magic_link`, `totp` and so on. */
  readonly factors: readonly string[]
  readonly expires: string
}

/** A user of a consumer project, and the number of live sessions. */
interface UserOverview {
  readonly user: User
  readonly sessions: number
}

/** An organization and its members, each with roles and the number of live sessions. */
interface OrganizationOverview {
  readonly organization: Organization
  readonly members: readonly {
    readonly member: Member
    readonly roles: readonly string[]
    readonly sessions: number
  }[]
}

/** The emulator's front page. */
export function dashboardPage(overview: Overview): string {
  const { url, now, mailCount, faults, projects } = overview
  const body = html`<h1>A local Stytch</h1>
<p>This is Stytch's API on your machine, for development and tests. The official SDK works against it unmodified;
magic links arrive in the <a href="/inbox">inbox</a> (${mailCount === 1 ? '1 mail' : `${mailCount} mails`}).</p>
${faults.length === 0 ? undefined : faultNotice(faults)}
${projects.map((project) => projectSection(project, url))}
<p>It is <time datetime="${now}">${now.replace('T', ' ').replace('Z', ' UTC')}</time> here; <a href="/controls">Controls</a> move the clock,
break things and start over, <a href="/requests">Requests</a> show what was asked.</p>`
  return renderPage({ title: 'Overview', path: '/', body })
}

function projectSection(project: ProjectOverview, url: string): Html {
  return html`<h2 class="section">Point the SDK at ${project.name}</h2>
<pre tabindex="0" aria-label="Code"><code>import { B2BClient } from 'stytch'

const stytch = new B2BClient({
  project_id: '${project.project_id}',
  secret: '${project.secret}',
  env: '${url}/',
})</code></pre>
<h2 class="section">Organizations and members</h2>
${project.organizations.length === 0 ? html`<p class="quiet">There are none yet. Create one with <code>stytch.organizations.create</code>.</p>` : undefined}
${project.organizations.map(organizationSection)}
${project.users.length === 0 ? undefined : userSection(project.users)}
<h2 class="section">Sessions</h2>
${project.sessions.length === 0 ? html`<p class="quiet">Nobody is signed in.</p>` : sessionTable(project)}
${signInSection(project, url)}`
}

function organizationSection({ organization, members }: OrganizationOverview): Html {
  const { organization_name, organization_slug, organization_id } = organization
  return html`<section class="card" aria-label="${organization_name}">
<h3>${organization_name}</h3>
<dl>
<dt>Slug</dt><dd><code>${organization_slug}</code></dd>
<dt>Id</dt><dd><code>${organization_id}</code></dd>
</dl>
${members.length === 0 ? html`<p class="quiet">No members.</p>` : memberTable(members, organization_name)}
</section>`
}

function userSection(users: readonly UserOverview[]): Html {
  const rows = users.map(({ user, sessions }) => {
    const reached = [
      ...user.emails.map((one) => one.email),
      ...user.phone_numbers.map((one) => one.phone_number),
    ]
    return html`<tr>
<th scope="row">${reached.join(', ') || 'nobody'}<small>${user.user_id}</small></th>
<td>${user.status}</td>
<td>${sessions === 0 ? '–' : sessions}</td>
</tr>`
  })
  return html`<h2 class="section" id="users">Users</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="users">
<table>
<thead><tr><th scope="col">User</th><th scope="col">Status</th><th scope="col">Sessions</th></tr></thead>
<tbody>${rows}</tbody>
</table>
</div>`
}

function sessionTable({ name, sessions }: ProjectOverview): Html {
  const rows = sessions.map(
    ({ id, who, where, factors, expires }) => html`<tr>
<th scope="row">${who}${where === '' ? undefined : html`<small>${where}</small>`}<small>${id}</small></th>
<td>${factors.join(', ')}</td>
<td><time datetime="${expires}">${expires.replace('T', ' ').replace('Z', ' UTC')}</time></td>
<td>${button('/controls/sessions/end', 'End', { session_id: id })}</td>
</tr>`,
  )
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Sessions of ${name}">
<table>
<thead><tr><th scope="col">Who</th><th scope="col">Signed in with</th><th scope="col">Ends</th><th scope="col">End it</th></tr></thead>
<tbody>${rows}</tbody>
</table>
</div>`
}

function signInSection({ public_token }: ProjectOverview, url: string): Html {
  const idp = `${url}${idpPaths.issuer}`
  return html`<h2 class="section">Providers and identity providers</h2>
<p>Pages that stand in for providers begin at <code>${url}/v1/b2b/public/oauth/google/start?public_token=${public_token}&amp;…</code>;
those of SSO at <code>${url}/v1/public/sso/start?public_token=${public_token}&amp;connection_id=…</code>.</p>
<dl>
<dt>OIDC issuer</dt><dd><code>${idp}</code></dd>
<dt>Client secret</dt><dd><code>${idpClientSecret}</code>, with any client id</dd>
<dt>SAML metadata</dt><dd><code>${url}${idpPaths.samlMetadata}</code></dd>
</dl>`
}

function memberTable(members: OrganizationOverview['members'], organizationName: string): Html {
  const rows = members.map(
    ({ member, roles, sessions }) => html`<tr>
<th scope="row">${member.name || member.email_address}${member.name === '' ? undefined : html`<small>${member.email_address}</small>`}<small>${member.member_id}</small></th>
<td>${roles.join(', ')}</td>
<td>${member.status}</td>
<td>${sessions === 0 ? '–' : sessions}</td>
</tr>`,
  )
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Members of ${organizationName}">
<table>
<thead><tr><th scope="col">Member</th><th scope="col">Roles</th><th scope="col">Status</th><th scope="col">Sessions</th></tr></thead>
<tbody>${rows}</tbody>
</table>
</div>`
}
