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
