import type { Reply } from '../http/reply.ts'
import type { Route } from '../http/routes.ts'
import { openApi } from './openapi.ts'
import { EXPLORER_SCRIPT, EXPLORER_STYLE, explorerPage } from './page.ts'

/** The explorer's files by their path. They are made when they are first asked for. */
export function explorerFiles(routes: readonly Route[]): ReadonlyMap<string, () => Reply> {
  return new Map([
    ['/', once(() => page('text/html', explorerPage(routes)))],
    ['/explorer.css', once(() => page('text/css', EXPLORER_STYLE))],
    ['/explorer.js', once(() => page('text/javascript', EXPLORER_SCRIPT))],
    // Where Cerbos has it.
    ['/schema/swagger.json', once(() => ({ status: 200, body: JSON.stringify(openApi(routes)) }))],
  ])
}

/** Nothing but what is of this server is loaded, and nobody else shows the page as theirs. */
const POLICY = [
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'",
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
].join('; ')

function page(type: string, body: string): Reply {
  const headers = ['content-security-policy', POLICY, 'x-content-type-options', 'nosniff']
  return { status: 200, body, contentType: `${type}; charset=utf-8`, headers }
}

function once(make: () => Reply): () => Reply {
  let made: Reply | undefined
  return () => {
    made ??= make()
    return made
  }
}
