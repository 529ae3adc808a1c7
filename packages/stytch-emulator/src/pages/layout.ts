import { type Html, html } from './html.ts'

/** A page of the emulator. */
export interface Page {
  readonly title: string
  /** Its place in the navigation, if it has one. */
  readonly path?: (typeof places)[number]['path']
  readonly body: Html
}

const places = [
  { path: '/', name: 'Overview' },
  { path: '/inbox', name: 'Inbox' },
  { path: '/requests', name: 'Requests' },
  { path: '/controls', name: 'Controls' },
] as const

/** The whole document around a page's content. */
export function renderPage({ title, path, body }: Page): string {
  const links = places.map((place) =>
    place.path === path
      ? html`<a href="${place.path}" aria-current="page">${place.name}</a> `
      : html`<a href="${place.path}">${place.name}</a> `,
  )
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Stytch emulator</title>
<link rel="stylesheet" href="/__emulator/style.css">
<link rel="icon" href="data:,">
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<header>
<strong>Stytch emulator</strong>
<nav aria-label="Emulator">${links}</nav>
</header>
<main id="content">
${body}
</main>
<footer><p>A local stand-in for development and tests. Nothing here reaches Stytch, and no mail is sent.</p></footer>
</body>
</html>
`
  return page.markup
}
