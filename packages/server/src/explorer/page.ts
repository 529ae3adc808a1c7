import type { Route } from '../http/routes.ts'
import { exampleOf } from './example.ts'

/**
 * A page on which the operations are listed and tried, which loads nothing from elsewhere. Each is a
 * form: what is asked can be changed, and the answer is told below it.
 */
export function explorerPage(routes: readonly Route[]): string {
  const services = [...new Set(routes.map(serviceOf))]
  const sections = services.map((name, index) =>
    section(
      name,
      routes.filter((route) => serviceOf(route) === name),
      index,
    ),
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Policy decision point: the API</title>
<link rel="stylesheet" href="/explorer.css">
<script type="module" src="/explorer.js"></script>
</head>
<body>
<header>
<h1>Policy decision point</h1>
<p>What can be asked over HTTP. The same is described in <a href="/schema/swagger.json">OpenAPI</a>.</p>
</header>
<main>
${sections.join('\n')}
</main>
</body>
</html>
`
}

function serviceOf({ command }: Route): string {
  return command.method.split('/')[0] ?? ''
}

function section(name: string, routes: readonly Route[], index: number): string {
  const operations = routes.map((route, at) => operation(route, `o${index}-${at}`))
  return `<section aria-labelledby="s${index}">
<h2 id="s${index}">${escaped(name)}</h2>
${operations.join('\n')}
</section>`
}

function operation(route: Route, id: string): string {
  const { method, path, command } = route
  const [, name = ''] = command.method.split('/')
  const title = `<b>${method}</b> <code>${escaped(path)}</code> <span>${escaped(name)}</span>`
  return `<details id="${id}">
<summary>${title}</summary>
<form data-method="${method}" data-path="${escaped(path)}">
${requestField(route, id)}
${path.startsWith('/admin/') ? passwordFields(id) : ''}
<button type="submit">Send</button>
<div role="status" aria-live="polite"></div>
<pre tabindex="0" aria-label="Answer to ${escaped(name)}" hidden></pre>
</form>
</details>`
}

function requestField({ method, from, command }: Route, id: string): string {
  if (method === 'GET' || from === 'query') {
    const names = command.request.fields.map(({ jsonName }) => jsonName)
    if (names.length === 0) return ''
    return `<label for="${id}-q">Query (${escaped(names.join(', '))})</label>
<input id="${id}-q" name="query" spellcheck="false" autocomplete="off">`
  }
  const example = JSON.stringify(exampleOf(command.request), null, 2)
  return `<label for="${id}-b">Request</label>
<textarea id="${id}-b" name="body" spellcheck="false" rows="${Math.min(example.split('\n').length + 1, 20)}">${escaped(example)}</textarea>`
}

function passwordFields(id: string): string {
  return `<label for="${id}-u">User</label>
<input id="${id}-u" name="user" autocomplete="username">
<label for="${id}-p">Password</label>
<input id="${id}-p" name="password" type="password" autocomplete="current-password">`
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

export const EXPLORER_STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1, h2 { line-height: 1.2; }
h2 { font-size: 1.1rem; margin-top: 2rem; overflow-wrap: anywhere; }
details { border-top: 1px solid color-mix(in srgb, CanvasText 25%, Canvas); }
summary { padding: .6rem .2rem; cursor: pointer; overflow-wrap: anywhere; }
summary b { display: inline-block; min-width: 4.5ch; }
summary span { color: color-mix(in srgb, CanvasText 70%, Canvas); }
form { display: grid; gap: .4rem; padding: 0 .2rem 1rem; }
label { font-weight: 600; }
textarea, input { font: .9rem/1.4 ui-monospace, monospace; width: 100%; box-sizing: border-box; padding: .4rem; }
button { justify-self: start; font: inherit; padding: .4rem 1.2rem; min-height: 2.75rem; }
pre { overflow: auto; padding: .6rem; margin: 0; background: color-mix(in srgb, CanvasText 6%, Canvas); }
:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
`

export const EXPLORER_SCRIPT = `document.addEventListener('submit', async (event) => {
  event.preventDefault()
  const form = event.target
  const status = form.querySelector('[role=status]')
  const answer = form.querySelector('pre')
  const value = (name) => form.elements.namedItem(name)?.value ?? ''
  const { method, path } = form.dataset
  const headers = {}
  if (value('user') !== '') headers.authorization = 'Basic ' + btoa(value('user') + ':' + value('password'))
  const init = { method, headers }
  if (form.elements.namedItem('body')) {
    init.body = value('body')
    headers['content-type'] = 'application/json'
  }
  const query = value('query')
  status.textContent = 'Sent'
  try {
    const response = await fetch(query === '' ? path : path + '?' + query, init)
    const text = await response.text()
    status.textContent = 'Answer: ' + response.status + ' ' + response.statusText
    answer.textContent = indented(text)
    answer.hidden = false
  } catch (error) {
    status.textContent = 'No answer: ' + error.message
    answer.hidden = true
  }
})

function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
`
