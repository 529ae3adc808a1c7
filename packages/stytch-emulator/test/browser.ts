import type { Emulator } from '../src/emulator.ts'

/** Opens a page of the emulator, as a browser would that does not follow redirects. */
export async function open(
  emulator: Emulator,
  path: string,
  parameters: Readonly<Record<string, string | undefined>> = {},
): Promise<Response> {
  const url = new URL(path, emulator.url)
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) url.searchParams.set(name, value)
  return await fetch(url, { redirect: 'manual' })
}

/** Where a page sends the browser, or why it does not. */
export async function landing(
  page: Promise<Response>,
): Promise<{ readonly type: string; readonly token: string; readonly path: string }> {
  const answer = await page
  const location = answer.headers.get('location')
  if (location === null) {
    const { error_type } = (await answer.json()) as { error_type: string }
    return { type: error_type, token: '', path: '' }
  }
  const url = new URL(location)
  const { searchParams } = url
  return {
    type: searchParams.get('stytch_token_type') ?? '',
    token: searchParams.get('token') ?? '',
    path: `${url.origin}${url.pathname}`,
  }
}

/** A form as a page has it. */
export interface Form {
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
}

/** The form of a page, with what is in its fields. */
export async function fill(page: Response): Promise<Form> {
  const text = unescaped(await page.text())
  const inputs = [...text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)]
  return {
    action: /<form [^>]*action="([^"]*)"/.exec(text)?.[1] ?? 'no form',
    fields: Object.fromEntries(inputs.map(([, name = '', value = '']) => [name, value])),
  }
}

/** Posts a form, as a browser would from the page of another site. */
export async function post({ action, fields }: Form): Promise<Response> {
  return await fetch(action, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: 'http://idp.example' },
    body: new URLSearchParams(fields),
  })
}

function unescaped(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
}
