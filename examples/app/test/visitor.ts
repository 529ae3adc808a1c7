/** An answer, with what tests look at. */
interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly location: string | null
  readonly text: string
}

/** A browser without pictures: it keeps cookies and the CSRF token of the page it looks at. */
export interface Visitor {
  readonly cookies: Map<string, string>
  /** The `set-cookie` lines of the last answer. */
  readonly setCookies: readonly string[]
  /** Follows no redirect. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  /** Follows redirects within the application. */
  open(path: string): Promise<Answer>
  /** Sends a form with the token of the last page. */
  post(path: string, fields?: Readonly<Record<string, string>>): Promise<Answer>
  /** Sends a form as it is. */
  postRaw(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>
}

/** A visitor of the application at `baseUrl`. */
export function createVisitor(baseUrl: string): Visitor {
  const cookies = new Map<string, string>()
  let setCookies: readonly string[] = []
  let csrf = ''

  const send = async (path: string, init: RequestInit): Promise<Answer> => {
    const headers = new Headers({
      accept: 'text/html',
      ...Object.fromEntries(new Headers(init.headers)),
    })
    if (cookies.size > 0)
      headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await fetch(new URL(path, baseUrl), { ...init, headers, redirect: 'manual' })
    setCookies = response.headers.getSetCookie()
    for (const line of setCookies) keep(cookies, line)
    const text = await response.text()
    csrf = /name="_csrf" value="([^"]+)"/.exec(text)?.[1] ?? csrf
    return {
      status: response.status,
      headers: response.headers,
      location: response.headers.get('location'),
      text,
    }
  }

  const visitor: Visitor = {
    cookies,
    get setCookies() {
      return setCookies
    },
    get: (path, headers = {}) => send(path, { headers }),
    async open(path) {
      const answer = await send(path, {})
      return answer.location === null ? answer : visitor.open(answer.location)
    },
    post: (path, fields = {}) => visitor.postRaw(path, { ...fields, _csrf: csrf }),
    postRaw: (path, fields, headers = {}) =>
      send(path, { method: 'POST', headers, body: new URLSearchParams(fields) }),
  }
  return visitor
}

function keep(cookies: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(';')
  const separator = pair.indexOf('=')
  const [name, value] = [pair.slice(0, separator), pair.slice(separator + 1)]
  const isGone = attributes.some((attribute) => /^\s*expires=Thu, 01 Jan 1970/i.test(attribute))
  if (isGone) cookies.delete(name)
  else cookies.set(name, value)
}
