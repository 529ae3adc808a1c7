import { csrfField } from '../csrf.ts'
import { type Html, html, toText } from '../html.ts'
import type { Organization } from '../store.ts'

/** Who is signed in, as the header shows it. */
export interface SignedIn {
  readonly name: string
  readonly email: string
  readonly roles: readonly string[]
  readonly organization: Organization
}

/** What every page knows besides its content. */
export interface Frame {
  readonly csrf: string
  readonly development: boolean
  readonly signedIn?: SignedIn | undefined
  /** Why the last change to the policies was not taken; for developers. */
  readonly policyProblem?: string | undefined
}

/** A page's own part. */
export interface Page {
  readonly title: string
  readonly current?: 'documents' | 'members' | 'decisions'
  /** The organization whose part of the workspace this is, when it is not the member's own. */
  readonly visiting?: Organization | undefined
  readonly content: Html
}

/** The whole document: header, banners, content. */
export function layout(frame: Frame, page: Page): string {
  return toText(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${page.title} · Folio</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
${header(frame, page)}
${policyBanner(frame.policyProblem)}
${visitorBanner(page.visiting)}
<main id="content" tabindex="-1">
${page.content}
</main>
</body>
</html>
`)
}

/** The hidden field that every form needs. */
export function csrfInput(frame: Frame): Html {
  return html`<input type="hidden" name="${csrfField}" value="${frame.csrf}">`
}

/** The initials in the round badge. */
function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== '')
  return [words.at(0), words.length > 1 ? words.at(-1) : undefined]
    .map((word) => (word === undefined ? '' : [...word][0]))
    .join('')
    .toUpperCase()
}

function header(frame: Frame, page: Page): Html {
  const { signedIn } = frame
  return html`<header class="top">
<a class="brand" href="/"><img src="/favicon.svg" alt="" width="24" height="24">Folio</a>
${signedIn && navigation(frame, signedIn, page)}
${signedIn && memberMenu(frame, signedIn)}
</header>`
}

function navigation(frame: Frame, { organization }: SignedIn, page: Page): Html {
  const link = (path: string, label: string, name: Page['current']) => html`<li>
<a href="${path}"${page.current === name && page.visiting === undefined && html` aria-current="page"`}>${label}</a></li>`
  return html`<nav class="main-nav" aria-label="Main"><ul>
${link(`/${organization.slug}/documents`, 'Documents', 'documents')}
${link(`/${organization.slug}/members`, 'Members', 'members')}
${frame.development && link('/decisions', 'Decisions', 'decisions')}
</ul></nav>`
}

function memberMenu(frame: Frame, member: SignedIn): Html {
  return html`<details class="menu">
<summary><span class="avatar" aria-hidden="true">${initials(member.name)}</span>
<span class="menu-name"><span class="visually-hidden">Member menu: </span>${member.name}<small>${member.organization.name}</small></span></summary>
<div class="menu-panel">
<p class="menu-who"><strong>${member.name}</strong><span>${member.email}</span></p>
<dl><dt>Organization</dt><dd>${member.organization.name}</dd>
<dt>Roles</dt><dd>${member.roles.join(', ') || 'none'}</dd></dl>
<a class="button quiet" href="/organizations">Switch organization</a>
<form method="post" action="/sign-out">${csrfInput(frame)}<button class="quiet">Sign out</button></form>
</div>
</details>`
}

function policyBanner(problem: string | undefined): Html | undefined {
  if (problem === undefined) return undefined
  return html`<section class="banner warning" role="alert" aria-label="Policies">
<p><strong>The last change to the policies was not taken.</strong> The ones before it stay in force.</p>
<pre tabindex="0">${problem}</pre>
</section>`
}

function visitorBanner(organization: Organization | undefined): Html | undefined {
  if (organization === undefined) return undefined
  return html`<p class="banner visiting">You are looking into <strong>${organization.name}</strong>, which is not your own organization.</p>`
}
