import { describe, expect, test } from 'vitest'

import { acmeId, appUrl, mayaId, useEmulator } from './support.ts'

const used = useEmulator()
const hostile = '<img src=x onerror=alert(1)> "quoted" & \'co\''

async function page(path: string) {
  const answer = await fetch(`${used.emulator.url}${path}`)
  return { status: answer.status, headers: answer.headers, html: await answer.text() }
}

async function send(email_address = 'maya@acme.test'): Promise<void> {
  await used.stytch.magicLinks.email.loginOrSignup({
    organization_id: acmeId,
    email_address,
    login_redirect_url: appUrl,
    signup_redirect_url: appUrl,
  })
}

describe('the inbox', () => {
  test('says what to do while it is empty', async () => {
    expect((await page('/inbox')).html).toContain('No mail yet.')
    expect((await page('/inbox?to=x@y.test')).html).toContain('No mail to x@y.test.')
  })

  test('shows sender, recipient, subject and the link, newest first', async () => {
    await send()
    await send('ada@acme.test')
    const { html } = await page('/inbox')
    const [newest] = used.emulator.messages()
    expect(html).toContain('From Papers &#60;login@stytch.test&#62;')
    expect(html).toContain('To maya@acme.test')
    expect(html).toContain(`href="${newest?.url.replaceAll('&', '&#38;')}"`)
    expect(html.indexOf('To ada@acme.test')).toBeLessThan(html.indexOf('To maya@acme.test'))
    expect((await page('/inbox?to=ada@acme.test')).html).not.toContain('To maya@acme.test')
  })

  test('shows one mail with its whole link', async () => {
    await send()
    const [message] = used.emulator.messages()
    const { status, html } = await page(`/inbox/${message?.id}`)
    expect(status).toBe(200)
    expect(html).toContain('<h1>Sign in to Acme</h1>')
    expect((await page('/inbox/message-test-0')).status).toBe(404)
  })

  test('says when a link was used, has expired or was revoked', async () => {
    const { stytch, emulator } = used
    await send()
    const magic_links_token = emulator.messages()[0]?.token ?? ''
    expect((await page('/inbox')).html).toContain('The link works once.')
    await stytch.magicLinks.authenticate({ magic_links_token })
    expect((await page('/inbox')).html).toContain('The link has been used.')
    await send()
    emulator.clock.advance(3_600_000)
    expect((await page('/inbox')).html).toContain('The link has expired.')
    await stytch.organizations.members.delete({ organization_id: acmeId, member_id: mayaId })
    expect((await page('/inbox')).html).toContain('its member was removed')
  })
})

describe('every page', () => {
  test.each(['/', '/inbox', '/inbox?to=x', '/inbox/none'])(
    '%s loads and runs nothing from elsewhere',
    async (path) => {
      await send()
      const { headers, html } = await page(path)
      expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      )
      expect(headers.get('referrer-policy')).toBe('same-origin')
      expect(html).not.toContain('<script')
      expect(html).not.toMatch(/ style=| on\w+=/)
      expect(
        [...html.matchAll(/<link rel="stylesheet" href="([^"]+)"/g)].map(([, href]) => href),
      ).toEqual(['/__emulator/style.css'])
    },
  )

  test('the stylesheet is served', async () => {
    const { headers, html } = await page('/__emulator/style.css')
    expect(headers.get('content-type')).toBe('text/css; charset=utf-8')
    expect(html).toContain('prefers-color-scheme: dark')
    expect(html).not.toMatch(/url\(|@import/)
  })

  test('what members and organizations are called is text, never markup', async () => {
    const { stytch } = used
    await stytch.organizations.update({ organization_id: acmeId, organization_name: hostile })
    await stytch.organizations.members.update({
      organization_id: acmeId,
      member_id: mayaId,
      name: hostile,
    })
    await send()
    const id = used.emulator.messages()[0]?.id
    for (const path of [
      '/',
      '/inbox',
      `/inbox/${id}`,
      `/inbox?to=${encodeURIComponent(hostile)}`,
    ]) {
      const { html } = await page(path)
      expect(html).toContain('&#60;img src=x')
      expect(html).not.toContain('<img')
    }
  })
})

test('the overview shows who exists, who is signed in and how to point the SDK at it', async () => {
  used.emulator.startSession(mayaId)
  used.emulator.faults.add({ path: '/v1', status: 503, latency_ms: 5 })
  const { html } = await page('/')
  for (const text of [
    'maya@acme.test',
    'stytch_member, editor',
    'Globex',
    `env: '${used.emulator.url}/'`,
    used.emulator.project.projectId,
    'waits 5 ms, answers 503',
    '<td>1</td>',
  ])
    expect(html).toContain(text)
})
