import { CommandError } from '../../errors.ts'
import type { Message } from '../../wire/schema.ts'

/** What a search says of the page that it wants. */
export interface PageMessage {
  readonly token?: string
  readonly limit?: number
}

const MOST = 1000
const USUAL = 100

/** Where a page begins and how long it is. */
export function readPage({ token, limit = USUAL }: PageMessage = {}): {
  readonly after: string | undefined
  readonly limit: number
} {
  return { after: token === undefined ? undefined : readToken(token), limit: Math.min(limit, MOST) }
}

/** A token is the last id of the page before. It says nothing that the page did not. */
function readToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString('utf8')
  if (tokenFor(text) === token) return text
  throw new CommandError('invalid-argument', '`page.token` is not one of ours')
}

function tokenFor(id: string): string {
  return Buffer.from(id, 'utf8').toString('base64url')
}

/** `page` of an answer, with where to go on unless it was the last one. */
export function nextPage(
  asked: PageMessage | undefined,
  count: number,
  last: string | false | undefined,
): { readonly page?: Message } {
  if (asked === undefined && !last) return {}
  return { page: { next_token: last ? tokenFor(last) : '', count } }
}
